/** What each fleet of a config asks for, as far as the choice depends on it. */
import type { FleetAsked } from '../../config/lock';
import type { Config } from '../../config/schema';

/** Fleets on hosts of ours, by name. Those of replicas that run already need no choice. */
export function fleetsAsked(config: Config): Record<string, FleetAsked> {
  const hosted = Object.entries(config.fleets).filter(([, { endpoints }]) => endpoints === undefined);
  return Object.fromEntries(hosted.map(([name, fleet]) => [name, askedOf(name, fleet)]));
}

function askedOf(name: string, fleet: Config['fleets'][string]): FleetAsked {
  const { model = name, architecture = null, kind, context, concurrency, quality, quantization = null } = fleet;
  const { instances, capacity, adapters, acceptUnverified } = fleet;
  return {
    model,
    architecture,
    kind,
    context,
    concurrency,
    quality,
    quantization,
    instances,
    spot: capacity.spot,
    adapters: Object.keys(adapters).length,
    acceptUnverified,
  };
}

/** What differs between two of them, one sentence each. */
export function differences(was: FleetAsked, is: FleetAsked): string[] {
  return (Object.keys(is) as (keyof FleetAsked)[]).flatMap((key) => {
    const [before, now] = [JSON.stringify(was[key]), JSON.stringify(is[key])];
    return before === now ? [] : [`${key} was ${before}, the config says ${now}`];
  });
}
