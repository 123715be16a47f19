/** Bytes onto the wire, whole events at a time or cut where a reader least expects it. */
import type { ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';

/** `event`: one write an event. `odd`: pieces of 1, 3, 5, 7 bytes in turn. `byte`: every byte alone. */
export type Chunking = 'event' | 'odd' | 'byte';

/** Each piece is a write, an HTTP chunk and (the loop turns in between) most often a TCP segment of its own. */
export async function write(response: ServerResponse, text: string, chunking: Chunking): Promise<void> {
  if (chunking === 'event') {
    response.write(text);
    return;
  }
  const bytes = Buffer.from(text, 'utf8');
  for (let from = 0, size = 1; from < bytes.length; from += size, size = chunking === 'byte' ? 1 : (size + 2) % 8) {
    response.write(bytes.subarray(from, from + size));
    await turn();
  }
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.statusCode = status;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(body));
}

/** Sends status and headers at once, before there is an event. */
export function startEvents(response: ServerResponse, contentType = 'text/event-stream; charset=utf-8'): void {
  response.statusCode = 200;
  response.setHeader('content-type', contentType);
  response.flushHeaders();
}
