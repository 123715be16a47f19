/** The ledger in its table: caps, months, the sweep, rates. */
import type { Ledger, Refusal, Reservation } from '../../../lambda/router/stores/stores';
import { sweepReservations } from '../../../lambda/router/stores/sweep-reservations';
import { bucketOf, monthOf } from '../../../lib/spend/ledger';
import { numberIn, textIn } from '../../../lib/tables/attributes';
import { ledgerKey } from '../../../lib/tables/ledger-item';
import { rateId } from '../../../lib/tables/rate-item';
import { MINUTE_MS, NO_CAPS, type World, reserved } from './world';

export function describeLedger(world: World): void {
  describe('the ledger', () => {
    const FIFTY = { tenantUsd: null, accountUsd: 50 };

    test('lets 50 of 200 reservations of one dollar pass a cap of fifty, whoever makes them', async () => {
      const processes = [world.ledger(), world.ledger(), world.ledger()];
      const answers = await Promise.all(
        Array.from({ length: 200 }, async (_, index) =>
          (processes[index % 3] as Ledger).reserve({ tenant: `t${index % 2}`, usd: 1, caps: FIFTY, rates: null }),
        ),
      );
      expect(answers.filter(({ ok }) => ok)).toHaveLength(50);
      expect(answers.find(({ ok }) => !ok)).toMatchObject({ reason: 'budget' });
      expect(numberIn(await world.month(), 'total')).toBe(50e9);
    });

    test('settles: what was set aside becomes what it cost', async () => {
      const ledger = world.ledger();
      const one = await reserved(
        ledger.reserve({ tenant: 'research', usd: 1, caps: { tenantUsd: 1, accountUsd: null }, rates: null }),
      );
      const more = ledger.reserve({
        tenant: 'research',
        usd: 0.1,
        caps: { tenantUsd: 1, accountUsd: null },
        rates: null,
      });
      expect(await more).toMatchObject({ ok: false, reason: 'budget' });
      expect(ledger.spent('research')).toEqual({ tenantUsd: 1, accountUsd: 1 });
      await one.settle(0.25, 10);
      expect(ledger.spent('research')).toEqual({ tenantUsd: 0.25, accountUsd: 0.25 });
      expect(await world.month()).toMatchObject({
        total: { N: '250000000' },
        'total:research': { N: '250000000' },
        settled: { N: '250000000' },
        'settled:research': { N: '250000000' },
        [`reserved:${bucketOf(world.now)}:research`]: { N: '0' },
      });
    });

    test('knows what others have spent', async () => {
      const one = await reserved(world.ledger().reserve({ tenant: 'a', usd: 2, caps: NO_CAPS, rates: null }));
      await one.settle(2, 0);
      const other = world.ledger();
      other.spent('a');
      for (let turn = 0; turn < 2_000 && other.spent('a').tenantUsd === 0; turn++) {
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      expect(other.spent('a')).toEqual({ tenantUsd: 2, accountUsd: 2 });
      expect(other.spent('b')).toEqual({ tenantUsd: 0, accountUsd: 2 });
    });

    test('counts what GPU hosts cost as the account’s, and leaves the rest of its cap to tokens', async () => {
      const book = (gpu: string): Promise<unknown> =>
        world.tables.dynamo.call('UpdateItem', {
          TableName: world.tables.ledger,
          Key: ledgerKey(monthOf(world.now)),
          UpdateExpression: 'SET gpu = :gpu',
          ExpressionAttributeValues: { ':gpu': { N: gpu } },
        });
      const learn = async (usd: number): Promise<void> => {
        for (let turn = 0; turn < 2_000 && ledger.spent('a').accountUsd !== usd; turn++) {
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
        expect(ledger.spent('a')).toEqual({ tenantUsd: 0, accountUsd: usd });
      };
      const ledger = world.ledger();
      await book('30000000000');
      await learn(30);
      const ask = (usd: number) => ledger.reserve({ tenant: 'a', usd, caps: FIFTY, rates: null });
      expect(await ask(21)).toMatchObject({ ok: false, reason: 'budget' });
      const one = await reserved(ask(15));
      expect(await ask(6)).toMatchObject({ ok: false, reason: 'budget' });
      await one.settle(0, 0);
      // What this process does itself says nothing of hosts, so it looks again once a minute.
      await book('60000000000');
      for (let seconds = 0; seconds < 60; seconds += 6) {
        world.now += 6_000;
        await (await reserved(ledger.reserve({ tenant: 'a', usd: 1, caps: NO_CAPS, rates: null }))).settle(0, 0);
        ledger.spent('a');
      }
      await learn(60);
      expect(await ask(0.01)).toMatchObject({ ok: false, reason: 'budget' });
      expect(await ask(0)).toMatchObject({ ok: true });
      world.now = Date.UTC(2026, 11, 1);
      expect(ledger.spent('a')).toEqual({ tenantUsd: 0, accountUsd: 0 });
    });

    test('refuses an amount larger than a whole cap though nothing is spent yet', async () => {
      const asked = world.ledger().reserve({ tenant: 'a', usd: 51, caps: FIFTY, rates: null });
      expect(await asked).toMatchObject({ ok: false, reason: 'budget' });
      expect(await world.month()).toEqual({});
    });

    test('lets what costs no tokens through a cap that is reached', async () => {
      const ledger = world.ledger();
      const paid = await reserved(
        ledger.reserve({ tenant: 'a', usd: 50, caps: { tenantUsd: 50, accountUsd: null }, rates: null }),
      );
      await paid.settle(60, 0);
      const free = ledger.reserve({ tenant: 'a', usd: 0, caps: { tenantUsd: 50, accountUsd: null }, rates: null });
      expect(await free).toMatchObject({ ok: true });
    });

    test('books a reservation in the month in which it was made', async () => {
      world.now = Date.UTC(2026, 10, 30, 23, 59, 30);
      const ledger = world.ledger();
      const old = await reserved(ledger.reserve({ tenant: 'a', usd: 2, caps: FIFTY, rates: null }));
      world.now += MINUTE_MS;
      expect(ledger.spent('a')).toEqual({ tenantUsd: 0, accountUsd: 0 });
      await old.settle(1, 0);
      expect(ledger.spent('a')).toEqual({ tenantUsd: 0, accountUsd: 0 });
      expect(numberIn(await world.item('2026-11'), 'settled')).toBe(1e9);
      expect(await world.month()).toEqual({});
    });

    test('sweeps what a dead process of the last month had set aside', async () => {
      world.now = Date.UTC(2026, 10, 30, 23, 59, 30);
      await reserved(world.ledger().reserve({ tenant: 'a', usd: 2, caps: FIFTY, rates: null }));
      world.now += 60 * MINUTE_MS;
      const swept = await sweepReservations(world.tables.dynamo, world.tables.ledger, world.now);
      expect(swept).toEqual({ nanoUsd: 2e9, closed: 1, contended: 0 });
      expect(await world.item('2026-11')).toEqual({ id: { S: '2026-11' }, total: { N: '0' }, 'total:a': { N: '0' } });
    });

    test('sweeps nothing while a request of the window may be alive', async () => {
      await reserved(world.ledger().reserve({ tenant: 'a', usd: 2, caps: FIFTY, rates: null }));
      world.now += 15 * MINUTE_MS;
      expect(await sweepReservations(world.tables.dynamo, world.tables.ledger, world.now)).toMatchObject({ closed: 0 });
    });

    test('books the cost alone of what was swept before it was settled', async () => {
      const late = await reserved(world.ledger().reserve({ tenant: 'a', usd: 2, caps: FIFTY, rates: null }));
      world.now += 60 * MINUTE_MS;
      await sweepReservations(world.tables.dynamo, world.tables.ledger, world.now);
      await late.settle(0.5, 0);
      expect(await world.month()).toMatchObject({ total: { N: '500000000' }, settled: { N: '500000000' } });
    });

    describe('rates', () => {
      const NONE = { requestsPerMinute: null, tokensPerMinute: null };
      const ask = (ledger: Ledger, rates: object, usd = 0): Promise<Reservation | Refusal> =>
        Promise.resolve(
          ledger.reserve({
            tenant: 'a',
            usd,
            caps: { tenantUsd: 10, accountUsd: null },
            rates: { ...NONE, ...rates },
          }),
        );

      test('let as many requests of a minute pass as they say, and tell when the next minute begins', async () => {
        const ledgers = [world.ledger(), world.ledger()];
        const answers = await Promise.all(
          Array.from({ length: 20 }, (_, index) => ask(ledgers[index % 2] as Ledger, { requestsPerMinute: 7 })),
        );
        expect(answers.filter(({ ok }) => ok)).toHaveLength(7);
        expect(answers.find(({ ok }) => !ok)).toEqual({
          ok: false,
          reason: 'rate',
          retryAfterSeconds: 30,
          rates: { requests: 7, tokens: 0, resetSeconds: 30 },
        });
        world.now += 30_000;
        expect(await ask(world.ledger(), { requestsPerMinute: 7 })).toMatchObject({ ok: true });
      });

      test('tell how much of them is used', async () => {
        const ledger = world.ledger();
        const limits = { requestsPerMinute: 7, tokensPerMinute: 100 };
        await (await reserved(ask(ledger, limits))).settle(0, 60);
        expect(await ask(ledger, limits)).toMatchObject({ rates: { requests: 2, tokens: 60, resetSeconds: 30 } });
        expect(await ledger.reserve({ tenant: 'a', usd: 0, caps: NO_CAPS, rates: null })).not.toHaveProperty('rates');
      });

      test('count tokens when they are used, also those of a second target', async () => {
        const ledger = world.ledger();
        await (await reserved(ask(ledger, { tokensPerMinute: 100 }))).settle(0, 60);
        const second = ledger.reserve({ tenant: 'a', usd: 0, caps: NO_CAPS, rates: null });
        expect(await ask(ledger, { tokensPerMinute: 100 })).toMatchObject({ ok: true });
        await (await reserved(second)).settle(0, 40);
        expect(await ask(world.ledger(), { tokensPerMinute: 100 })).toMatchObject({ ok: false, reason: 'rate' });
      });

      test('set nothing aside for whom they refuse', async () => {
        const ledger = world.ledger();
        await (await reserved(ask(ledger, { requestsPerMinute: 1 }, 2))).settle(2, 0);
        expect(await ask(ledger, { requestsPerMinute: 1 }, 3)).toMatchObject({ ok: false, reason: 'rate' });
        expect(numberIn(await world.month(), 'total')).toBe(2e9);
      });

      test('do not count a request that a cap refuses', async () => {
        const ledger = world.ledger();
        await reserved(ask(ledger, { requestsPerMinute: 2 }, 9));
        expect(await ask(ledger, { requestsPerMinute: 2 }, 9)).toMatchObject({ ok: false, reason: 'budget' });
        expect(numberIn(await world.item(rateId('a', world.now)), 'requests')).toBe(1);
        const kept = await world.item(rateId('a', world.now));
        expect(numberIn(kept, 'ttl')).toBeGreaterThan(world.now / 1000);
        expect(textIn(kept, 'id')).toContain('rate#a#');
      });
    });
  });
}
