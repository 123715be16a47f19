/** Where whole machines become cheaper than paying by use, against counting every unit. */
import fc from 'fast-check';
import { type Staircase, cheaperFrom, staircaseUsd } from '../../lib/economics/staircase';

/** Small numbers whose costs are whole, so that nothing is rounded. */
const stairs = fc.record({
  unitUsd: fc.integer({ min: 1, max: 9 }),
  stepUsd: fc.integer({ min: 1, max: 60 }),
  stepUnits: fc.integer({ min: 1, max: 20 }),
  fixedUsd: fc.integer({ min: 0, max: 200 }),
  minSteps: fc.integer({ min: 0, max: 3 }),
});

const isCheaper = (one: Staircase, units: number): boolean => staircaseUsd(one, units) < units * one.unitUsd;

test('by hand: one machine of $10 for each 4 units, $3 in any case, against $4 a unit', () => {
  const one = { unitUsd: 4, stepUsd: 10, stepUnits: 4, fixedUsd: 3, minSteps: 0 };
  // 13 for up to 4 units, 23 for up to 8, 33 for up to 12, 43 for up to 16. By use 4 units cost 16 and 5 cost 20, 8 cost 32
  // and 8.1 cost 32.4, 8.25 cost 33, 12.1 cost 48.4: it pays, does not, pays, does not, and from 8.25 on it stays so.
  const loads = [3, 4, 5, 6, 8, 8.1, 8.25, 8.26, 12.1];
  expect(loads.map((units) => isCheaper(one, units))).toEqual([
    false,
    true,
    false,
    true,
    true,
    false,
    false,
    true,
    true,
  ]);
  expect(cheaperFrom(one)).toEqual({ units: 9, steps: 3, usd: 33 });
});

test('a machine that costs as much as a full load of units never pays', () => {
  expect(cheaperFrom({ unitUsd: 2, stepUsd: 10, stepUnits: 5, fixedUsd: 0, minSteps: 0 })).toBeNull();
  expect(cheaperFrom({ unitUsd: 0, stepUsd: 0, stepUnits: 5, fixedUsd: 0, minSteps: 0 })).toBeNull();
});

test('machines that run in any case are paid for', () => {
  const one = { unitUsd: 4, stepUsd: 10, stepUnits: 100, fixedUsd: 0, minSteps: 3 };
  expect(cheaperFrom(one)).toEqual({ units: 8, steps: 3, usd: 30 });
});

test('property: cheaper at every load from there on, and less than a unit before it is not', () => {
  fc.assert(
    fc.property(stairs, (one) => {
      const crossing = cheaperFrom(one);
      if (crossing === null) {
        // Just above each step machines are dearer, however far one goes.
        const loads = Array.from({ length: 400 }, (_, step) => step * one.stepUnits + 1e-9);
        expect(loads.filter((units) => isCheaper(one, units))).toEqual([]);
        return;
      }
      const point = crossing.usd / one.unitUsd;
      expect(crossing.units - point).toBeGreaterThan(0);
      expect(crossing.units - point).toBeLessThanOrEqual(1);
      expect(isCheaper(one, point - 1e-9)).toBe(false);
      const loads = Array.from({ length: 800 }, (_, half) => crossing.units + Math.floor(half / 2) + (half % 2) * 1e-9);
      expect(loads.filter((units) => !isCheaper(one, units))).toEqual([]);
      expect(crossing.usd).toBe(staircaseUsd(one, point));
    }),
  );
});

test('property: dearer machines, more in any case or cheaper use never let it pay earlier', () => {
  const from = (one: Staircase): number => cheaperFrom(one)?.units ?? Number.POSITIVE_INFINITY;
  fc.assert(
    fc.property(stairs, fc.integer({ min: 1, max: 20 }), (one, more) => {
      const least = from(one);
      expect(from({ ...one, stepUsd: one.stepUsd + more })).toBeGreaterThanOrEqual(least);
      expect(from({ ...one, fixedUsd: one.fixedUsd + more })).toBeGreaterThanOrEqual(least);
      expect(from({ ...one, minSteps: one.minSteps + more })).toBeGreaterThanOrEqual(least);
      expect(from({ ...one, unitUsd: one.unitUsd + more })).toBeLessThanOrEqual(least);
    }),
  );
});

test('a machine without a limit is one step', () => {
  const one = { unitUsd: 1, stepUsd: 10, stepUnits: Number.POSITIVE_INFINITY, fixedUsd: 5, minSteps: 0 };
  expect(cheaperFrom(one)).toMatchObject({ units: 16, usd: 15 });
});
