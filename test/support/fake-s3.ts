/**
 * A fake S3 on a real socket: lists a bucket's objects (version 2, page by page), gives and deletes them. What it is not: no
 * uploads, no versions, no signatures looked at. Buckets stand in the path, as they do at an address without a name.
 */
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface FakeObject {
  readonly body: Buffer | string;
  /** When it was written. */
  readonly time: Date;
}

export interface FakeS3 {
  readonly url: string;
  /** Paths with their queries, in order. */
  readonly asked: string[];
  /** Keys that were deleted, in order. */
  readonly deleted: string[];
  /** The next requests are refused with this error. */
  refuse(code: string, status: number): void;
  stop(): Promise<void>;
}

export interface FakeS3Options {
  /** Objects by key, by bucket. */
  readonly buckets: Readonly<Record<string, Record<string, FakeObject>>>;
  /** @default 1000, as S3 */
  readonly pageKeys?: number;
}

export async function startFakeS3({ buckets, pageKeys = 1000 }: FakeS3Options): Promise<FakeS3> {
  const asked: string[] = [];
  const deleted: string[] = [];
  let refusal: { readonly code: string; readonly status: number } | null = null;
  const server = http.createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://s3');
    asked.push(decodeURIComponent(url.pathname + url.search));
    const fail = (code: string, status: number): void => {
      response.writeHead(status, { 'content-type': 'application/xml' });
      response.end(`<Error><Code>${code}</Code><Message>as the test wants it</Message></Error>`);
    };
    if (refusal !== null) return fail(refusal.code, refusal.status);
    const [, bucket = '', ...rest] = decodeURIComponent(url.pathname).split('/');
    const objects = buckets[bucket];
    if (objects === undefined) return fail('NoSuchBucket', 404);
    const key = rest.join('/');
    if (request.method === 'DELETE' || url.searchParams.has('delete')) {
      return void text(request).then((body) => {
        const named = [...body.matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, one]) => one as string);
        for (const one of key === '' ? named : [key]) {
          deleted.push(one);
          delete objects[one];
        }
        response.writeHead(key === '' ? 200 : 204, { 'content-type': 'application/xml' });
        response.end(key === '' ? '<DeleteResult></DeleteResult>' : undefined);
      });
    }
    if (key === '') {
      response.writeHead(200, { 'content-type': 'application/xml' });
      return void response.end(listing(objects, url.searchParams, pageKeys));
    }
    const object = objects[key];
    if (object === undefined) return fail('NoSuchKey', 404);
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    response.end(object.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    deleted,
    refuse: (code, status) => (refusal = { code, status }),
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function listing(objects: Readonly<Record<string, FakeObject>>, query: URLSearchParams, pageKeys: number): string {
  const keys = Object.keys(objects)
    .filter((key) => key.startsWith(query.get('prefix') ?? ''))
    .sort();
  const start = Number(query.get('continuation-token') ?? 0);
  const end = start + pageKeys;
  const contents = keys.slice(start, end).map((key) => {
    const { body, time } = objects[key] as FakeObject;
    const size = Buffer.byteLength(body);
    return `<Contents><Key>${key}</Key><LastModified>${time.toISOString()}</LastModified><Size>${size}</Size></Contents>`;
  });
  const more = end < keys.length;
  return `<ListBucketResult><IsTruncated>${more}</IsTruncated>${
    more ? `<NextContinuationToken>${end}</NextContinuationToken>` : ''
  }${contents.join('')}</ListBucketResult>`;
}
