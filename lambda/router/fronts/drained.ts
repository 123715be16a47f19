import type { Writable } from 'node:stream';

/** Resolves when a full stream takes more, and also when it closes: then there is nobody left to wait for. */
export function drained(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done).off('close', done);
      resolve();
    };
    stream.on('drain', done).on('close', done);
  });
}
