/** What commands that listen on this machine have in common. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UsageError } from './command';

export function portOf(written: string | undefined): number {
  const port = Number(written);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new UsageError(`--port is \`${written}\`; it takes 0 to 65535`);
}

/** The port it got. */
export function listenOnLoopback(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new UsageError(`cannot listen on port ${port} (${error.code}); --port 0 picks a free one`)),
    );
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

export const stopSignal = (): Promise<'SIGTERM' | 'SIGINT'> =>
  new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal));
  });
