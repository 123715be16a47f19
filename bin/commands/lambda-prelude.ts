/**
 * What precedes the body of a streamed function answer: status and headers as JSON, then eight NUL bytes.
 * Source: Lambda developer guide, "Response streaming", and the Node.js runtime's `HttpResponseStream`.
 */
export interface Head {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
}

const END = Buffer.alloc(8);
/** A prelude holds a status and some headers. */
const MOST_BYTES = 64 * 1024;

export class PreludeReader {
  /** `null` until it is whole. */
  head: Head | null = null;
  private held = Buffer.alloc(0);

  /** Takes the next bytes; what of them belongs to the body. */
  push(bytes: Uint8Array): Uint8Array {
    if (this.head !== null) return bytes;
    this.held = Buffer.concat([this.held, bytes]);
    const end = this.held.indexOf(END);
    if (end < 0) {
      if (this.held.length > MOST_BYTES) throw new Error('the function answered without status and headers');
      return this.held.subarray(0, 0);
    }
    const { statusCode, headers = {} } = JSON.parse(this.held.toString('utf8', 0, end)) as Partial<Head>;
    this.head = { statusCode: statusCode ?? 200, headers };
    return this.held.subarray(end + END.length);
  }
}
