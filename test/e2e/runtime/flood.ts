/** A stream of many large events, which counts what the other side has let in so far. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

const EVENT_BYTES = 64 * 1024;
const STILL_MS = 300;

const event = (delta: object, finish: string | null): string => {
  const choices = [{ index: 0, delta, finish_reason: finish }];
  return `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm', choices })}\n\n`;
};

export class Flood {
  pouredBytes = 0;

  constructor(private readonly bytes: number) {}

  async pour(response: ServerResponse): Promise<void> {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const drop = event({ content: 'x'.repeat(EVENT_BYTES) }, null);
    while (this.pouredBytes < this.bytes && !response.destroyed) {
      if (!response.write(drop)) await once(response, 'drain');
      this.pouredBytes += drop.length;
    }
    response.end(`${event({}, 'stop')}data: [DONE]\n\n`);
  }

  /** Resolves when it has begun and nothing more goes out. */
  async still(): Promise<void> {
    for (let before = 0; before === 0 || before !== this.pouredBytes;) {
      before = this.pouredBytes;
      await new Promise((resolve) => setTimeout(resolve, STILL_MS));
    }
  }
}
