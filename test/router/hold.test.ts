/** A request whose fleets have no replica waits for one, as long as it may, and then is answered or refused. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRouter } from '../../lambda/router/app';
import { nodeHttpServer } from '../../lambda/router/fronts/node-http';
import { MOST_HELD_PER_FLEET } from '../../lambda/router/hold';
import { memoryKeys, memoryLedger } from '../../lambda/router/stores/memory';
import type { Ledger, ReplicaRow, ReplicaStore } from '../../lambda/router/stores/stores';
import type { PlanLimits, RouterPlan } from '../../lib/plan/types';
import { detectors } from '../../lib/policy/detectors';
import type { DecisionRecord } from '../../lib/records/decision-record';
import { startFakeClosed } from '../support/fake-closed';
import { type FakeVllm, startFakeVllm } from '../support/fake-vllm';
import { planOf } from '../support/plans';
import { KEY, chat, keyRow } from '../support/router';
import { eventsOf } from '../support/sse';

/** Longer than a test may take: a request that ends before was not held. */
const FOR_EVER_MS = 240_000;

const TWO_A_MINUTE = { floor: 'public', requestsPerMinute: 2 } as const;

let vllm: FakeVllm;
const closing: (() => void | Promise<void>)[] = [];

beforeAll(async () => {
  vllm = await startFakeVllm();
});

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

afterAll(() => vllm.stop());

/** A simulated fleet table: one row, or none. */
class SimulatedTable implements ReplicaStore {
  readonly changes = true;
  reads = 0;
  rowsNow: readonly ReplicaRow[] = [];

  rows(): readonly ReplicaRow[] {
    this.reads += 1;
    return this.rowsNow;
  }

  /** The first replica is there. */
  wake(): void {
    this.rowsNow = [{ id: 'i-1', url: vllm.url, ready: true, running: 0 }];
  }
}

interface Held {
  readonly url: string;
  readonly table: SimulatedTable;
  readonly records: DecisionRecord[];
  /** Amounts set aside, in the order of it. */
  readonly reserved: number[];
}

interface Setup {
  readonly limits?: Partial<PlanLimits>;
  readonly plan?: RouterPlan;
  readonly replicas?: ReplicaStore;
  readonly nowMs?: () => number;
}

async function start({ limits, plan = planOf(), replicas, nowMs = Date.now }: Setup = {}): Promise<Held> {
  const table = new SimulatedTable();
  const records: DecisionRecord[] = [];
  const reserved: number[] = [];
  const books = memoryLedger(nowMs);
  const ledger: Ledger = {
    spent: (tenant) => books.spent(tenant),
    reserve: (request) => {
      reserved.push(request.usd);
      return books.reserve(request);
    },
  };
  const limited = { ...plan, limits: { ...plan.limits, holdMs: FOR_EVER_MS, ...limits } };
  const router = createRouter({
    deployment: plan.name,
    lanes: {
      open: {
        plan: limited,
        secrets: { find: () => 'x' },
        detectors: detectors(plan.sensitivity),
        replicas: replicas ?? table,
      },
    },
    keys: memoryKeys([keyRow(KEY)]),
    ledger,
    nowMs,
    newId: () => 'request',
    emit: ({ decision }) => records.push(JSON.parse(decision) as DecisionRecord),
  });
  const server: Server = nodeHttpServer(router, limited.limits);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  return { url, table, records, reserved };
}

const wait = (ms: number): { headers: Record<string, string> } => ({
  headers: { 'x-hybrid-max-wait-ms': String(ms) },
});

const codeOf = async (response: Response): Promise<string> =>
  ((await response.json()) as { error: { code: string } }).error.code;

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('a fleet without a replica', () => {
  test('keeps a request waiting and answers it when the first replica is ready', async () => {
    const { url, table, records } = await start();
    const answer = chat(url, { model: 'fast' });
    await until(() => table.reads > 0);
    table.wake();
    const response = await answer;
    expect(response.status).toBe(200);
    expect(response.headers.get('x-hybrid-model')).toBe('fast');
    await until(() => records.length > 0);
    expect(records[0]?.attempts.map(({ failure }) => failure)).toEqual(['no_replica', null]);
  });

  test('sets nothing aside in the ledger while a request waits', async () => {
    const { url, table, reserved } = await start();
    const answer = chat(url, { model: 'fast' });
    await until(() => table.reads > 0);
    expect(reserved).toEqual([]);
    table.wake();
    expect((await answer).status).toBe(200);
    expect(reserved).toHaveLength(1);
  });

  test('keeps a request waiting that does not reach the one replica, which has fallen silent', async () => {
    const { url, table, reserved, records } = await start({ plan: planOf({ tenants: { local: TWO_A_MINUTE } }) });
    table.rowsNow = [{ id: 'i-0', url: 'http://127.0.0.1:1', ready: false, running: 0 }];
    const answer = chat(url, { model: 'fast' });
    await until(() => reserved.length > 0);
    table.wake();
    expect((await answer).status).toBe(200);
    await until(() => records.length > 0);
    expect(records[0]?.attempts.map(({ failure }) => failure)).toEqual(['connect_failed', null]);
    // Two attempts, but one request.
    expect((await chat(url, { model: 'fast' })).status).toBe(200);
  });

  test('answers through a replica that has fallen silent, if it still does', async () => {
    const { url, table } = await start();
    table.wake();
    table.rowsNow = table.rowsNow.map((row) => ({ ...row, ready: false }));
    expect((await chat(url, { model: 'fast' })).status).toBe(200);
  });

  test('keeps a request waiting whose replica is gone, though the table does not say so yet', async () => {
    const { url, table, reserved, records } = await start();
    table.rowsNow = [{ id: 'i-0', url: 'http://127.0.0.1:1', ready: true, running: 0 }];
    const answer = chat(url, { model: 'fast' });
    await until(() => reserved.length > 0);
    table.wake();
    expect((await answer).status).toBe(200);
    await until(() => records.length > 0);
    expect(records[0]?.attempts.map(({ failure }) => failure)).toEqual(['connect_failed', null]);
  });

  test.each([502, 504])('keeps a request waiting whose replica’s gate says %d', async (status) => {
    const { url, table, reserved } = await start();
    table.wake();
    vllm.failNext(status);
    const answer = chat(url, { model: 'fast' });
    await until(() => reserved.length > 0);
    expect((await answer).status).toBe(200);
  });

  test('keeps no request waiting whose replica is there and failed', async () => {
    const { url, table } = await start();
    table.wake();
    vllm.failNext(500);
    expect((await chat(url, { model: 'fast' })).status).toBe(502);
  });

  test('keeps no request waiting for a ready replica that takes nothing, once its host must have been found gone', async () => {
    let leapMs = 0;
    const { url, table, reserved } = await start({ nowMs: () => Date.now() + leapMs });
    table.rowsNow = [{ id: 'i-0', url: 'http://127.0.0.1:1', ready: true, running: 0 }];
    const answer = chat(url, { model: 'fast' });
    // It has been asked again: from the first time on its absence is counted.
    await until(() => reserved.length > 1);
    leapMs = 20_000;
    const response = await answer;
    expect([response.status, await codeOf(response)]).toEqual([503, 'no_target_available']);
  });

  test('refuses with 503 and Retry-After when the wait is over', async () => {
    const { url, reserved } = await start({ limits: { holdMs: 50 } });
    const response = await chat(url, { model: 'fast' });
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(1);
    expect(await codeOf(response)).toBe('no_target_available');
    expect(reserved).toEqual([]);
  });

  test('keeps a request no longer than leaves 30 s for its answer', async () => {
    const { url } = await start({ limits: { totalMs: 30_050 } });
    expect((await chat(url, { model: 'fast' })).status).toBe(503);
  });

  test.each([0, 50])('keeps a request no longer than the %d ms its caller grants', async (ms) => {
    const { url } = await start();
    expect((await chat(url, { model: 'fast', ...wait(ms) })).status).toBe(503);
  });

  test('keeps a request no longer because its caller would wait longer', async () => {
    const { url } = await start({ limits: { holdMs: 50 } });
    expect((await chat(url, { model: 'fast', ...wait(FOR_EVER_MS) })).status).toBe(503);
  });

  test('keeps 64 requests and refuses the next at once', async () => {
    const { url, table } = await start();
    const held = Array.from({ length: MOST_HELD_PER_FLEET }, () => chat(url, { model: 'fast' }));
    await until(() => table.reads >= MOST_HELD_PER_FLEET);
    expect((await chat(url, { model: 'fast' })).status).toBe(503);
    table.wake();
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual(held.map(() => 200));
    // Their places are free again.
    table.rowsNow = [];
    const next = chat(url, { model: 'fast' });
    const reads = table.reads;
    await until(() => table.reads > reads);
    table.wake();
    expect((await next).status).toBe(200);
  });

  test('keeps no request whose caller has gone', async () => {
    const { url, table, records } = await start();
    const caller = new AbortController();
    const asked = fetch(`${url}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}` },
      body: JSON.stringify({ model: 'fast', messages: [{ role: 'user', content: 'hello' }] }),
      signal: caller.signal,
    });
    await until(() => table.reads > 0);
    caller.abort();
    await expect(asked).rejects.toThrow();
    await until(() => records.length > 0);
    expect(records[0]).toMatchObject({ outcome: 'client_gone', error: null });
    expect(records[0]?.durationMs).toBeLessThan(450);
  });
});

describe('nobody waits', () => {
  test('for a fleet whose replicas the config lists', async () => {
    const plan = planOf({
      fleets: { llama: { model: 'meta-llama/Llama-3.1-8B-Instruct', endpoints: ['http://127.0.0.1:1'] } },
    });
    const { url } = await start({ plan });
    expect((await chat(url, { model: 'fast' })).status).toBe(503);
  });

  test('for a store that does not change', async () => {
    const { url } = await start({ replicas: { rows: () => [] } });
    expect((await chat(url, { model: 'fast' })).status).toBe(503);
  });

  test('while another target of the chain can be asked, whatever comes of it', async () => {
    const closed = await startFakeClosed();
    closing.push(() => closed.stop());
    const { url } = await start({
      plan: planOf({
        providers: { openai: { secret: 'a/openai', baseUrl: `${closed.url}/v1` } },
        models: { fast: { fleet: 'llama' }, gpt: { provider: 'openai', model: 'gpt-4o' } },
        routes: [{ name: 'default', to: ['fast', 'gpt'] }],
      }),
    });
    const covered = await chat(url);
    expect([covered.status, covered.headers.get('x-hybrid-model')]).toEqual([200, 'gpt']);
    await closed.setMode({ kind: 'status', status: 500 });
    expect((await chat(url)).status).toBe(502);
    await closed.setMode({ kind: 'refuse' });
    expect((await chat(url)).status).toBe(503);
  });

  test.each(['soon', '-1', '1.5', ''])('when the caller says %j for how long', async (stated) => {
    const { url, table } = await start();
    const response = await chat(url, { model: 'fast', headers: { 'x-hybrid-max-wait-ms': stated } });
    expect([response.status, await codeOf(response)]).toEqual([400, 'invalid_request']);
    expect(table.reads).toBe(0);
  });
});

describe('a streamed request', () => {
  const stream = { model: 'fast', body: { stream: true } };
  const SOON = { holdSilentMs: 20, holdPingMs: 30 };

  test('that waits for long gets its status and a comment now and again, then the answer', async () => {
    const { url, table } = await start({ limits: SOON });
    const response = await chat(url, stream);
    // It is the status that came first.
    expect(table.rowsNow).toEqual([]);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch('text/event-stream');
    // The answer takes longer than it is from one comment to the next.
    vllm.tokenDelayMs = 10;
    table.wake();
    const text = await response.text();
    vllm.tokenDelayMs = 0;
    const comments = text.split('\n').filter((line) => line.startsWith(':'));
    expect(comments.length).toBeGreaterThan(2);
    expect(text.indexOf('data:')).toBeGreaterThan(text.lastIndexOf('\n:'));
    expect(text.trimEnd().endsWith('data: [DONE]')).toBe(true);
  });

  test('that waited in vain after its status ends in an error event, without [DONE]', async () => {
    const { url, records } = await start({ limits: { ...SOON, holdMs: 100 } });
    const response = await chat(url, stream);
    expect(response.status).toBe(200);
    const text = await response.text();
    const events = eventsOf(text);
    expect(events).toHaveLength(1);
    expect(JSON.parse(events[0] as string)).toMatchObject({ error: { code: 'no_target_available' } });
    expect(text).not.toContain('[DONE]');
    await until(() => records.length > 0);
    expect(records[0]).toMatchObject({ outcome: 'failed', error: 'no_target_available' });
  });

  test('that waited in vain for a short time gets 503', async () => {
    const { url } = await start({ limits: { ...SOON, holdMs: 10 } });
    const response = await chat(url, stream);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).not.toBeNull();
  });
});
