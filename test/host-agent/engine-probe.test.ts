import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { engineProbe } from '../../lambda/host-agent/engine-probe';
import { type FakeVllm, startFakeVllm } from '../support/fake-vllm';

const CHAT = { kind: 'chat', servedName: 'fast' } as const;
const EMBED = { kind: 'embed', servedName: 'fast' } as const;
const never = new AbortController().signal;

describe('a vLLM (a fake)', () => {
  let engine: FakeVllm;
  beforeEach(async () => {
    engine = await startFakeVllm({ models: ['fast'] });
  });
  afterEach(() => engine.stop());

  test('answers all three questions', async () => {
    const probe = engineProbe(engine.url, CHAT);
    expect(await probe.health()).toBe('ok');
    expect(await probe.load()).toEqual({ running: 0, waiting: 0, kvUse: 0, tokens: 0 });
    expect(await probe.complete(never)).toBeNull();
  });

  test('that is gone refuses, and says nothing', async () => {
    await engine.stop();
    const probe = engineProbe(engine.url, CHAT);
    expect(await probe.health()).toBe('refused');
    expect(await probe.load()).toBeNull();
    expect(await probe.complete(never)).toMatch('fetch failed');
  });

  test('that shuts down completes nothing, though it answers 200', async () => {
    engine.abort();
    expect(await engineProbe(engine.url, CHAT).complete(never)).toBe('the engine aborted the request');
  });

  test('that serves another model completes nothing', async () => {
    expect(await engineProbe(engine.url, { ...CHAT, servedName: 'other' }).complete(never)).toBe('status 404');
  });

  test('that hangs is not waited for once nobody wants to know', async () => {
    engine.hang();
    const gone = new AbortController();
    const asked = engineProbe(engine.url, CHAT).complete(gone.signal);
    await engine.until(() => engine.running === 1);
    gone.abort();
    expect(await asked).toMatch(/abort/i);
    await engine.until(() => engine.aborted === 1);
  });
});

describe('another server', () => {
  let server: Server;
  const listening = async (answer: RequestListener): Promise<string> => {
    server = createServer(answer);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  afterEach(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });

  test('that is unhealthy is bad, not refused', async () => {
    const url = await listening((_request, response) => response.writeHead(503).end());
    expect(await engineProbe(url, CHAT).health()).toBe('bad');
  });

  test('that does not answer is bad within two seconds', async () => {
    const url = await listening(() => undefined);
    expect(await engineProbe(url, CHAT).health()).toBe('bad');
  });

  test.each<[string, object, string | null]>([
    ['an embedding', { data: [{ embedding: [0.1, 0.2] }] }, null],
    ['no embedding', { data: [{ embedding: [] }] }, 'the answer has no embedding'],
    ['nothing', {}, 'the answer has no embedding'],
  ])('that embeds with %s', async (_name, answer, problem) => {
    const asked: unknown[] = [];
    const url = await listening((request, response) => {
      asked.push(request.url);
      response.end(JSON.stringify(answer));
    });
    expect(await engineProbe(url, EMBED).complete(never)).toBe(problem);
    expect(asked).toEqual(['/v1/embeddings']);
  });

  test('whose answer has no token did not complete', async () => {
    const url = await listening((_request, response) => response.end('{"choices":[],"usage":{"completion_tokens":0}}'));
    expect(await engineProbe(url, CHAT).complete(never)).toBe('the answer has no token');
  });
});
