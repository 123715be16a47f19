/** Dollars of GPU hosts: each moment of each host is paid once, whenever the meter runs. */
import fc from 'fast-check';
import { type Host, type MeterState, meterHosts } from '../../lib/spend/gpu-cost';
import { type GpuPrices, priceOf, spotKey } from '../../lib/spend/gpu-prices';
import { HOST, HOUR, NOON } from './meter';

const MINUTE = 60_000;

const PRICES: GpuPrices = {
  region: 'us-east-1',
  spotUsdPerHour: new Map([[spotKey('g6.xlarge', 'us-east-1a'), 0.4]]),
  onDemand: [{ instanceType: 'g6.xlarge', region: 'us-east-1', onDemandUsdPerHour: 0.8 }],
};

const host = (changes: Partial<Host> = {}): Host => ({ ...HOST, ...changes });

/** Charges of a sequence of runs, in US dollars. */
function runs(...steps: readonly (readonly [number, readonly Host[]])[]): number[] {
  let state: MeterState | null = null;
  return steps.map(([nowMs, hosts]) => {
    const metering = meterHosts(state, hosts, PRICES, nowMs);
    state = metering.state;
    return Object.values(metering.fleets).reduce((sum, { usd }) => sum + usd, 0);
  });
}

test('a host is paid from its launch, then from run to run', () => {
  expect(runs([NOON + HOUR, [host()]], [NOON + 3 * HOUR, [host()]])).toEqual([0.8, 1.6]);
});

test('spot is paid by the market of its zone', () => {
  expect(runs([NOON + HOUR, [host({ spot: true })]])).toEqual([0.4]);
});

test('a host that ended is paid until its end, and not again while EC2 still lists it', () => {
  const ended = host({ live: false, endMs: NOON + HOUR / 2 });
  expect(runs([NOON + HOUR / 4, [host()]], [NOON + HOUR, [ended]], [NOON + HOUR + 5 * MINUTE, [ended]])).toEqual([
    0.2, 0.2, 0,
  ]);
});

test('a host that ended, nobody knows when, is paid until the run that sees it', () => {
  const ended = host({ live: false });
  expect(runs([NOON + HOUR / 2, [host()]], [NOON + HOUR, [ended]], [NOON + 2 * HOUR, [ended]])).toEqual([0.4, 0.4, 0]);
});

test('a host that lived and died between two runs is paid', () => {
  expect(
    runs([NOON, []], [NOON + HOUR, [host({ launchMs: NOON + 1, live: false, endMs: NOON + 1 + HOUR / 4 })]]),
  ).toEqual([0, 0.2]);
});

test('a host that vanished while the meter did not run is paid until EC2 would still have listed it', () => {
  expect(runs([NOON + HOUR, [host()]], [NOON + 4 * HOUR, []], [NOON + 5 * HOUR, []])).toEqual([0.8, 1.6, 0]);
});

test('a host that one list leaves out is paid on when it is back', () => {
  const [, , third] = runs([NOON + HOUR, [host()]], [NOON + HOUR + 5 * MINUTE, []], [NOON + 2 * HOUR, [host()]]);
  expect(third).toBeCloseTo(0.8);
});

test('a host that was stopped and started again is paid from its new start', () => {
  const stopped = host({ live: false, endMs: NOON + HOUR });
  const started = host({ launchMs: NOON + 5 * HOUR });
  expect(runs([NOON + HOUR, [host()]], [NOON + 2 * HOUR, [stopped]], [NOON + 6 * HOUR, [started]])).toEqual([
    0.8, 0, 0.8,
  ]);
});

test('the first run pays what runs already from the beginning of this month', () => {
  const [usd] = runs([Date.parse('2026-11-01T02:00:00Z'), [host({ launchMs: Date.parse('2026-10-20T00:00:00Z') })]]);
  expect(usd).toBe(1.6);
});

test('what spans the end of a month is charged to both', () => {
  const newYear = Date.parse('2027-01-01T00:00:00Z');
  const running = host({ launchMs: newYear - 2 * HOUR });
  const before = meterHosts(null, [running], PRICES, newYear - HOUR);
  const { state } = meterHosts(before.state, [running], PRICES, newYear + HOUR / 2);
  expect(state.charges).toEqual({ '2026-12': { 'llama-8b': 800_000_000 }, '2027-01': { 'llama-8b': 400_000_000 } });
});

test('a host without a price is counted, named and paid from its launch once the price is known', () => {
  const odd = host({ instanceType: 'g99.xlarge' });
  const before = meterHosts(null, [odd], PRICES, NOON + HOUR);
  expect(before).toMatchObject({
    unpriced: ['g99.xlarge'],
    fleets: { 'llama-8b': { hosts: 1, usdPerHour: 0, usd: 0 } },
  });
  const known = { ...PRICES, onDemand: [{ instanceType: 'g99.xlarge', region: 'us-east-1', onDemandUsdPerHour: 2 }] };
  expect(meterHosts(before.state, [odd], known, NOON + 2 * HOUR).fleets['llama-8b']?.usd).toBe(4);
});

test('what is live now is what an hour costs', () => {
  const hosts = [
    host(),
    host({ id: 'i-2', spot: true }),
    host({ id: 'i-3', live: false }),
    host({ id: 'i-4', fleet: 'other' }),
  ];
  const { fleets } = meterHosts(null, hosts, PRICES, NOON);
  expect(fleets['llama-8b']).toMatchObject({ hosts: 2 });
  expect(fleets['llama-8b']?.usdPerHour).toBeCloseTo(1.2);
  expect(fleets['other']).toMatchObject({ hosts: 1, usdPerHour: 0.8 });
});

test('the state does not grow for ever', () => {
  let state: MeterState | null = null;
  for (let hour = 0; hour < 48; hour++) {
    const id = `i-${hour}`;
    state = meterHosts(
      state,
      [host({ id, launchMs: NOON + hour * HOUR })],
      PRICES,
      NOON + hour * HOUR + HOUR / 2,
    ).state;
  }
  expect(Object.keys(state?.paid ?? {}).length).toBeLessThan(6);
});

test('whenever the meter runs, a host costs its life at its price', () => {
  const life = fc.record({ launch: fc.integer({ min: 0, max: 600 }), minutes: fc.integer({ min: 1, max: 600 }) });
  fc.assert(
    fc.property(
      fc.array(life, { minLength: 1, maxLength: 5 }),
      fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 60 }),
      (lives, gaps) => {
        // EC2 lists an ended host for an hour, so runs within the hour see every end.
        const times = gaps.reduce<number[]>((all, gap) => [...all, (all.at(-1) ?? 0) + gap], []);
        const lastMinute = times.at(-1) ?? 0;
        let state: MeterState | null = null;
        let usd = 0;
        for (const minute of [0, ...times]) {
          const listed = lives.flatMap(({ launch, minutes }, index) => {
            const endMinute = launch + minutes;
            if (launch > minute || minute - endMinute > 60) return [];
            const live = minute < endMinute;
            return [
              host({
                id: `i-${index}`,
                launchMs: NOON + launch * MINUTE,
                live,
                endMs: live ? null : NOON + endMinute * MINUTE,
              }),
            ];
          });
          const metering: ReturnType<typeof meterHosts> = meterHosts(state, listed, PRICES, NOON + minute * MINUTE);
          state = metering.state;
          usd += Object.values(metering.fleets).reduce((sum, fleet) => sum + fleet.usd, 0);
        }
        const lived = lives.map(({ launch, minutes }) => Math.max(0, Math.min(launch + minutes, lastMinute) - launch));
        expect(usd).toBeCloseTo(
          lived.reduce((sum, minutes) => sum + (minutes / 60) * 0.8, 0),
          6,
        );
      },
    ),
    { numRuns: 200 },
  );
});

test.each<[string, Partial<Host>, Partial<GpuPrices>, { usdPerHour: number | null; estimated: boolean }]>([
  ['on demand in the catalogue’s region', {}, {}, { usdPerHour: 0.8, estimated: false }],
  ['on demand elsewhere: an estimate', {}, { region: 'eu-central-1' }, { usdPerHour: 0.8, estimated: true }],
  [
    'spot that the market prices, anywhere',
    { spot: true },
    { region: 'eu-central-1' },
    { usdPerHour: 0.4, estimated: false },
  ],
  [
    'spot without a market price: no more than on demand',
    { spot: true, zone: 'us-east-1f' },
    {},
    { usdPerHour: 0.8, estimated: true },
  ],
  ['a type that nobody knows', { instanceType: 'g99.xlarge' }, {}, { usdPerHour: null, estimated: false }],
])('price of %s', (_, kind, prices, expected) => {
  expect(priceOf(host(kind), { ...PRICES, ...prices })).toEqual(expected);
});
