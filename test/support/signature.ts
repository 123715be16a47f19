/** Checks a Signature Version 4 by making it again, from the steps of AWS's general reference and nothing else. */
import { createHash, createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

const FORM =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([\w-]+)\/([\w-]+)\/aws4_request, SignedHeaders=([\w;-]+), Signature=([0-9a-f]{64})$/;

export interface SignedRequest {
  readonly method?: string | undefined;
  /** Path and query as they came. */
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** Whom and what for, as the signature says; `null`: it has another form. */
export function scopeOf({ headers }: SignedRequest): { region: string; service: string; accessKeyId: string } | null {
  const [, accessKeyId, , region, service] = FORM.exec(headers.authorization ?? '') ?? [];
  if (accessKeyId === undefined || region === undefined || service === undefined) return null;
  return { region, service, accessKeyId };
}

/** Without a secret only the form is looked at. */
export function isSignedBy(request: SignedRequest, body: string, secretAccessKey: string | undefined): boolean {
  const [, , day, region, service, signedHeaders = '', signature] =
    FORM.exec(request.headers.authorization ?? '') ?? [];
  if (day === undefined || region === undefined || service === undefined) return false;
  if (secretAccessKey === undefined) return true;

  const url = new URL(request.url ?? '/', 'http://host');
  const names = signedHeaders.split(';');
  // Whatever of these a request has must be covered.
  const mustBeSigned = ['x-amz-date', 'x-amz-target', 'x-amz-security-token', 'content-type'];
  const covered = ['host', ...mustBeSigned.filter((name) => request.headers[name] !== undefined)];
  if (!covered.every((name) => names.includes(name))) return false;
  const canonical = [
    request.method,
    // For every service but S3 what is escaped already is escaped once more.
    url.pathname.split('/').map(escaped).join('/'),
    url.search.slice(1),
    ...names.map((name) => `${name}:${String(request.headers[name]).trim().replace(/ +/g, ' ')}`),
    '',
    signedHeaders,
    sha256(body),
  ].join('\n');
  const time = String(request.headers['x-amz-date']);
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
  const key = [day, region, service, 'aws4_request'].reduce<Buffer | string>(hmac, `AWS4${secretAccessKey}`);
  return hmac(key, toSign).toString('hex') === signature;
}

/** RFC 3986: all but letters, digits and `-._~`. */
const escaped = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: Buffer | string, text: string): Buffer => createHmac('sha256', key).update(text).digest();
