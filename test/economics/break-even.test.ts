/** Break-even of a fleet against a model that is paid by the token. */
import fc from 'fast-check';
import { configSchema } from '../../config/schema';
import {
  type Assumptions,
  DEFAULT_ASSUMPTIONS,
  STRESS,
  assumptionsOf,
  stressed,
} from '../../lib/economics/assumptions';
import { breakEven, fixedUsdPerDay, hostUsdPerHour, staircaseOf } from '../../lib/economics/break-even';
import { type FleetEconomics, PURCHASES, tokensPerSecond } from '../../lib/economics/fleet-economics';
import { meanPriceFactor } from '../../lib/economics/price-fall';
import { usdPerMillionTokens } from '../../lib/economics/self-hosted-cost';
import { type ListPrice, listUsdPerMillionTokens } from '../../lib/economics/token-cost';

const FLEET: FleetEconomics = {
  usdPerHour: { spot: 1, 'on-demand': 2, reserved: 1.5 },
  outputTokensPerSecond: 500,
  inputTokensPerSecond: 1_500,
  minReplicas: 1,
  spareReplicas: 0,
};
const PRICE: ListPrice = {
  inputUsdPerMillionTokens: 2,
  outputUsdPerMillionTokens: 10,
  cacheReadUsdPerMillionTokens: 0.5,
};
/** Nothing but hosts: no engineers, no fall of prices. */
const HOSTS_ONLY: Assumptions = {
  ...DEFAULT_ASSUMPTIONS,
  engineerHoursPerMonth: 0,
  setUpHours: 0,
  priceFallPerYear: 0,
};
const MIX = { inputShare: 0.75, cachedShare: 0 };

describe('a traffic mix', () => {
  test('costs what its parts cost', () => {
    expect(listUsdPerMillionTokens(PRICE, MIX)).toBeCloseTo(0.75 * 2 + 0.25 * 10, 12);
    expect(listUsdPerMillionTokens(PRICE, { inputShare: 0.8, cachedShare: 0.5 })).toBeCloseTo(0.8 + 0.2 + 2, 12);
  });

  test('without a cache price cached input costs what other input does', () => {
    const price = { ...PRICE, cacheReadUsdPerMillionTokens: null };
    expect(listUsdPerMillionTokens(price, { inputShare: 0.8, cachedShare: 0.5 })).toBeCloseTo(1.6 + 2, 12);
  });

  test('is not priced by guessing', () => {
    expect(listUsdPerMillionTokens({ ...PRICE, outputUsdPerMillionTokens: null }, MIX)).toBeNull();
    expect(listUsdPerMillionTokens({ ...PRICE, inputUsdPerMillionTokens: null }, MIX)).toBeNull();
    // An embedding model has no output whose price could be missing.
    const embedding = { ...PRICE, outputUsdPerMillionTokens: null };
    expect(listUsdPerMillionTokens(embedding, { inputShare: 1, cachedShare: 0 })).toBe(2);
  });

  test('takes the time of its parts: 750 tokens read in 0.5 s and 250 written in 0.5 s are 1,000 a second', () => {
    expect(tokensPerSecond(FLEET, MIX)).toBeCloseTo(1_000, 9);
    expect(tokensPerSecond(FLEET, { inputShare: 0, cachedShare: 0 })).toBe(500);
    // Half of the input is cached and takes no time.
    expect(tokensPerSecond(FLEET, { inputShare: 0.75, cachedShare: 0.5 })).toBeCloseTo(1_000 / 0.75, 9);
  });
});

test('a million tokens on a host: $3.60 an hour at 1,000 a second, half used, is $2', () => {
  expect(usdPerMillionTokens(1_000, 3.6, 0.5)).toBeCloseTo(2, 12);
});

describe('the fall of prices', () => {
  test('halving in a year leaves 72 % on average over it', () => {
    expect(meanPriceFactor(0.5, 12)).toBeCloseTo(0.5 / Math.LN2, 12);
  });

  test('is the mean of many days', () => {
    const days = Array.from({ length: 36_500 }, (_, day) => 0.7 ** ((day + 0.5) / 36_500 / 2));
    const mean = days.reduce((sum, factor) => sum + factor, 0) / days.length;
    expect(meanPriceFactor(0.3, 6)).toBeCloseTo(mean, 9);
  });

  test('at its ends', () => {
    expect(meanPriceFactor(0, 12)).toBe(1);
    expect(meanPriceFactor(0.5, 0)).toBe(1);
    expect(meanPriceFactor(1, 12)).toBe(0);
    expect(meanPriceFactor(Number.MIN_VALUE, 1)).toBe(1);
  });
});

describe('by hand', () => {
  // One replica takes 1,000 tokens/s × 50 % × 86,400 s = 43.2M a day. By the token a million costs $4.
  test('one spot host of $24 a day pays from 6M tokens a day', () => {
    expect(breakEven(FLEET, 'spot', PRICE, HOSTS_ONLY)).toMatchObject({
      verdict: 'pays',
      tokensPerDay: 6_000_001,
      replicas: 1,
      usdPerMonth: 730,
    });
  });

  test('on demand from 12M, at the price that a reservation has from 9M', () => {
    expect(breakEven(FLEET, 'on-demand', PRICE, HOSTS_ONLY).tokensPerDay).toBe(12_000_001);
    expect(breakEven(FLEET, 'reserved', PRICE, HOSTS_ONLY).tokensPerDay).toBe(9_000_001);
  });

  test('a spare replica and one that runs in any case are paid for', () => {
    expect(breakEven({ ...FLEET, spareReplicas: 1 }, 'spot', PRICE, HOSTS_ONLY)).toMatchObject({
      tokensPerDay: 12_000_001,
      replicas: 2,
    });
    expect(breakEven({ ...FLEET, minReplicas: 2 }, 'spot', PRICE, HOSTS_ONLY).tokensPerDay).toBe(12_000_001);
  });

  test('engineers, set-up and the idle floor are $ a day in any case', () => {
    const assumed = {
      ...HOSTS_ONLY,
      engineerUsdPerHour: 100,
      engineerHoursPerMonth: 10,
      setUpHours: 24,
      idleUsdPerMonth: 16.8,
    };
    // (10 h + 24 h / 12 months) × $100 + $16.80 = $1,216.80 a month, which is $40.004 a day.
    expect(fixedUsdPerDay(assumed)).toBeCloseTo((1_216.8 * 24) / 730, 9);
    expect(breakEven(FLEET, 'spot', PRICE, assumed).tokensPerDay).toBe(
      Math.floor(((40.004_383_56 + 24) / 4) * 1e6) + 1,
    );
  });

  test('the second replica may make it dearer again: what counts is from where on it stays cheaper', () => {
    // $165 a day in any case: $189 with one replica, which 47.25M tokens reach: beyond what one replica takes, so two, $213.
    const assumed = { ...HOSTS_ONLY, idleUsdPerMonth: (165 * 730) / 24 };
    expect(breakEven(FLEET, 'spot', PRICE, assumed)).toMatchObject({ tokensPerDay: 53_250_001, replicas: 2 });
    // At $130 one replica pays from 38.5M, but from 43.2M on two are needed, $178, which 44.5M tokens reach.
    const gap = { ...HOSTS_ONLY, idleUsdPerMonth: (130 * 730) / 24 };
    expect(breakEven(FLEET, 'spot', PRICE, gap)).toMatchObject({ tokensPerDay: 44_500_001, replicas: 2 });
  });

  test('tokens that get cheaper move it up', () => {
    const assumed = { ...HOSTS_ONLY, priceFallPerYear: 0.5 };
    expect(breakEven(FLEET, 'spot', PRICE, assumed).tokensPerDay).toBe(Math.floor((6e6 * Math.LN2) / 0.5) + 1);
  });
});

describe('no number', () => {
  const nothing = { tokensPerDay: null, stressedTokensPerDay: null, replicas: null, usdPerMonth: null };

  test('a full replica that costs more than its tokens never pays', () => {
    const cheap = { inputUsdPerMillionTokens: 0.1, outputUsdPerMillionTokens: 0.1, cacheReadUsdPerMillionTokens: null };
    expect(breakEven(FLEET, 'spot', cheap, HOSTS_ONLY)).toEqual({ verdict: 'never-pays', ...nothing });
  });

  test('an unknown price of tokens or hosts is said, not guessed', () => {
    const unknown = { ...PRICE, outputUsdPerMillionTokens: null };
    expect(breakEven(FLEET, 'spot', unknown, HOSTS_ONLY)).toEqual({ verdict: 'token-price-unknown', ...nothing });
    const notForSale = { ...FLEET, usdPerHour: { ...FLEET.usdPerHour, spot: null } };
    expect(breakEven(notForSale, 'spot', PRICE, HOSTS_ONLY)).toEqual({ verdict: 'host-price-unknown', ...nothing });
  });

  test('it may pay and under stress not', () => {
    const tight = { ...PRICE, inputUsdPerMillionTokens: 0.6, outputUsdPerMillionTokens: 0.7 };
    expect(breakEven(FLEET, 'spot', tight, HOSTS_ONLY)).toMatchObject({ verdict: 'pays', stressedTokensPerDay: null });
  });
});

describe('assumptions', () => {
  test('the defaults are those of the config', () => {
    expect(assumptionsOf(configSchema.shape.economics.parse(undefined), 0)).toEqual(DEFAULT_ASSUMPTIONS);
  });

  test('what the config says counts', () => {
    const economics = { ...configSchema.shape.economics.parse({}), engineerUsdPerHour: 120, inputShare: 0.9 };
    expect(assumptionsOf(economics, 70)).toEqual({
      ...DEFAULT_ASSUMPTIONS,
      engineerUsdPerHour: 120,
      inputShare: 0.9,
      idleUsdPerMonth: 70,
    });
  });
});

describe('stress', () => {
  test('changes what it says', () => {
    const assumed = { ...DEFAULT_ASSUMPTIONS, priceFallPerYear: 0.5, maxUtilization: 0.6 };
    expect(stressed(assumed)).toEqual({
      ...assumed,
      priceFallPerYear: 0.75,
      maxUtilization: expect.closeTo(0.4, 12),
      spotPriceFactor: 1.5,
      throughputFactor: 0.75,
      engineerHoursPerMonth: 60,
      setUpHours: 60,
    });
  });

  test('a spot price that rises stops at the price on demand, and moves no other', () => {
    const dear = { ...HOSTS_ONLY, spotPriceFactor: 3 };
    expect(PURCHASES.map((purchase) => hostUsdPerHour(FLEET, purchase, dear))).toEqual([2, 2, 1.5]);
    expect(hostUsdPerHour(FLEET, 'spot', { ...HOSTS_ONLY, spotPriceFactor: STRESS.spotPriceFactor })).toBe(1.5);
  });
});

describe('property', () => {
  const usd = fc.double({ min: 0.01, max: 100, noNaN: true });
  const share = fc.double({ min: 0, max: 0.95, noNaN: true });
  const fleets = fc
    .record({
      spot: usd,
      more: fc.double({ min: 1, max: 5, noNaN: true }),
      outputTokensPerSecond: fc.double({ min: 10, max: 20_000, noNaN: true }),
      inputTokensPerSecond: fc.double({ min: 10, max: 50_000, noNaN: true }),
      minReplicas: fc.nat(3),
      spareReplicas: fc.nat(2),
    })
    .map(({ spot, more, ...rest }): FleetEconomics => ({
      ...rest,
      usdPerHour: { spot, 'on-demand': spot * more, reserved: null },
    }));
  const prices = fc.record({
    inputUsdPerMillionTokens: usd,
    outputUsdPerMillionTokens: usd,
    cacheReadUsdPerMillionTokens: fc.constant(null),
  });
  const assumptions = fc.record({
    inputShare: share,
    cachedShare: share,
    maxUtilization: fc.double({ min: 0.05, max: 1, noNaN: true }),
    engineerUsdPerHour: usd,
    engineerHoursPerMonth: fc.nat(80),
    setUpHours: fc.nat(200),
    horizonMonths: fc.integer({ min: 1, max: 36 }),
    priceFallPerYear: fc.double({ min: 0, max: 0.9, noNaN: true }),
    idleUsdPerMonth: fc.nat(200),
    spotPriceFactor: fc.constant(1),
    throughputFactor: fc.constant(1),
  });
  const from = (fleet: FleetEconomics, price: ListPrice, assumed: Assumptions): number =>
    breakEven(fleet, 'spot', price, assumed).tokensPerDay ?? Number.POSITIVE_INFINITY;

  test('a worse assumption never lets it pay earlier, but for rounding', () => {
    fc.assert(
      fc.property(fleets, prices, assumptions, (fleet, price, assumed) => {
        const least = from(fleet, price, assumed) * (1 - 1e-9);
        const worse: Partial<Assumptions>[] = [
          { maxUtilization: assumed.maxUtilization * 0.8 },
          { throughputFactor: 0.8 },
          { spotPriceFactor: 1.2 },
          { engineerHoursPerMonth: assumed.engineerHoursPerMonth + 10 },
          { setUpHours: assumed.setUpHours + 10 },
          { idleUsdPerMonth: assumed.idleUsdPerMonth + 10 },
          { priceFallPerYear: assumed.priceFallPerYear + 0.05 },
        ];
        for (const change of worse) expect(from(fleet, price, { ...assumed, ...change })).toBeGreaterThanOrEqual(least);
        expect(from({ ...fleet, spareReplicas: fleet.spareReplicas + 1 }, price, assumed)).toBeGreaterThanOrEqual(
          least,
        );
        expect(from({ ...fleet, minReplicas: fleet.minReplicas + 1 }, price, assumed)).toBeGreaterThanOrEqual(least);
        expect(
          from(fleet, { ...price, outputUsdPerMillionTokens: price.outputUsdPerMillionTokens * 1.1 }, assumed),
        ).toBeLessThanOrEqual(least * (1 + 1e-8));
      }),
    );
  });

  test('under stress it never pays earlier', () => {
    fc.assert(
      fc.property(fleets, prices, assumptions, (fleet, price, assumed) => {
        const { tokensPerDay, stressedTokensPerDay } = breakEven(fleet, 'spot', price, assumed);
        expect(stressedTokensPerDay ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(tokensPerDay ?? 0);
      }),
    );
  });

  test('from there on the fleet costs less a day, at every step', () => {
    fc.assert(
      fc.property(fleets, prices, assumptions, (fleet, price, assumed) => {
        const stairs = staircaseOf(fleet, 'spot', price, assumed);
        const { tokensPerDay } = breakEven(fleet, 'spot', price, assumed);
        if (typeof stairs === 'string' || tokensPerDay === null) return;
        const self = (tokens: number): number =>
          stairs.fixedUsd + stairs.stepUsd * Math.max(stairs.minSteps, Math.ceil(tokens / stairs.stepUnits));
        const first = Math.ceil(tokensPerDay / stairs.stepUnits);
        for (let step = first; step < first + 50; step += 1) {
          const justAbove = Math.max(tokensPerDay, step * stairs.stepUnits * (1 + 1e-9));
          expect(self(justAbove)).toBeLessThanOrEqual(justAbove * stairs.unitUsd * (1 + 1e-6));
        }
      }),
    );
  });
});
