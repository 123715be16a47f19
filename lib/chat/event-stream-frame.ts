/**
 * One message of AWS's binary event stream: total length, length of the headers and a checksum of both; the headers;
 * the payload; a checksum of all before it. Numbers are big-endian.
 *
 * Source: Smithy, "Amazon Event Stream Specification".
 */

/** CRC-32 as in zip, of the bytes behind those whose checksum is `before`. */
export type Checksum = (bytes: Uint8Array, before?: number) => number;

export interface Frame {
  /** Those whose value is text. */
  readonly headers: ReadonlyMap<string, string>;
  readonly payload: string;
}

/** The bytes are no message: what follows them cannot be read either. */
export class FrameError extends Error {}

export const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;
/** The specification's own limit. A checksum tells a broken length from a large one; this one holds without it. */
export const MOST_FRAME_BYTES = 16 * 1024 * 1024;

/** The length of the frame that begins here. Throws a `FrameError` where none does. */
export function frameBytes(bytes: Uint8Array, crc32: Checksum): number {
  const view = viewOf(bytes);
  if (crc32(bytes.subarray(0, PRELUDE_BYTES - CHECKSUM_BYTES)) !== view.getUint32(PRELUDE_BYTES - CHECKSUM_BYTES)) {
    throw new FrameError('the checksum of a prelude in the event stream is wrong');
  }
  const total = view.getUint32(0);
  if (total > MOST_FRAME_BYTES || total < PRELUDE_BYTES + view.getUint32(4) + CHECKSUM_BYTES) {
    throw new FrameError(`a message of the event stream says it has ${total} bytes`);
  }
  return total;
}

/** `bytes` is the whole frame. */
export function readFrame(bytes: Uint8Array, crc32: Checksum): Frame {
  const view = viewOf(bytes);
  const end = bytes.length - CHECKSUM_BYTES;
  if (crc32(bytes.subarray(0, end)) !== view.getUint32(end)) {
    throw new FrameError('the checksum of a message in the event stream is wrong');
  }
  const payloadAt = PRELUDE_BYTES + view.getUint32(4);
  return {
    headers: readHeaders(bytes.subarray(PRELUDE_BYTES, payloadAt)),
    payload: new TextDecoder().decode(bytes.subarray(payloadAt, end)),
  };
}

const TEXT = 7;
/** Bytes of a value by its type: true, false, byte, short, integer, long, then time and UUID. */
const FIXED_BYTES: Readonly<Record<number, number>> = { 0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16 };
/** These say how long they are. */
const COUNTED: ReadonlySet<number> = new Set([6, TEXT]);

function readHeaders(bytes: Uint8Array): Map<string, string> {
  const headers = new Map<string, string>();
  const view = viewOf(bytes);
  const decoder = new TextDecoder();
  let at = 0;
  /** The place of what comes next. */
  const take = (length: number): number => {
    if (at + length > bytes.length) throw new FrameError('a header of the event stream is longer than all headers');
    at += length;
    return at - length;
  };
  const text = (length: number): string => decoder.decode(bytes.subarray(take(length), at));
  while (at < bytes.length) {
    const name = text(view.getUint8(take(1)));
    const type = view.getUint8(take(1));
    const length = COUNTED.has(type) ? view.getUint16(take(2)) : FIXED_BYTES[type];
    if (length === undefined) throw new FrameError(`a header of the event stream has the type ${type}`);
    const value = text(length);
    if (type === TEXT) headers.set(name, value);
  }
  return headers;
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
