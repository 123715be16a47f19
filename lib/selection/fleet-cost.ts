/** From how many tokens a day a fleet pays, against each model that the config names and each that serves the same weights. */
import { type TokenOffer, tokenOffers } from '../../config/catalog/prices';
import type { Config } from '../../config/schema';
import type { Assumptions } from '../economics/assumptions';
import { breakEven, fixedUsdPerDay, hostUsdPerHour, replicaTokensPerDay } from '../economics/break-even';
import { type FleetEconomics, PURCHASES, type Purchase, tokensPerSecond } from '../economics/fleet-economics';
import { meanPriceFactor } from '../economics/price-fall';
import { HOURS_PER_DAY } from '../economics/time';
import { type ListPrice, listUsdPerMillionTokens } from '../economics/token-cost';
import type { TrafficMix } from '../economics/traffic-mix';
import type { Candidate } from './candidates';
import type { Chosen } from './choose';
import type { BreakEvenReport, CostCurves } from './plan-report';

interface Rival {
  /** `provider/model`. */
  readonly model: string;
  readonly price: ListPrice;
}

export interface FleetCost {
  readonly breakEven: readonly BreakEvenReport[];
  /** `null`: no price of a host is known. */
  readonly curves: CostCurves | null;
}

export function fleetCost(name: string, config: Config, chosen: Chosen, assumptions: Assumptions): FleetCost {
  const fleet = config.fleets[name];
  if (fleet === undefined) throw new Error(`no fleet ${name}`);
  const reserved = config.economics.reservedUsdPerHour;
  const assumed = chosen.asked.kind === 'embed' ? { ...assumptions, ...EMBEDDING_MIX } : assumptions;
  const rivals = rivalsOf(config, chosen);
  const bought = PURCHASES.filter((purchase) => isBought(purchase, chosen, reserved)).map((purchase) => {
    const { replicas, capacity } = fleet;
    const spareReplicas = purchase === 'spot' && capacity.extraSpot !== 'auto' ? capacity.extraSpot : 0;
    return {
      purchase,
      economics: economicsOf(purchase, chosen, reserved, assumed, { minReplicas: replicas.min, spareReplicas }),
    };
  });
  const rows = bought.flatMap(({ purchase, economics }) =>
    rivals.map(({ model, price }) => {
      const { tokensPerDay, stressedTokensPerDay, verdict } = breakEven(economics, purchase, price, assumed);
      return { model, fleet: name, purchase, tokensPerDay, stressedTokensPerDay, verdict };
    }),
  );
  const [first] = bought;
  return { breakEven: rows, curves: first === undefined ? null : curvesOf(first, rivals, assumed, fleet.replicas.max) };
}

/** Embeddings are read alone, and nothing of an input is kept for the next. */
const EMBEDDING_MIX: TrafficMix = { inputShare: 1, cachedShare: 0 };

/**
 * Closed models of the config, by the config's price where it states one, and whoever sells the fleet's own weights. Those
 * that are known to be of the other kind do not do the fleet's work.
 */
function rivalsOf(config: Config, { facts, asked }: Chosen): readonly Rival[] {
  const closed = Object.values(config.models).flatMap(({ provider, model, price }) => {
    if (provider === undefined || model === undefined) return [];
    const listed = tokenOffers.find((offer) => offer.provider === provider && offer.model === model);
    if (listed !== undefined && listed.kind !== asked.kind) return [];
    const known = price ?? listed;
    return [{ model: `${provider}/${model}`, price: known === undefined ? UNKNOWN_PRICE : listPrice(known) }];
  });
  const same = tokenOffers
    .filter(({ openModel }) => openModel === facts.id)
    .map((offer) => ({ model: nameOf(offer), price: offer }));
  return [...new Map([...closed, ...same].map((rival) => [rival.model, rival])).values()];
}

const nameOf = ({ provider, model }: TokenOffer): string => `${provider}/${model}`;

const UNKNOWN_PRICE: ListPrice = {
  inputUsdPerMillionTokens: null,
  outputUsdPerMillionTokens: null,
  cacheReadUsdPerMillionTokens: null,
};

const listPrice = (price: {
  readonly inputUsdPerMillionTokens: number | null;
  readonly outputUsdPerMillionTokens: number | null;
  readonly cacheReadUsdPerMillionTokens?: number | null | undefined;
}): ListPrice => ({ ...price, cacheReadUsdPerMillionTokens: price.cacheReadUsdPerMillionTokens ?? null });

type Reserved = Readonly<Record<string, number>>;

const isBought = (purchase: Purchase, { asked, pools }: Chosen, reserved: Reserved): boolean =>
  purchase === 'spot'
    ? asked.spot
    : purchase === 'on-demand' || pools.some(({ instance }) => instance.instanceType in reserved);

/** By the pool that is cheapest per token when bought so. */
function economicsOf(
  purchase: Purchase,
  { pools, asked }: Chosen,
  reserved: Reserved,
  mix: TrafficMix,
  replicas: Pick<FleetEconomics, 'minReplicas' | 'spareReplicas'>,
): FleetEconomics {
  const priced = pools.map((pool) => fleetEconomics(pool, asked.kind, reserved, replicas));
  const perToken = (one: FleetEconomics): number => (one.usdPerHour[purchase] ?? Infinity) / tokensPerSecond(one, mix);
  return priced.reduce((best, one) => (perToken(one) < perToken(best) ? one : best));
}

function fleetEconomics(
  { instance, layout }: Candidate,
  kind: 'chat' | 'embed',
  reserved: Reserved,
  replicas: Pick<FleetEconomics, 'minReplicas' | 'spareReplicas'>,
): FleetEconomics {
  const { inputTokensPerSecond, outputTokensPerSecond } = layout.speed;
  return {
    usdPerHour: {
      spot: instance.spotUsdPerHour,
      'on-demand': instance.onDemandUsdPerHour,
      reserved: reserved[instance.instanceType] ?? null,
    },
    inputTokensPerSecond,
    // Embeddings write nothing; any number will do, since their mix asks for none.
    outputTokensPerSecond: kind === 'embed' ? inputTokensPerSecond : outputTokensPerSecond,
    ...replicas,
  };
}

function curvesOf(
  { purchase, economics }: { readonly purchase: Purchase; readonly economics: FleetEconomics },
  rivals: readonly Rival[],
  assumed: Assumptions,
  maxReplicas: number,
): CostCurves | null {
  const usdPerHour = hostUsdPerHour(economics, purchase, assumed);
  if (usdPerHour === null) return null;
  const replicaUsdPerDay = usdPerHour * HOURS_PER_DAY;
  const factor = meanPriceFactor(assumed.priceFallPerYear, assumed.horizonMonths);
  return {
    purchase,
    fixedUsdPerDay: fixedUsdPerDay(assumed) + economics.spareReplicas * replicaUsdPerDay,
    replicaUsdPerDay,
    replicaTokensPerDay: replicaTokensPerDay(economics, assumed),
    minReplicas: economics.minReplicas,
    maxReplicas: Math.max(0, maxReplicas - economics.spareReplicas),
    models: rivals.flatMap(({ model, price }) => {
      const listed = listUsdPerMillionTokens(price, assumed);
      return listed === null ? [] : [{ model, usdPerMillionTokens: listed * factor }];
    }),
  };
}
