/**
 * Runs a fake as a process of its own, for tests that lose processes:
 *
 *     node --import tsx test/support/fake-process.ts vllm|closed [--port 0] [--name replica-1] [--delay-ms 30] [--model NAME]
 *
 * Prints one JSON line `{"url","pid","fake"}` when it listens; SIGTERM and SIGINT end it at once.
 */
import { parseArgs } from 'node:util';
import { startFakeClosed } from './fake-closed';
import { startFakeVllm } from './fake-vllm';

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      port: { type: 'string', default: '0' },
      name: { type: 'string' },
      'delay-ms': { type: 'string', default: '0' },
      model: { type: 'string' },
    },
  });
  const [kind] = positionals;
  const port = Number(values.port);
  const delayMs = Number(values['delay-ms']);
  const named = values.name === undefined ? {} : { name: values.name };

  let fake;
  switch (kind) {
    case 'vllm':
      fake = await startFakeVllm({
        port,
        tokenDelayMs: delayMs,
        ...named,
        ...(values.model === undefined ? {} : { models: [values.model] }),
      });
      break;
    case 'closed':
      fake = await startFakeClosed({ port, ...named });
      if (delayMs > 0) await fake.setMode({ kind: 'slow', delayMs });
      break;
    default:
      throw new Error(`which fake? got ${JSON.stringify(kind ?? null)}, expected "vllm" or "closed"`);
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(0));
  process.stdout.write(`${JSON.stringify({ url: fake.url, pid: process.pid, fake: kind })}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(2);
});
