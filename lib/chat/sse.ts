/** Server-sent events, as bytes in and as text out. */
import { createParser } from 'eventsource-parser';
import { parseObject } from './json';

export const DONE = '[DONE]';

/** Cuts the bytes of a streamed answer into events. */
export interface EventReader {
  push(bytes: Uint8Array): void;
  /** The connection has closed. */
  end(): void;
}

/**
 * Calls `onEvent` for each event; `event` is its name if it has one. Comments are dropped. An event may be as large as
 * it likes: images and whole answers come as one.
 *
 * At the end of the connection the SSE standard discards an event whose blank line never came. Here it is delivered if
 * its data is a whole JSON object or `[DONE]`, and only then. That is safe because no beginning of an object's text is
 * itself an object: what parses was sent in full, so a stream that was cut never looks complete by it; the dialect
 * still wants its end announced.
 */
export function sseReader(onEvent: (event: string | undefined, data: string) => void): EventReader {
  const decoder = new TextDecoder();
  let endsInCr = false;
  let closed = false;
  const parser = createParser({
    onEvent: ({ event, data }) => {
      if (!closed || data === DONE || parseObject(data) !== null) onEvent(event, data);
    },
  });
  return {
    push(bytes) {
      const text = decoder.decode(bytes, { stream: true });
      if (text !== '') endsInCr = text.endsWith('\r');
      parser.feed(text);
    },
    end() {
      // The parser waits whether LF follows CR, which may be the blank line of an event that is whole.
      if (endsInCr) parser.feed('\n');
      closed = true;
      parser.feed(`${decoder.decode()}\n\n`);
    },
  };
}

/** One event as text, complete with its blank line. */
export function sseEvent(data: string, event?: string): string {
  const lines = data.includes('\n') ? data.replaceAll('\n', '\ndata: ') : data;
  return event === undefined ? `data: ${lines}\n\n` : `event: ${event}\ndata: ${lines}\n\n`;
}
