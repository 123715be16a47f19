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
import type { Answers } from './answers';

export const FLEET_NAME = 'private';

export interface FirstFleet {
  readonly model: string;
  readonly context: number;
  readonly concurrency: number;
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
    const pool = cheapestPool(model, answers.context);
    if (!('problem' in pool)) return fleetOf(answers, model, pool);
    ({ problem } = pool);
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

const known = new Map<string, Candidate | { readonly problem: string }>();

/** What `instances: auto` would run on first. */
function cheapestPool(model: string, context: number): Candidate | { readonly problem: string } {
  const key = `${model} ${context}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const asked = fleetsAsked(configWith(model, context))[FLEET_NAME];
  if (asked === undefined) throw new Error(`the config has no fleet ${FLEET_NAME}`);
  const chosen = choose(asked);
  const pool = 'problem' in chosen ? chosen : (chosen.pools[0] as Candidate);
  known.set(key, pool);
  return pool;
}

function fleetOf(answers: Answers, model: string, { instance, layout }: Candidate): FirstFleet {
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
    maxReplicas: needed + 1,
    onDemandUsdPerHour: onDemand === null ? null : onDemand * needed,
    economics,
  };
}

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
