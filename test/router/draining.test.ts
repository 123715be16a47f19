/** Replicas whose gate refuses new work while their rows still call them ready: nobody was there, and nothing else is wrong. */
import { readFileSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as path from 'node:path';
import type { ReplicaRow } from '../../lambda/router/stores/stores';
import { isGateRefusal } from '../../lib/chat/gate-refusal';
import { startFakeClosed } from '../support/fake-closed';
import { type FakeVllm, startFakeVllm } from '../support/fake-vllm';
import { statusOf } from '../support/fleet-status';
import { planOf } from '../support/plans';
import { chat } from '../support/router';
import { type SimulatedOptions, type SimulatedRouter, startSimulated, until } from '../support/simulated-fleet';

const GATE = readFileSync(path.resolve(__dirname, '../../constructs/vllm-fleet/host/gate.conf'), 'utf8');
/** The body as the real gate has it. */
const REFUSAL = /return 503 '(.*)';/.exec(GATE)?.[1] ?? '';

const LLAMA = 'meta-llama/Llama-3.1-8B-Instruct';
const NOW = 1_000_000_000_000;

interface Gate {
  readonly url: string;
  asked: number;
}

let vllm: FakeVllm;
const closing: (() => void | Promise<void>)[] = [];

beforeAll(async () => {
  vllm = await startFakeVllm();
});

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

afterAll(() => vllm.stop());

/** A replica's gate that has closed, unless the test has it answer something else. */
async function startGate(status = 503, body = REFUSAL): Promise<Gate> {
  const server: Server = createServer((request, response) => {
    gate.asked += 1;
    request.resume();
    request.on('end', () => response.writeHead(status, { 'content-type': 'application/json' }).end(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  });
  const gate = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked: 0 };
  return gate;
}

async function start(options: SimulatedOptions & { readonly endpoints?: string[] } = {}): Promise<SimulatedRouter> {
  const closed = await startFakeClosed();
  closing.push(() => closed.stop());
  const { endpoints, ...rest } = options;
  const plan = planOf({
    fleets: { llama: { model: LLAMA, ...(endpoints && { endpoints }) } },
    providers: { openai: { secret: 'a/openai', baseUrl: `${closed.url}/v1` } },
    models: { fast: { fleet: 'llama' }, gpt: { provider: 'openai', model: 'gpt-4o' } },
    routes: [{ name: 'default', to: ['fast', 'gpt'] }],
  });
  const router = await startSimulated(plan, rest);
  closing.push(() => router.close());
  return router;
}

const row = (id: string, url: string, rest: Partial<ReplicaRow> = {}): ReplicaRow => ({
  ...{ id, url, ready: true, running: 0, waiting: 0 },
  ...rest,
});
/** Of two the one that is asked first: the other one has all it can do at once. */
const BUSY = { running: 1_000 };
const NOT_WAITING = { headers: { 'x-hybrid-max-wait-ms': '0' } };

const codeOf = async (response: Response): Promise<unknown> => [
  response.status,
  ((await response.json()) as { error: { code: string } }).error.code,
];
const failuresOf = ({ records }: SimulatedRouter): unknown => records.at(-1)?.attempts.map(({ failure }) => failure);

test('the router knows the gate’s own refusal, and takes nothing else for it', () => {
  expect(isGateRefusal(503, REFUSAL)).toBe(true);
  for (const [status, body] of [
    [500, REFUSAL],
    [503, ''],
    [503, 'draining'],
    [503, '{"error":"draining"}'],
    [503, '{"code":"draining"}'],
    [503, '{"error":{"message":"draining","code":503}}'],
  ] as const) {
    expect([status, body, isGateRefusal(status, body)]).toEqual([status, body, false]);
  }
});

describe('a replica that drains', () => {
  test.each([false, true])('hands the request on to the next one at once; streamed: %s', async (stream) => {
    const router = await start();
    const gate = await startGate();
    router.fleet.rowsOf.set('llama', [row('i-1', gate.url), row('i-2', vllm.url, BUSY)]);
    const response = await chat(router.url, { body: { stream } });
    await response.text();
    expect([response.status, response.headers.get('x-hybrid-model')]).toEqual([200, 'fast']);
    await until(() => router.records.length > 0);
    expect([failuresOf(router), gate.asked]).toEqual([['draining', null], 1]);
  });

  test('is not asked again while another one is there, though its row calls it ready', async () => {
    let now = NOW;
    const router = await start({ nowMs: () => now });
    const gate = await startGate();
    router.fleet.rowsOf.set('llama', [row('i-1', gate.url), row('i-2', vllm.url, BUSY)]);
    for (let asked = 0; asked < 3; asked++) expect((await chat(router.url, { model: 'fast' })).status).toBe(200);
    expect(gate.asked).toBe(1);
    // By then its row has said so, or it has not drained.
    now += 15_000;
    await chat(router.url, { model: 'fast' });
    expect(gate.asked).toBe(2);
  });

  test('is no try: however many of them drain, the one that serves is found', async () => {
    const router = await start({ limits: { maxAttempts: 2 } });
    const gates = await Promise.all(Array.from({ length: 6 }, () => startGate()));
    const rows = gates.map(({ url }, index) => row(`i-${index}`, url));
    router.fleet.rowsOf.set('llama', [...rows, row('i-9', vllm.url, BUSY)]);
    expect((await chat(router.url)).headers.get('x-hybrid-model')).toBe('fast');
    expect(gates.map(({ asked }) => asked)).toEqual(gates.map(() => 1));
  });

  test('leaves its fleet as it is: the next one that comes is asked first', async () => {
    const router = await start({ nowMs: () => NOW });
    const gate = await startGate();
    router.fleet.rowsOf.set('llama', [row('i-1', gate.url)]);
    expect((await chat(router.url)).headers.get('x-hybrid-model')).toBe('gpt');
    router.fleet.rowsOf.set('llama', [row('i-1', gate.url), row('i-2', vllm.url)]);
    expect((await chat(router.url)).headers.get('x-hybrid-model')).toBe('fast');
  });
});

describe('a fleet whose replicas all drain', () => {
  const twoGates = async (router: SimulatedRouter): Promise<readonly Gate[]> => {
    const gates = await Promise.all([startGate(), startGate()]);
    router.fleet.rowsOf.set(
      'llama',
      gates.map(({ url }, index) => row(`i-${index}`, url)),
    );
    return gates;
  };

  test('keeps a request waiting for the one that comes, and asks the gates no more meanwhile', async () => {
    const router = await start();
    const gates = await twoGates(router);
    router.fleet.statusesOf.set('llama', statusOf({ state: 'ready' }));
    const answer = chat(router.url, { model: 'fast' });
    await until(() => router.fleet.woken.length > 0);
    const { reads } = router.fleet;
    await until(() => router.fleet.reads > reads);
    router.fleet.rowsOf.set('llama', [...(router.fleet.rowsOf.get('llama') ?? []), row('i-9', vllm.url, BUSY)]);
    const response = await answer;
    expect([response.status, response.headers.get('x-hybrid-model')]).toEqual([200, 'fast']);
    await until(() => router.records.length > 0);
    expect(failuresOf(router)).toEqual(['draining', 'draining', null]);
    expect(router.records[0]?.heldMs).toBeGreaterThan(0);
    expect(gates.map(({ asked }) => asked)).toEqual([1, 1]);
  });

  test('keeps a request waiting also where one of them has fallen silent instead', async () => {
    const router = await start();
    const gate = await startGate();
    const silent = row('i-1', 'http://127.0.0.1:1', { ready: false });
    router.fleet.rowsOf.set('llama', [row('i-0', gate.url), silent]);
    const answer = chat(router.url, { model: 'fast' });
    await until(() => router.fleet.woken.length > 0);
    router.fleet.rowsOf.set('llama', [row('i-9', vllm.url)]);
    expect((await answer).status).toBe(200);
  });

  test('is covered by the next target, and what that cost counts towards waking it', async () => {
    const router = await start();
    await twoGates(router);
    expect((await chat(router.url)).headers.get('x-hybrid-model')).toBe('gpt');
    await until(() => router.over.count === 1);
    expect(router.records[0]?.covers).toBe('llama');
    expect(router.fleet.costs).toMatchObject([{ fleet: 'llama' }]);
  });

  test('is told with 503 and Retry-After to a caller who does not wait', async () => {
    const router = await start({ nowMs: () => NOW });
    await twoGates(router);
    router.fleet.statusesOf.set('llama', statusOf({ state: 'degraded', etaMs: NOW + 90_000 }));
    const response = await chat(router.url, { model: 'fast', ...NOT_WAITING });
    expect(response.headers.get('retry-after')).toBe('90');
    expect(await codeOf(response)).toEqual([503, 'waking']);
  });

  test('keeps nobody waiting where an operator has drained it', async () => {
    const router = await start();
    await twoGates(router);
    router.fleet.statusesOf.set('llama', statusOf({ state: 'draining', reason: 'drained_by_operator' }));
    expect(await codeOf(await chat(router.url, { model: 'fast' }))).toEqual([503, 'no_target_available']);
    expect(router.fleet.woken).toEqual([]);
  });

  test('keeps nobody waiting where the config lists them', async () => {
    const gate = await startGate();
    const router = await start({ endpoints: [gate.url] });
    router.fleet.rowsOf.set('llama', [row('i-1', gate.url)]);
    expect(await codeOf(await chat(router.url, { model: 'fast' }))).toEqual([503, 'no_target_available']);
  });
});

describe('somebody was there', () => {
  test('where a ready replica fails beside one that drains', async () => {
    const router = await start();
    const gate = await startGate();
    const engine = await startGate(
      500,
      '{"error":{"message":"out of memory","type":"InternalServerError","code":500}}',
    );
    router.fleet.rowsOf.set('llama', [row('i-1', gate.url), row('i-2', engine.url, BUSY)]);
    expect(await codeOf(await chat(router.url, { model: 'fast' }))).toEqual([502, 'upstream_error']);
    expect(router.fleet.woken).toEqual([]);
  });

  test('where the engine itself says 503', async () => {
    const router = await start();
    const engine = await startGate(503, '{"error":{"message":"busy","type":"ServiceUnavailable","code":503}}');
    router.fleet.rowsOf.set('llama', [row('i-1', engine.url)]);
    expect(await codeOf(await chat(router.url, { model: 'fast' }))).toEqual([502, 'upstream_error']);
    await until(() => router.records.length > 0);
    expect(failuresOf(router)).toEqual(['upstream_status']);
  });

  test('where a provider speaks as a gate would', async () => {
    const provider = await startGate();
    const plan = planOf({
      providers: { openai: { secret: 'a/openai', baseUrl: `${provider.url}/v1` } },
      models: { gpt: { provider: 'openai', model: 'gpt-4o' } },
      routes: [{ name: 'default', to: ['gpt'] }],
    });
    const router = await startSimulated(plan);
    closing.push(() => router.close());
    expect(await codeOf(await chat(router.url))).toEqual([502, 'upstream_error']);
  });
});
