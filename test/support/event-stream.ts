/** Writes AWS's binary event stream, from its specification and nothing else. */
import { crc32 } from 'node:zlib';

export type HeaderValue = string | { readonly type: number; readonly bytes: readonly number[] };

/** One message. A header is text, or any type with the bytes that follow it. */
export function frame(headers: Readonly<Record<string, HeaderValue>>, payload: string): Buffer {
  const head = Buffer.concat(Object.entries(headers).map(([name, value]) => header(name, value)));
  const body = Buffer.from(payload);
  const prelude = Buffer.alloc(8);
  prelude.writeUInt32BE(16 + head.length + body.length, 0);
  prelude.writeUInt32BE(head.length, 4);
  const beforeLast = Buffer.concat([prelude, checksum(prelude), head, body]);
  return Buffer.concat([beforeLast, checksum(beforeLast)]);
}

export const eventFrame = (type: string, payload: unknown): Buffer =>
  frame(
    { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' },
    JSON.stringify(payload),
  );

export const exceptionFrame = (type: string, payload: unknown): Buffer =>
  frame(
    { ':exception-type': type, ':content-type': 'application/json', ':message-type': 'exception' },
    JSON.stringify(payload),
  );

/** A stream from one JSON text an event, `{ TYPE: PAYLOAD }`, as recordings of Bedrock have it. */
export function eventStream(events: readonly string[]): Buffer {
  return Buffer.concat(
    events.map((event) => {
      const [type = '', payload] = Object.entries(JSON.parse(event) as Record<string, unknown>)[0] ?? [];
      return type.endsWith('Exception') ? exceptionFrame(type, payload) : eventFrame(type, payload);
    }),
  );
}

function header(name: string, value: HeaderValue): Buffer {
  const start = Buffer.concat([Buffer.from([name.length]), Buffer.from(name)]);
  if (typeof value !== 'string') return Buffer.concat([start, Buffer.from([value.type, ...value.bytes])]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(value));
  return Buffer.concat([start, Buffer.from([7]), length, Buffer.from(value)]);
}

function checksum(bytes: Buffer): Buffer {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(bytes));
  return sum;
}
