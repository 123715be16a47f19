/** The body of an upstream that compresses though it was asked not to, as some proxies do. */
import type { IncomingMessage } from 'node:http';
import { type Readable, pipeline } from 'node:stream';
import type { BrotliDecompress, Gunzip } from 'node:zlib';
import { zlib } from './zlib';

const DECODERS: Readonly<Record<string, () => Gunzip | BrotliDecompress>> = {
  gzip: () => zlib().createGunzip(),
  'x-gzip': () => zlib().createGunzip(),
  deflate: () => zlib().createInflate(),
  br: () => zlib().createBrotliDecompress(),
};

/** Ends as the response does: with its error, and its connection is closed with it. `null`: nobody here can read it. */
export function decoded(response: IncomingMessage): Readable | null {
  const encoding = response.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity' || encoding === '') return response;
  const decoder = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding] : undefined;
  // Whoever reads the decoder hears of every error; there is nothing left to do here.
  return decoder === undefined ? null : pipeline(response, decoder(), () => undefined);
}
