/** A fleet as far as money is concerned: plain numbers, which sizing and selection fill. */
import { type TrafficMix, sharesOf } from './traffic-mix';

/** How the hosts are bought. `reserved`: at a price that the user states, such as one of a savings plan. */
export type Purchase = 'spot' | 'on-demand' | 'reserved';

export const PURCHASES: readonly Purchase[] = ['spot', 'on-demand', 'reserved'];

export interface FleetEconomics {
  /** What one replica's host costs, in each kind of purchase; `null`: not known, or not for sale. */
  readonly usdPerHour: Readonly<Record<Purchase, number | null>>;
  /** What one replica writes when it does nothing else, at the largest batch that its users' patience allows. */
  readonly outputTokensPerSecond: number;
  /** What one replica reads when it does nothing else. */
  readonly inputTokensPerSecond: number;
  /** So many replicas run even without requests. */
  readonly minReplicas: number;
  /** Replicas above those that the load needs, kept against interruptions. */
  readonly spareReplicas: number;
}

/**
 * Tokens, read and written, that one replica takes in a second of a mix when it is fully busy. Reading and writing share
 * its time: 1 / (fresh input / input rate + output / output rate). Cached input takes none. Engines overlap the two in part
 * (chunked prefill), so that this is a lower bound.
 */
export function tokensPerSecond(fleet: FleetEconomics, mix: TrafficMix): number {
  const { freshInput, output } = sharesOf(mix);
  return 1 / (freshInput / fleet.inputTokensPerSecond + output / fleet.outputTokensPerSecond);
}
