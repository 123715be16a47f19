/** The fleet that a first config would have, and from how many tokens a day it pays. */
import { models, prices } from '../../config/catalog';
import { type ClosedStarter, type OpenStarter, openStarters } from '../../config/catalog/starters';
import { configSchema } from '../../config/schema';
import { type Assumptions, DEFAULT_ASSUMPTIONS } from '../economics/assumptions';
import { type BreakEven, breakEven, replicaTokensPerDay } from '../economics/break-even';
import type { FleetEconomics } from '../economics/fleet-economics';
import { fleetsAsked } from '../selection/asked';
import type { Candidate } from '../selection/candidates';
import { choose } from '../selection/choose';
import { POOLS_WANTED } from '../selection/select';
import type { Answers } from './answers';

export const FLEET_NAME = 'private';

export interface FirstFleet {
  readonly model: string;
  readonly context: number;
  readonly concurrency: number;
  /** Cheapest an hour first. */
  readonly instanceTypes: readonly string[];
  /** One above what the load needs, for a host that is replaced. */
  readonly maxReplicas: number;
  /** Of all hosts that the load needs; `null`: not known. */
  readonly onDemandUsdPerHour: number | null;
  readonly economics: FleetEconomics;
}

/** @param use what it is for: everyday work beside a closed model, or all of it */
export function firstFleet(answers: Answers, use: OpenStarter['use']): FirstFleet | { readonly problem: string } {
  let problem = `no open model of the catalogue is known to serve ${answers.context} tokens`;
  for (const { model } of starters(answers, use)) {
    const sets = poolSets(model, answers.context);
    if ('problem' in sets) ({ problem } = sets);
    const fleets = 'problem' in sets ? [] : sets.map((pools) => fleetOf(answers, model, pools));
    const [best] = fleets.toSorted((a, b) => usdPerHour(a) - usdPerHour(b));
    if (best !== undefined) return best;
  }
  return { problem };
}

function starters({ languages, context }: Answers, use: OpenStarter['use']): readonly OpenStarter[] {
  return openStarters.filter((starter) => {
    const row = models.find(({ id }) => id === starter.model);
    const speaks = languages === 'english' || starter.languages === 'many';
    return starter.use === use && speaks && (row?.maxContextTokens ?? 0) >= context;
  });
}

/** Interchangeable pools, cheapest an hour first. */
type Pools = readonly [Candidate, ...Candidate[]];

/** A pool that costs more than this many times the cheapest an hour is no substitute, once there are enough. */
const DEAREST_FACTOR = 2;
const MOST_POOLS = 6;
const known = new Map<string, readonly Pools[] | { readonly problem: string }>();

/**
 * All sets of pools that hold it. `instances: auto` takes the cheapest per token, which suits a fleet at work; one that
 * begins is idle more than not, and what counts is what an hour costs.
 */
function poolSets(model: string, context: number): readonly Pools[] | { readonly problem: string } {
  const key = `${model} ${context}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const asked = fleetsAsked(configWith(model, context))[FLEET_NAME];
  const chosen = asked === undefined ? { problem: `no fleet of ${model}` } : choose(asked);
  const sets = 'problem' in chosen ? chosen : enough(chosen.sets.map(({ candidates }) => cheapest(candidates)));
  known.set(key, sets);
  return sets;
}

function cheapest(candidates: readonly Candidate[]): readonly Candidate[] {
  const byHour = candidates.filter((one) => one.usdPerHour !== null).toSorted((a, b) => hourOf(a) - hourOf(b));
  const dearest = hourOf(byHour[0]) * DEAREST_FACTOR;
  return byHour.filter((one, rank) => rank < POOLS_WANTED || (rank < MOST_POOLS && hourOf(one) <= dearest));
}

/** Those with as many pools as spot wants, if there are. */
function enough(sets: readonly (readonly Candidate[])[]): readonly Pools[] {
  const some = sets.filter((pools): pools is Pools => pools.length > 0);
  const many = some.filter((pools) => pools.length >= POOLS_WANTED);
  return many.length > 0 ? many : some;
}

const hourOf = (candidate: Candidate | undefined): number => candidate?.usdPerHour ?? Infinity;

function fleetOf(answers: Answers, model: string, pools: Pools): FirstFleet {
  const [{ instance, layout }] = pools;
  const economics: FleetEconomics = {
    usdPerHour: { spot: instance.spotUsdPerHour, 'on-demand': instance.onDemandUsdPerHour, reserved: null },
    outputTokensPerSecond: layout.speed.outputTokensPerSecond,
    inputTokensPerSecond: layout.speed.inputTokensPerSecond,
    minReplicas: 1,
    spareReplicas: 0,
  };
  const needed = Math.max(1, Math.ceil(answers.tokensPerDay / replicaTokensPerDay(economics, assumptionsOf(answers))));
  const onDemand = instance.onDemandUsdPerHour;
  return {
    model,
    context: answers.context,
    concurrency: concurrencyFor(answers.context),
    instanceTypes: pools.map((pool) => pool.instance.instanceType),
    maxReplicas: needed + 1,
    onDemandUsdPerHour: onDemand === null ? null : onDemand * needed,
    economics,
  };
}

const usdPerHour = ({ economics, maxReplicas }: FirstFleet): number =>
  (economics.usdPerHour.spot ?? economics.usdPerHour['on-demand'] ?? Infinity) * (maxReplicas - 1);

/** Sequences at full context on one replica: many where they are short. Few requests are as long as the longest. */
const concurrencyFor = (context: number): number =>
  context <= 8192 ? 16 : context <= 16_384 ? 8 : context <= 65_536 ? 4 : 2;

const configWith = (model: string, context: number) =>
  configSchema.parse({
    name: FLEET_NAME,
    region: 'us-east-1',
    fleets: { [FLEET_NAME]: { model, context, concurrency: concurrencyFor(context) } },
    models: { [FLEET_NAME]: { fleet: FLEET_NAME } },
    routes: [{ name: 'default', to: [FLEET_NAME] }],
  });

/** Hours a month that a fleet takes over an API: fewer where people run GPUs anyway. */
export const ENGINEER_HOURS: Readonly<Record<Answers['operator'], number>> = {
  nobody: DEFAULT_ASSUMPTIONS.engineerHoursPerMonth,
  someone: DEFAULT_ASSUMPTIONS.engineerHoursPerMonth,
  team: 10,
};

const assumptionsOf = ({ operator }: Answers): Assumptions => ({
  ...DEFAULT_ASSUMPTIONS,
  engineerHoursPerMonth: ENGINEER_HOURS[operator],
});

/** Everyday work on a fleet on spot against the closed model that would do it otherwise; `null`: its price is not known. */
export function paysFrom(answers: Answers, fleet: FirstFleet, closed: ClosedStarter | undefined): BreakEven | null {
  const price = prices.find(({ provider, model }) => provider === closed?.provider && model === closed?.everyday);
  return price === undefined ? null : breakEven(fleet.economics, 'spot', price, assumptionsOf(answers));
}
