/** The ledger in its table against the ledger in memory, on random histories. */
import fc from 'fast-check';
import { memoryLedger } from '../../../lambda/router/stores/memory';
import type { Ledger, Reservation } from '../../../lambda/router/stores/stores';
import { sweepReservations } from '../../../lambda/router/stores/sweep-reservations';
import { bucketOf, hasLapsed, toUsd } from '../../../lib/spend/ledger';
import { type Item, numberIn } from '../../../lib/tables/attributes';
import { MINUTE_MS, NOON, NO_CAPS, type World, reserved } from './world';

/** Of a property: many calls over a socket. */
const LONG_MS = 120_000;

export function describeLedgerModel(world: World, runs: number): void {
  describe('the ledger is the one in memory, as far as anybody can tell', () => {
    /** One thing that happens. `pick` chooses among the reservations that are open. */
    const step = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({
          kind: fc.constant('reserve' as const),
          process: fc.nat(2),
          tenant: fc.constantFrom('a', 'b'),
          nanoUsd: fc.nat(3_000_000_000),
          tenantCap: fc.constantFrom(null, 4, 7.5),
          accountCap: fc.constantFrom(null, 6, 9),
        }),
      },
      {
        weight: 3,
        arbitrary: fc.record({
          kind: fc.constant('settle' as const),
          pick: fc.nat(99),
          nanoUsd: fc.nat(3_500_000_000),
        }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('die' as const), pick: fc.nat(99) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), minutes: fc.nat(25) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('sweep' as const) }) },
    );

    interface Open {
      readonly bucket: number;
      readonly tenant: string;
      readonly real: Reservation;
      readonly model: Reservation;
      isDead: boolean;
      isSwept: boolean;
    }

    test(
      'step by step: the same answers, the same totals, and the sweep gives back what was left',
      async () => {
        const fresh = await world.freshTables();
        await fc.assert(
          fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
            world.now = NOON;
            await world.forget(fresh);
            const processes = [world.ledger(fresh), world.ledger(fresh), world.ledger(fresh)];
            const model = memoryLedger(world.nowMs);
            const open: Open[] = [];
            for (const one of steps) {
              switch (one.kind) {
                case 'reserve': {
                  const { tenant } = one;
                  const caps = { tenantUsd: one.tenantCap, accountUsd: one.accountCap };
                  const request = { tenant, usd: toUsd(one.nanoUsd), caps, rates: null };
                  const real = await (processes[one.process] as Ledger).reserve(request);
                  const expected = await model.reserve(request);
                  expect({ ...real, settle: null }).toEqual({ ...expected, settle: null });
                  if (real.ok && expected.ok) {
                    open.push({
                      bucket: bucketOf(world.now),
                      tenant,
                      real,
                      model: expected,
                      isDead: false,
                      isSwept: false,
                    });
                  }
                  break;
                }
                case 'settle': {
                  const living = open.filter(({ isDead }) => !isDead);
                  const chosen = living[one.pick % living.length];
                  if (chosen === undefined) break;
                  open.splice(open.indexOf(chosen), 1);
                  await chosen.real.settle(toUsd(one.nanoUsd), 0);
                  // In memory nothing is swept: what was is settled as nothing, and a late cost stands alone.
                  const booked = chosen.isSwept
                    ? await reserved(model.reserve({ tenant: chosen.tenant, usd: 0, caps: NO_CAPS, rates: null }))
                    : chosen.model;
                  await booked.settle(toUsd(one.nanoUsd), 0);
                  break;
                }
                case 'die': {
                  const chosen = open[one.pick % open.length];
                  if (chosen !== undefined) chosen.isDead = true;
                  break;
                }
                case 'wait':
                  world.now += one.minutes * MINUTE_MS;
                  break;
                case 'sweep': {
                  const before = numberIn(await world.month(fresh), 'total') ?? 0;
                  const { nanoUsd } = await sweepReservations(fresh.dynamo, fresh.ledger, world.now);
                  const lapsed = open.filter(({ bucket, isSwept }) => !isSwept && hasLapsed(bucket, world.now));
                  for (const left of lapsed) {
                    await left.model.settle(0, 0);
                    left.isSwept = true;
                  }
                  expect(numberIn(await world.month(fresh), 'total') ?? 0).toBe(before - nanoUsd);
                }
              }
              const kept = await world.month(fresh);
              expectSums(kept);
              for (const tenant of ['a', 'b']) {
                expect({
                  accountUsd: toUsd(numberIn(kept, 'total') ?? 0),
                  tenantUsd: toUsd(numberIn(kept, `total:${tenant}`) ?? 0),
                }).toEqual(model.spent(tenant));
              }
            }
          }),
          { numRuns: runs },
        );
      },
      LONG_MS,
    );

    test(
      'all at once: never above a cap, and in the end exactly what was spent',
      async () => {
        const request = fc.record({
          process: fc.nat(2),
          tenant: fc.constantFrom('a', 'b'),
          nanoUsd: fc.nat(2_000_000_000),
          share: fc.double({ min: 0, max: 1, noNaN: true }),
          dies: fc.boolean(),
        });
        const caps = { tenantUsd: 5, accountUsd: 8 };
        const fresh = await world.freshTables();
        await fc.assert(
          fc.asyncProperty(fc.array(request, { maxLength: 40 }), async (requests) => {
            world.now = NOON;
            await world.forget(fresh);
            const processes = [world.ledger(fresh), world.ledger(fresh), world.ledger(fresh)];
            const spent = { a: 0, b: 0 };
            const left = { a: 0, b: 0 };
            let watching = true;
            const watch = async (): Promise<void> => {
              while (watching) {
                const kept = await world.month(fresh);
                expectSums(kept);
                expect(numberIn(kept, 'total') ?? 0).toBeLessThanOrEqual(8e9);
                for (const tenant of ['a', 'b']) {
                  expect(numberIn(kept, `total:${tenant}`) ?? 0).toBeLessThanOrEqual(5e9);
                }
              }
            };
            const watcher = watch();
            await Promise.all(
              requests.map(async ({ process, tenant, nanoUsd, share, dies }) => {
                const ledger = processes[process] as Ledger;
                const answer = await ledger.reserve({ tenant, usd: toUsd(nanoUsd), caps, rates: null });
                if (!answer.ok) return;
                const of = tenant === 'a' ? 'a' : 'b';
                if (dies) {
                  left[of] += nanoUsd;
                  return;
                }
                const actual = Math.round(nanoUsd * share);
                spent[of] += actual;
                await answer.settle(toUsd(actual), 0);
              }),
            );
            watching = false;
            await watcher;
            expect(numberIn(await world.month(fresh), 'total') ?? 0).toBe(spent.a + spent.b + left.a + left.b);
            world.now += 60 * MINUTE_MS;
            const swept = await sweepReservations(fresh.dynamo, fresh.ledger, world.now);
            expect(swept.nanoUsd).toBe(left.a + left.b);
            const kept = await world.month(fresh);
            for (const tenant of ['a', 'b'] as const) {
              expect(numberIn(kept, `total:${tenant}`) ?? 0).toBe(spent[tenant]);
              expect(numberIn(kept, `settled:${tenant}`) ?? 0).toBe(spent[tenant]);
            }
            expect(Object.keys(kept).filter((name) => name.startsWith('reserved'))).toEqual([]);
          }),
          { numRuns: runs },
        );
      },
      LONG_MS,
    );
  });
}

/** What always holds of a month's item: totals are what is settled and what is set aside. */
function expectSums(kept: Item): void {
  const sum = (pattern: RegExp): number =>
    Object.keys(kept)
      .filter((name) => pattern.test(name))
      .reduce((total, name) => total + (numberIn(kept, name) ?? 0), 0);
  expect(sum(/^total$/)).toBe(sum(/^settled$/) + sum(/^reserved:/));
  for (const tenant of ['a', 'b']) {
    expect(sum(new RegExp(`^total:${tenant}$`))).toBe(
      sum(new RegExp(`^settled:${tenant}$`)) + sum(new RegExp(`^reserved:\\d+:${tenant}$`)),
    );
  }
}
