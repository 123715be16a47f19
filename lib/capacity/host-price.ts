/** What an hour of one of a fleet's hosts costs, as far as the catalogue knows. US dollars. */
import type { OnDemandPrice } from '../spend/gpu-prices';
import type { FleetSettings } from './fleet-state';

/** Of the price on demand. Source: the ratio that the spot replay was simulated with (docs/controller.md). */
const SPOT_SHARE = 0.35;

/** The mean over the types that the fleet may get: which of them it gets is the market's choice. `null`: none is known. */
export function hostUsdPerHour(
  { instanceTypes, spot }: Pick<FleetSettings, 'instanceTypes' | 'spot'>,
  catalog: readonly OnDemandPrice[],
): number | null {
  const prices = instanceTypes.flatMap(
    (type) => catalog.find(({ instanceType }) => instanceType === type)?.onDemandUsdPerHour ?? [],
  );
  if (prices.length === 0) return null;
  const mean = prices.reduce((sum, usd) => sum + usd, 0) / prices.length;
  return mean * (spot ? SPOT_SHARE : 1);
}
