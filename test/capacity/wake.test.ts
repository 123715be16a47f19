/** Fair wake against a prophet: somebody who knows every request that will come while the fleet sleeps. */
import fc from 'fast-check';
import { type WakePrice, coveredWakes, wakingUsd } from '../../lib/capacity/wake';
import { toNanoUsd } from '../../lib/spend/ledger';

const PRICE: WakePrice = { bootMs: 6 * 60_000, idleMs: 20 * 60_000, hostUsdPerHour: 0.66 };
const WAKING = toNanoUsd(wakingUsd(PRICE));

interface Paid {
  readonly ours: number;
  readonly prophet: number;
  /** What the request cost that crossed the line; 0: none did. It was answered elsewhere before its cost was known. */
  readonly crossing: number;
}

/** One sleep. Requests come one after the other, each with what it costs elsewhere, in nano-US-dollars. */
function pay(costs: readonly number[]): Paid {
  const all = costs.reduce((sum, cost) => sum + cost, 0);
  let covered = 0;
  for (const cost of costs) {
    covered += cost;
    // Awake it serves for the rest: from here on both pay the same.
    if (coveredWakes(covered, PRICE)) return { ours: covered + WAKING, prophet: Math.min(all, WAKING), crossing: cost };
  }
  return { ours: covered, prophet: Math.min(all, WAKING), crossing: 0 };
}

const ratio = ({ ours, prophet }: Paid): number => (prophet === 0 ? 1 : ours / prophet);
/** Without the part by which the last covered request went over the line. */
const ratioOfChoice = ({ ours, prophet, crossing }: Paid): number =>
  prophet === 0 ? 1 : (ours - Math.max(0, Math.min(crossing, ours - 2 * WAKING))) / prophet;

test('what waking costs is the boot and the idle time, at the host’s price', () => {
  expect(wakingUsd({ bootMs: 600_000, idleMs: 1_200_000, hostUsdPerHour: 2 })).toBe(1);
});

test('nothing wakes for nothing, and the line itself wakes', () => {
  expect([0, WAKING - 1, WAKING].map((covered) => coveredWakes(covered, PRICE))).toEqual([false, false, true]);
  expect(coveredWakes(0, { ...PRICE, hostUsdPerHour: 0 })).toBe(false);
});

test('over random and adversarial traffic the choice costs at most twice a prophet’s', () => {
  const worst = { random: 1, adversarial: 1, withCrossing: 1 };
  const request = fc.oneof(
    fc.integer({ min: 1, max: toNanoUsd(0.0005) }),
    fc.integer({ min: 1, max: toNanoUsd(0.02) }),
  );
  const look = (kind: 'random' | 'adversarial', costs: readonly number[]): void => {
    const paid = pay(costs);
    worst[kind] = Math.max(worst[kind], ratioOfChoice(paid));
    worst.withCrossing = Math.max(worst.withCrossing, ratio(paid));
    expect(ratioOfChoice(paid)).toBeLessThanOrEqual(2);
    // In dollars, what comes on top is the one request, and no more.
    expect(paid.ours).toBeLessThanOrEqual(2 * paid.prophet + paid.crossing);
  };
  fc.assert(
    fc.property(fc.array(request, { maxLength: 400, size: 'max' }), (costs) => look('random', costs)),
    { numRuns: 500 },
  );
  // The adversary stops asking in the moment that the fleet is woken: equal pieces, a drip and a flood, one large request.
  for (const pieces of [1, 2, 3, 7, 100, 1_000])
    look('adversarial', Array<number>(pieces).fill(Math.ceil(WAKING / pieces)));
  fc.assert(
    fc.property(fc.array(request, { maxLength: 400, size: 'max' }), request, (costs, last) => {
      const until = costs.findIndex((_, index) =>
        coveredWakes(
          costs.slice(0, index + 1).reduce((a, b) => a + b, 0),
          PRICE,
        ),
      );
      look('adversarial', until < 0 ? [...costs, last] : costs.slice(0, until + 1));
    }),
    { numRuns: 300 },
  );
  const shown = (value: number): string => value.toFixed(4);
  process.stdout.write(
    `fair wake against a prophet: random ${shown(worst.random)}, adversarial ${shown(worst.adversarial)}; with the request that crosses the line ${shown(worst.withCrossing)}\n`,
  );
  expect(worst.adversarial).toBeGreaterThan(1.9);
});
