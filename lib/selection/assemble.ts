/** The whole plan: every fleet's choice, what it costs idle, when it pays, and what that rests on. */
import { groupBy } from '../group-by';
import { hostPrices } from '../../config/catalog/host-prices';
import { tokenOffers } from '../../config/catalog/prices';
import type { FleetChoice, Lock } from '../../config/lock';
import type { Config } from '../../config/schema';
import { type Assumptions, STRESS, assumptionsOf } from '../economics/assumptions';
import type { IdleFloor } from '../economics/idle';
import { snapshotAgeDays } from '../economics/snapshot-age';
import { DEFAULT_GPU_MEMORY_UTILIZATION } from '../sizing/replica';
import { ROOFLINE_ERROR } from '../sizing/roofline';
import { fleetsAsked } from './asked';
import { type Chosen, choose } from './choose';
import { fleetCost } from './fleet-cost';
import { fleetReport } from './fleet-report';
import type { BreakEvenReport, PlanReport } from './plan-report';
import { outlook } from './outlook';
import { resolve } from './resolve';

export interface PlanInput {
  readonly config: Config;
  readonly chosen: ChosenFleets;
  /** `null`: there is none. */
  readonly lock: Lock | null;
  /** Of the finished template; `null`: it could not be made, and the warnings say why. */
  readonly idle: IdleFloor | null;
  /** This run wrote the lock. */
  readonly written: boolean;
  readonly warnings: readonly string[];
  /** Unix milliseconds, to say how old prices are. */
  readonly nowMs: number;
}

export type ChosenFleets = readonly (readonly [name: string, chosen: Chosen])[];

/** Each fleet's choice, and what keeps the others from one: a sentence each, with the way out. */
export function chooseFleets(config: Config): { readonly chosen: ChosenFleets; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const chosen: [string, Chosen][] = [];
  for (const [name, asked] of Object.entries(fleetsAsked(config))) {
    const choosing = choose(asked);
    if ('problem' in choosing) problems.push(`fleet ${name}: ${choosing.problem}`);
    else chosen.push([name, choosing]);
  }
  return { chosen, problems };
}

export function assemble({ config, chosen, lock, idle, written, warnings, nowMs }: PlanInput): PlanReport {
  const assumed = assumptionsOf(config.economics, idle?.usdPerMonth ?? 0);
  const share = shareOf(assumed, chosen.length);
  const costs = new Map(chosen.map(([name, one]) => [name, fleetCost(name, config, one, share)]));
  const stale =
    lock === null ? chosen.length > 0 : resolve(config, lock).problems.some(({ severity }) => severity === 'error');
  return {
    fleets: Object.fromEntries(
      chosen.map(([name, one]) => {
        const fleet = config.fleets[name];
        if (fleet === undefined) throw new Error(`no fleet ${name}`);
        const curves = costs.get(name)?.curves ?? null;
        return [name, { ...fleetReport(name, fleet, one, assumed), ...(curves !== null && { costCurves: curves }) }];
      }),
    ),
    idle: {
      usdPerMonth: idle?.usdPerMonth ?? null,
      items: byName(idle?.items ?? []),
    },
    breakEven: [...costs.values()].flatMap((cost) => cost.breakEven.toSorted(byTokens)),
    assumptions: assumptionRows(assumed, chosen.length, nowMs),
    outlook: outlook(chosen),
    lock: { written, stale },
    warnings: [
      ...warnings,
      ...leftOut(idle?.unpriced ?? []),
      ...pricedElsewhere(config.region, chosen),
      ...neverReserved(config.economics.reservedUsdPerHour, chosen),
      ...chosen.flatMap(([name, one]) => differs(name, one, lock)),
    ],
  };
}

/** Engineers and what stands there serve all fleets: each bears an equal part. */
const shareOf = (assumed: Assumptions, fleets: number): Assumptions => ({
  ...assumed,
  engineerHoursPerMonth: assumed.engineerHoursPerMonth / Math.max(1, fleets),
  setUpHours: assumed.setUpHours / Math.max(1, fleets),
  idleUsdPerMonth: assumed.idleUsdPerMonth / Math.max(1, fleets),
});

/** One line for each kind of thing, dearest first. */
function byName(items: IdleFloor['items']): PlanReport['idle']['items'] {
  const kinds = groupBy(items, ({ name }) => name);
  return [...kinds]
    .map(([name, all]) => ({
      name: all.length === 1 ? name : `${name} × ${all.length}`,
      usdPerMonth: all.reduce((sum, { usdPerMonth }) => sum + usdPerMonth, 0),
    }))
    .sort((a, b) => b.usdPerMonth - a.usdPerMonth);
}

/** Where the lock holds a fleet to what the catalogue would choose otherwise by now. */
function differs(name: string, { choice }: Chosen, lock: Lock | null): string[] {
  const locked = lock?.fleets[name]?.chosen;
  if (locked === undefined || JSON.stringify(locked) === JSON.stringify(choice)) return [];
  return [
    `fleet ${name}: the lock file holds it to ${locked.quantization} on ${locked.instanceTypes.join(', ')}${sameTypes(locked, choice) ? ', with other arguments of the engine' : ''}; the catalogue would choose what stands here. \`plan --update\` changes over`,
  ];
}

const sameTypes = (locked: FleetChoice, choice: FleetChoice): boolean =>
  locked.instanceTypes.join() === choice.instanceTypes.join() && locked.quantization === choice.quantization;

/** What costs, at a price that the template does not tell: a floor without a word of it would be believed. */
function leftOut(unpriced: IdleFloor['unpriced']): string[] {
  if (unpriced.length === 0) return [];
  const what = unpriced.map(({ type, logicalId }) => `${logicalId} (${type})`).join(', ');
  return [`the idle floor leaves out what costs by the hour or month at a price that is not known here: ${what}`];
}

/** The snapshot of prices is of one region. */
function pricedElsewhere(region: string, chosen: readonly (readonly [string, Chosen])[]): string[] {
  const other = new Set(chosen.flatMap(([, { pools }]) => pools.map(({ instance }) => instance.region)));
  other.delete(region);
  return other.size === 0
    ? []
    : [
        `hosts are priced as in ${[...other].join(', ')}: in ${region} they cost more or less, and some types may not be on offer; \`doctor\` looks which are`,
      ];
}

/** A price for a type that no fleet may run on changes nothing, and is perhaps misspelt. */
function neverReserved(
  reserved: Config['economics']['reservedUsdPerHour'],
  chosen: readonly (readonly [string, Chosen])[],
): string[] {
  const types = new Set(chosen.flatMap(([, { choice }]) => choice.instanceTypes));
  return Object.keys(reserved)
    .filter((type) => !types.has(type))
    .map(
      (type) =>
        `\`economics.reservedUsdPerHour.${type}\` is not used: no fleet has that type among its pools; list it under its \`instances\`, or remove the price`,
    );
}

function assumptionRows(assumed: Assumptions, fleets: number, nowMs: number): PlanReport['assumptions'] {
  const config = 'config, `economics`';
  const ours = 'lib/economics/assumptions.ts';
  return [
    { name: 'input share of all tokens', value: percent(assumed.inputShare), source: config },
    { name: 'share of input that a cache has seen', value: percent(assumed.cachedShare), source: config },
    { name: 'mean use of a replica, the rest is for peaks', value: percent(assumed.maxUtilization), source: config },
    {
      name: 'engineers',
      value: `${assumed.engineerHoursPerMonth} h a month and ${assumed.setUpHours} h once, at $${assumed.engineerUsdPerHour}/h${fleets > 1 ? `, with the idle floor borne by ${fleets} fleets alike` : ''}`,
      source: config,
    },
    { name: 'token prices fall in a year by', value: percent(assumed.priceFallPerYear), source: config },
    { name: 'horizon', value: `${assumed.horizonMonths} months`, source: ours },
    {
      name: 'stressed',
      value: `use × ${STRESS.maxUtilizationFactor.toFixed(2)}, spot price × ${STRESS.spotPriceFactor}, throughput × ${STRESS.throughputFactor}, engineers × ${STRESS.engineerHoursFactor}, two years of falling prices in one`,
      source: ours,
    },
    {
      name: 'error of the speed estimates',
      value: `± ${percent(ROOFLINE_ERROR.decode)} writing, ± ${percent(ROOFLINE_ERROR.prefill)} reading`,
      source: 'lib/sizing/roofline.ts',
    },
    {
      name: 'GPU memory that the engine takes',
      value: percent(DEFAULT_GPU_MEMORY_UTILIZATION),
      source: '--gpu-memory-utilization',
    },
    {
      name: 'prices of hosts',
      value: datesOf(
        hostPrices.flatMap(({ onDemand, spot }) => [onDemand, spot]),
        nowMs,
      ),
      source: 'config/catalog/host-prices.json, us-east-1',
    },
    { name: 'prices of tokens', value: datesOf(tokenOffers, nowMs), source: 'config/catalog/prices.json' },
  ];
}

const percent = (share: number): string => `${(share * 100).toFixed(share * 100 < 10 && share > 0 ? 1 : 0)} %`;

function datesOf(rows: readonly ({ readonly asOf: string } | null)[], nowMs: number): string {
  const days = rows.flatMap((row) => (row === null ? [] : [row.asOf])).sort();
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return 'none';
  const age = (day: string): string => `${day} (${snapshotAgeDays(day, nowMs)} days old)`;
  return first === last ? age(first) : `${age(first)} to ${age(last)}`;
}

/** Those that pay first, the soonest first. */
const byTokens = (a: BreakEvenReport, b: BreakEvenReport): number =>
  a.purchase === b.purchase ? compare(a.tokensPerDay ?? Infinity, b.tokensPerDay ?? Infinity) : 0;

/** `Infinity` less itself is no number. */
const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);
