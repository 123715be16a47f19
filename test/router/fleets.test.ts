/** Fleets that sleep, wake, are full or broken: who is asked instead, who waits, who is woken, and what the caller is told. */
import type { ReplicaRow } from '../../lambda/router/stores/stores';
import type { FleetState } from '../../lib/tables/status-row';
import { type FakeClosed, startFakeClosed } from '../support/fake-closed';
import { type FakeVllm, startFakeVllm } from '../support/fake-vllm';
import { statusOf } from '../support/fleet-status';
import { planOf } from '../support/plans';
import { chat } from '../support/router';
import { type SimulatedOptions, type SimulatedRouter, startSimulated, until } from '../support/simulated-fleet';

const LLAMA = { model: 'meta-llama/Llama-3.1-8B-Instruct', concurrency: 4 };
const PRICE = { inputUsdPerMillionTokens: 1000, outputUsdPerMillionTokens: 1000 };

let vllm: FakeVllm;
let closed: FakeClosed;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  [vllm, closed] = await Promise.all([startFakeVllm(), startFakeClosed()]);
});

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

afterAll(() => Promise.all([vllm.stop(), closed.stop()]));

type Wake = 'always' | 'fair' | 'never';

interface Setup extends SimulatedOptions {
  readonly wake?: Wake;
  /** Whom a request to `auto` is for. */
  readonly to?: string[];
}

async function start({ wake = 'fair', to = ['fast', 'gpt'], ...options }: Setup = {}): Promise<SimulatedRouter> {
  const plan = planOf({
    fleets: { llama: { ...LLAMA, replicas: { wake } }, second: LLAMA },
    providers: { openai: { secret: 'a/openai', baseUrl: `${closed.url}/v1` } },
    models: {
      fast: { fleet: 'llama' },
      other: { fleet: 'second' },
      gpt: { provider: 'openai', model: 'gpt-4o', price: PRICE },
    },
    routes: [{ name: 'default', to }],
  });
  const router = await startSimulated(plan, options);
  closing.push(() => router.close());
  return router;
}

/** At the engine, unless the test says where. */
const ready = (rest: Partial<ReplicaRow> = {}): ReplicaRow => ({
  id: 'i-1',
  url: vllm.url,
  ready: true,
  running: 0,
  waiting: 0,
  ...rest,
});

const AT_ONCE = { headers: { 'x-hybrid-max-wait-ms': '0' } };

interface Told {
  readonly status: number;
  readonly code: string;
  readonly retryAfter: number;
  readonly message: string;
}

async function told(asked: Promise<Response>): Promise<Told> {
  const response = await asked;
  const { error } = (await response.json()) as { error: { code: string; message: string } };
  return { ...error, status: response.status, retryAfter: Number(response.headers.get('retry-after')) };
}

describe('a request that nobody may take but a fleet without a replica', () => {
  const NOW = 1_000_000_000_000;

  test.each<[string, number | null, number]>([
    ['in a minute and a half', NOW + 90_000, 90],
    ['in a moment', NOW + 1, 1],
    ['since a minute', NOW - 60_000, 1],
    ['tomorrow', NOW + 86_400_000, 600],
    ['at a time that nobody knows', null, 10],
  ])('is told to come back when the replica is expected: %s', async (_, etaMs, seconds) => {
    const { url, fleet } = await start({ nowMs: () => NOW });
    fleet.statusesOf.set('llama', statusOf({ etaMs }));
    expect(await told(chat(url, { model: 'fast', ...AT_ONCE }))).toMatchObject({
      status: 503,
      code: 'waking',
      retryAfter: seconds,
    });
  });

  test.each<[FleetState, Wake, string, boolean]>([
    ['waking', 'fair', 'waking', true],
    ['waking', 'never', 'waking', false],
    ['asleep', 'fair', 'waking', true],
    ['asleep', 'always', 'waking', true],
    ['asleep', 'never', 'no_target_available', false],
    ['draining', 'fair', 'waking', true],
    ['draining', 'never', 'no_target_available', false],
    ['degraded', 'fair', 'waking', true],
    ['ready', 'fair', 'waking', true],
    ['broken', 'fair', 'no_target_available', false],
    ['broken', 'always', 'no_target_available', false],
  ])('of a fleet that is %s and wakes %s is told `%s`; woken: %s', async (state, wake, code, isWoken) => {
    const { url, fleet } = await start({ wake });
    fleet.statusesOf.set('llama', statusOf({ state }));
    expect(await told(chat(url, { model: 'fast', ...AT_ONCE }))).toMatchObject({ status: 503, code });
    expect(fleet.woken).toEqual(isWoken ? ['llama'] : []);
    expect(fleet.costs).toEqual([]);
  });

  test.each<[FleetState, Wake]>([
    ['broken', 'fair'],
    ['asleep', 'never'],
  ])('does not wait for one that is %s and wakes %s, and is told so', async (state, wake) => {
    const { url, fleet } = await start({ wake });
    fleet.statusesOf.set('llama', statusOf({ state }));
    const answer = await told(chat(url, { model: 'fast' }));
    expect(answer).toMatchObject({ code: 'no_target_available', retryAfter: 10 });
    expect(answer.message).toContain(`llama: ${state}`);
  });

  test.each(['drained_by_operator', 'budget_zero'])('does not wait for one that is asleep by %s', async (reason) => {
    const { url, fleet } = await start();
    fleet.statusesOf.set('llama', statusOf({ state: 'asleep', reason }));
    expect((await told(chat(url, { model: 'fast' }))).code).toBe('no_target_available');
    expect(fleet.woken).toEqual([]);
  });

  test('wakes it before it waits, and is answered by the first replica', async () => {
    const { url, fleet, records, metrics } = await start();
    fleet.statusesOf.set('llama', statusOf({ state: 'asleep' }));
    const answer = chat(url, { model: 'fast' });
    await until(() => fleet.woken.length > 0);
    fleet.rowsOf.set('llama', [ready()]);
    expect((await answer).status).toBe(200);
    await until(() => records.length > 0);
    expect(fleet.woken).toEqual(['llama']);
    expect(fleet.costs).toEqual([]);
    expect(records[0]?.heldMs).toBeGreaterThan(0);
    expect(records[0]?.covers).toBeNull();
    expect(metrics[0]).toMatchObject({ HeldRequests: 1, HoldTime: records[0]?.heldMs, CoveredRequests: 0 });
  });

  test('waits no longer when the fleet breaks', async () => {
    const { url, fleet } = await start();
    fleet.statusesOf.set('llama', statusOf());
    const answer = told(chat(url, { model: 'fast' }));
    await until(() => fleet.reads > 1);
    fleet.statusesOf.set('llama', statusOf({ state: 'broken' }));
    expect(await answer).toMatchObject({ status: 503, code: 'no_target_available' });
  });

  test('reminds the controller while it waits', async () => {
    let now = 0;
    const { url, fleet } = await start({ nowMs: () => now });
    const answer = chat(url, { model: 'fast' });
    await until(() => fleet.woken.length === 1);
    now = 10_001;
    await until(() => fleet.woken.length === 2);
    fleet.rowsOf.set('llama', [ready()]);
    expect((await answer).status).toBe(200);
  });

  test('of several fleets is told of the one that comes first', async () => {
    const { url, fleet } = await start({ to: ['fast', 'other'], nowMs: () => NOW });
    fleet.statusesOf.set('llama', statusOf({ etaMs: NOW + 300_000 }));
    fleet.statusesOf.set('second', statusOf({ etaMs: NOW + 60_000 }));
    expect(await told(chat(url, AT_ONCE))).toMatchObject({ code: 'waking', retryAfter: 60 });
    expect(fleet.woken).toEqual(['llama', 'second']);
  });
});

describe('a request that another target covers', () => {
  const covered = async (wake: Wake, state: FleetState | null): Promise<SimulatedRouter> => {
    const router = await start({ wake });
    if (state !== null) router.fleet.statusesOf.set('llama', statusOf({ state }));
    const response = await chat(router.url);
    expect([response.status, response.headers.get('x-hybrid-model')]).toEqual([200, 'gpt']);
    await until(() => router.over.count === 1);
    return router;
  };

  test.each<[Wake, FleetState | null]>([
    ['fair', 'asleep'],
    ['fair', 'waking'],
    ['fair', null],
    ['always', 'asleep'],
  ])('counts what it cost for a fleet that wakes %s and is %s', async (wake, state) => {
    const { fleet, records, metrics } = await covered(wake, state);
    expect(records[0]?.costUsd).toBeGreaterThan(0);
    expect(fleet.costs).toEqual([{ fleet: 'llama', usd: records[0]?.costUsd }]);
    expect(fleet.woken).toEqual(wake === 'always' ? ['llama'] : []);
    expect(records[0]).toMatchObject({ covers: 'llama', heldMs: 0 });
    expect(metrics[0]).toMatchObject({ CoveredRequests: 1, HeldRequests: 0 });
    expect(metrics[0]).not.toHaveProperty('HoldTime');
  });

  test.each<[Wake, FleetState]>([
    ['never', 'asleep'],
    ['fair', 'broken'],
  ])('counts nothing for a fleet that wakes %s and is %s', async (wake, state) => {
    const { fleet, records } = await covered(wake, state);
    expect([fleet.costs, fleet.woken]).toEqual([[], []]);
    expect(records[0]?.covers).toBeNull();
  });

  test('counts a stream’s cost too, once', async () => {
    const { url, fleet, records, over } = await start();
    await (await chat(url, { body: { stream: true } })).text();
    await until(() => over.count === 1);
    expect(fleet.costs).toEqual([{ fleet: 'llama', usd: records[0]?.costUsd }]);
  });

  test('counts for the first fleet that would have answered, and for no other', async () => {
    const { url, fleet, over } = await start({ to: ['fast', 'other', 'gpt'] });
    fleet.statusesOf.set('llama', statusOf({ state: 'broken' }));
    expect((await chat(url)).status).toBe(200);
    await until(() => over.count === 1);
    expect(fleet.costs.map((cost) => cost.fleet)).toEqual(['second']);
  });

  test('counts nothing where the fleet was not next in the chain', async () => {
    const { url, fleet, over } = await start({ to: ['gpt', 'fast'] });
    expect((await chat(url)).status).toBe(200);
    await until(() => over.count === 1);
    expect(fleet.costs).toEqual([]);
  });

  test('counts nothing for a fleet that has a replica and failed', async () => {
    const { url, fleet, over } = await start();
    fleet.rowsOf.set('llama', [ready({ url: 'http://127.0.0.1:1' })]);
    expect((await chat(url)).headers.get('x-hybrid-model')).toBe('gpt');
    await until(() => over.count === 1);
    expect(fleet.costs).toEqual([]);
  });

  test('has its whole answer before the count is written, and the process waits for that', async () => {
    const { url, fleet, over } = await start();
    let written: () => void = () => undefined;
    fleet.writing = new Promise((resolve) => (written = resolve));
    const response = await chat(url);
    expect(await response.json()).toHaveProperty('choices');
    expect([fleet.costs.length, over.count]).toEqual([1, 0]);
    written();
    await until(() => over.count === 1);
  });

  test('wakes the fleet at once when the cover fails, and does not wait for it', async () => {
    const { url, fleet } = await start();
    closing.push(() => closed.setMode({ kind: 'ok' }));
    await closed.setMode({ kind: 'status', status: 500 });
    expect(await told(chat(url))).toMatchObject({ status: 502, code: 'upstream_error' });
    expect(fleet.woken).toEqual(['llama']);
  });

  test('wakes nobody when the mistake is the caller’s', async () => {
    const { url, fleet } = await start();
    closing.push(() => closed.setMode({ kind: 'ok' }));
    await closed.setMode({ kind: 'status', status: 400 });
    expect((await told(chat(url))).status).toBe(400);
    expect(fleet.woken).toEqual([]);
  });
});

describe('a fleet that is full', () => {
  const FULL = { running: 4, waiting: 5 };

  test('is passed over for the next target', async () => {
    const { url, fleet, records } = await start();
    fleet.rowsOf.set('llama', [ready(FULL)]);
    const response = await chat(url);
    expect([response.status, response.headers.get('x-hybrid-model')]).toEqual([200, 'gpt']);
    await until(() => records.length > 0);
    expect(records[0]?.attempts.map(({ failure }) => failure)).toEqual(['fleet_full', null]);
    expect([fleet.costs, fleet.woken]).toEqual([[], []]);
  });

  test('is told with 429 and when to come back where no other target takes the request', async () => {
    const { url, fleet } = await start();
    fleet.rowsOf.set('llama', [ready(FULL), ready({ ...FULL, id: 'i-2' })]);
    const answer = await told(chat(url, { model: 'fast' }));
    expect(answer).toMatchObject({ status: 429, code: 'fleet_full' });
    expect(answer.retryAfter).toBeGreaterThan(0);
  });

  test.each<[string, () => ReplicaRow[]]>([
    ['one of its replicas has room', () => [ready({ ...FULL, id: 'i-2' }), ready()]],
    ['as many wait as it serves at once', () => [ready({ running: 4, waiting: 4 })]],
    ['nobody says how many wait', () => [{ id: 'i-1', url: vllm.url, ready: true, running: 40 }]],
  ])('is not so when %s', async (_, rows) => {
    const { url, fleet } = await start();
    fleet.rowsOf.set('llama', rows());
    expect((await chat(url, { model: 'fast' })).status).toBe(200);
  });

  test('is so by requests of our own that its row cannot know of yet, where some wait already', async () => {
    const { url, fleet } = await start({ nowMs: () => 1000 });
    vllm.tokenDelayMs = 20;
    fleet.rowsOf.set('llama', [ready({ running: 4, waiting: 4, loadAsOfMs: 1000 })]);
    const first = await chat(url, { model: 'fast', body: { stream: true } });
    expect((await told(chat(url, { model: 'fast' }))).code).toBe('fleet_full');
    await first.text();
    vllm.tokenDelayMs = 0;
    expect((await chat(url, { model: 'fast' })).status).toBe(200);
  });

  test('is asked when the other one of the chain, which was waited for, does not come and it has room again', async () => {
    const { url, fleet } = await start({ to: ['fast', 'other'] });
    fleet.rowsOf.set('llama', [ready(FULL)]);
    const answer = chat(url);
    await until(() => fleet.woken.length > 0);
    expect(fleet.woken).toEqual(['second']);
    fleet.rowsOf.set('llama', [ready()]);
    const response = await answer;
    expect([response.status, response.headers.get('x-hybrid-model')]).toEqual([200, 'fast']);
  });

  test('is what the caller hears of, rather than of one that only boots', async () => {
    const { url, fleet } = await start({ to: ['fast', 'other'] });
    fleet.rowsOf.set('llama', [ready(FULL)]);
    fleet.statusesOf.set('second', statusOf({ fleet: 'second' }));
    expect((await told(chat(url, AT_ONCE))).code).toBe('fleet_full');
  });

  test('beside a provider whose own limit is reached is a rate limit, with the sooner of both times', async () => {
    const { url, fleet } = await start();
    closing.push(() => closed.setMode({ kind: 'ok' }));
    await closed.setMode({ kind: 'status', status: 429 });
    fleet.rowsOf.set('llama', [ready(FULL)]);
    expect(await told(chat(url))).toMatchObject({ status: 429, code: 'rate_limit_exceeded' });
  });
});
