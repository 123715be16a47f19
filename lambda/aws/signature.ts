/** Signature Version 4 of one request. */
import { sign } from 'aws4';
import type { Credentials } from './credentials';

export interface Unsigned {
  readonly service: string;
  readonly region: string;
  readonly method: string;
  readonly host: string;
  /** With its query, escaped as it goes out. */
  readonly path: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The headers with the signature and what belongs to it. */
export function signedHeaders(request: Unsigned, credentials: Credentials): Record<string, string> {
  return sign({ ...request, headers: { ...request.headers } }, credentials).headers as Record<string, string>;
}
