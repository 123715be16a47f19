/** Questions on a terminal. */
import { createInterface } from 'node:readline/promises';
import { UsageError } from '../commands/command';

export class Interrupted extends Error {}

/** Questions go to standard error, since standard output is for what comes of them. */
export async function onTerminal<T>(work: (ask: (text: string) => Promise<string>) => Promise<T>): Promise<T> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new Promise<never>((_, reject) => {
    lines.once('SIGINT', () => reject(new Interrupted()));
    lines.once('close', () => reject(new UsageError('the input ended before the last question')));
  });
  // Told once, to whoever waits then.
  ended.catch(() => {});
  try {
    return await work((text) => Promise.race([lines.question(text), ended]));
  } finally {
    lines.close();
  }
}
