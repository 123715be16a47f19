/** The router's small parts that hold state: ledger, cooldown, keys, replicas by address. */
import fc from 'fast-check';
import { authenticate } from '../../lambda/router/authenticate';
import { Cooldown } from '../../lambda/router/cooldown';
import type { RouterRequest } from '../../lambda/router/request';
import { memoryKeys, memoryLedger } from '../../lambda/router/stores/memory';
import { staticReplicas } from '../../lambda/router/stores/static-replicas';
import { startFakeVllm } from '../support/fake-vllm';
import { keyRow } from '../support/router';

const MAY = Date.UTC(2026, 4, 31, 23, 59, 0);
const NO_RATES = { requestsPerMinute: null, tokensPerMinute: null };

describe('the ledger', () => {
  const caps = (tenantUsd: number | null, accountUsd: number | null = null) => ({ tenantUsd, accountUsd });

  test('never lets reservations and spend pass a cap, whatever happens in between', () => {
    const step = fc.record({
      usd: fc.double({ min: 0.01, max: 3, noNaN: true }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      settleNow: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const ledger = memoryLedger(() => MAY);
        const open: (() => void)[] = [];
        for (const { usd, share, settleNow } of steps) {
          const reserved = ledger.reserve({ tenant: 't', usd, caps: caps(10, 7), rates: null });
          if (reserved instanceof Promise) throw new Error('the memory ledger answers at once');
          if (reserved.ok) open.push(() => void reserved.settle(usd * share, 1));
          if (settleNow) open.shift()?.();
          expect(ledger.spent('t').tenantUsd).toBeLessThanOrEqual(7 + 1e-9);
        }
        for (const settle of open) settle();
        expect(ledger.spent('t').accountUsd).toBeLessThanOrEqual(7 + 1e-9);
      }),
    );
  });

  test('frees what was set aside and not spent', () => {
    const ledger = memoryLedger(() => MAY);
    const first = ledger.reserve({ tenant: 't', usd: 1, caps: caps(1), rates: null });
    expect(ledger.reserve({ tenant: 't', usd: 0.1, caps: caps(1), rates: null })).toMatchObject({
      ok: false,
      reason: 'budget',
      retryAfterSeconds: 60,
    });
    if (!(first instanceof Promise) && first.ok) void first.settle(0.25, 10);
    expect(ledger.spent('t')).toEqual({ tenantUsd: 0.25, accountUsd: 0.25 });
  });

  test('lets what costs no tokens through a cap that is reached', () => {
    const ledger = memoryLedger(() => MAY);
    const paid = ledger.reserve({ tenant: 't', usd: 1, caps: caps(1), rates: null });
    if (!(paid instanceof Promise) && paid.ok) void paid.settle(1.5, 0);
    expect(ledger.reserve({ tenant: 't', usd: 0, caps: caps(1), rates: null })).toMatchObject({ ok: true });
  });

  test('counts tenants apart and the account together', () => {
    const ledger = memoryLedger(() => MAY);
    void ledger.reserve({ tenant: 'a', usd: 2, caps: caps(null), rates: null });
    void ledger.reserve({ tenant: 'b', usd: 3, caps: caps(null), rates: null });
    expect(ledger.spent('a')).toEqual({ tenantUsd: 2, accountUsd: 5 });
  });

  test('starts anew with the month, UTC, and an old reservation does not count in the new one', () => {
    let now = MAY;
    const ledger = memoryLedger(() => now);
    const old = ledger.reserve({ tenant: 't', usd: 2, caps: caps(null), rates: null });
    now += 60_000;
    expect(ledger.spent('t').tenantUsd).toBe(0);
    if (!(old instanceof Promise) && old.ok) void old.settle(1, 1);
    expect(ledger.spent('t').tenantUsd).toBe(0);
  });

  test('holds a rate of requests a minute and says when the next minute begins', () => {
    let now = MAY + 20_000;
    const ledger = memoryLedger(() => now);
    const ask = () =>
      ledger.reserve({ tenant: 't', usd: 0, caps: caps(null), rates: { ...NO_RATES, requestsPerMinute: 2 } });
    expect([ask(), ask(), ask()]).toMatchObject([
      { ok: true },
      { ok: true },
      { ok: false, reason: 'rate', retryAfterSeconds: 40 },
    ]);
    now += 40_000;
    expect(ask()).toMatchObject({ ok: true });
  });

  test('holds a rate of tokens a minute by what was used', () => {
    const ledger = memoryLedger(() => MAY);
    const ask = () =>
      ledger.reserve({ tenant: 't', usd: 0, caps: caps(null), rates: { ...NO_RATES, tokensPerMinute: 100 } });
    const first = ask();
    if (!(first instanceof Promise) && first.ok) void first.settle(0, 100);
    expect(ask()).toMatchObject({ ok: false, reason: 'rate' });
  });
});

describe('a target that failed', () => {
  test('rests 250 ms, twice as long after each further failure, at most 10 s, until it answers', () => {
    let now = 0;
    const cooldown = new Cooldown(() => now);
    const rests: number[] = [];
    for (let failure = 0; failure < 8; failure++) {
      cooldown.failed('a');
      const from = now;
      while (cooldown.isCooling('a')) now += 50;
      rests.push(now - from);
    }
    expect(rests).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
    cooldown.answered('a');
    cooldown.failed('a');
    now += 250;
    expect(cooldown.isCooling('a')).toBe(false);
    expect([...cooldown.cooling(['a'])]).toEqual([]);
  });
});

describe('a key', () => {
  const keys = memoryKeys([keyRow('hk_a', 'research', { expiresMs: 1_000 })]);
  const request = (headers: Record<string, string>) => ({ headers }) as unknown as RouterRequest;

  test.each([
    [{ authorization: 'Bearer hk_a' }, 999, true],
    [{ authorization: 'bearer   hk_a' }, 999, true],
    [{ 'x-api-key': 'hk_a' }, 999, true],
    [{ authorization: 'Bearer hk_a' }, 1_000, false],
    [{ authorization: 'Bearer hk_b' }, 999, false],
    [{ authorization: 'hk_a' }, 999, false],
    [{ authorization: 'Bearer sk-a' }, 999, false],
    [{}, 999, false],
  ])('%j at %d is let in: %s', async (headers, nowMs, expected) => {
    expect((await authenticate(keys, request(headers), nowMs)) !== null).toBe(expected);
  });
});

describe('replicas by address', () => {
  test('are asked for their health in the background and come back when it does', async () => {
    let now = 0;
    const vllm = await startFakeVllm();
    const store = staticReplicas(
      { llama: { endpoints: [`${vllm.url}/v1/`], concurrency: 1, wake: 'fair' } },
      () => now,
    );
    const ready = async (): Promise<boolean | undefined> => (await store.rows('llama'))[0]?.ready;
    const becomes = async (expected: boolean): Promise<void> => {
      for (let turn = 0; turn < 10_000 && (await ready()) !== expected; turn++) {
        now += 2_000;
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(await ready()).toBe(expected);
    };
    expect(await store.rows('llama')).toEqual([{ id: vllm.url, url: vllm.url, ready: true, running: 0 }]);
    await vllm.kill();
    await becomes(false);
    await vllm.revive();
    await becomes(true);
    await vllm.stop();
  });

  test('of an unknown fleet are none', async () => {
    expect(await staticReplicas({}, () => 0).rows('llama')).toEqual([]);
  });
});
