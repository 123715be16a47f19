/** Serves recorded bytes over a real socket, in pieces that respect no event. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as later } from 'node:timers/promises';

export interface Replayed {
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

export interface ReplayServer {
  /** The base address under which any path answers with the recording of that place in the list. */
  urlOf(index: number): string;
  close(): Promise<void>;
}

/** A prime, so that the cuts fall everywhere. */
const PIECE_BYTES = 211;

export async function startReplayServer(recordings: readonly Replayed[]): Promise<ReplayServer> {
  const server = createServer((request, response) => {
    request.resume();
    const recording = recordings[Number(request.url?.split('/')[1])];
    if (recording === undefined) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': recording.contentType });
    void (async () => {
      for (let at = 0; at < recording.bytes.length; at += PIECE_BYTES) {
        response.write(recording.bytes.subarray(at, at + PIECE_BYTES));
        await later();
      }
      response.end();
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    urlOf: (index) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/${index}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
