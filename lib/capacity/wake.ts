/**
 * Fair wake: requests that are answered elsewhere wake a fleet when they have cost there, since it slept, what waking costs.
 *
 * It is the ski-rental problem: whoever rents until the rent has reached the price of skis, and then buys, never pays more
 * than twice what a prophet pays, who knows how long the winter is; nothing that knows less can promise better (Karlin,
 * Manasse, Rudolph, Sleator, "Competitive snoopy caching", 1988). Requests are priced when they are over, so the one that
 * crosses the line comes on top.
 */
import { toNanoUsd } from '../spend/ledger';

const HOUR_MS = 3_600_000;

export interface WakePrice {
  /** From launch to the first answer. */
  readonly bootMs: number;
  /** For so long it stays even if nobody asks. */
  readonly idleMs: number;
  readonly hostUsdPerHour: number;
}

/** The least that waking one replica costs, in US dollars. */
export const wakingUsd = ({ bootMs, idleMs, hostUsdPerHour }: WakePrice): number =>
  ((bootMs + idleMs) / HOUR_MS) * hostUsdPerHour;

/** @param coveredNanoUsd what requests have cost elsewhere since the fleet slept */
export const coveredWakes = (coveredNanoUsd: number, price: WakePrice): boolean =>
  coveredNanoUsd > 0 && coveredNanoUsd >= toNanoUsd(wakingUsd(price));
