/** What a million tokens cost on a host that is paid by the hour. */
import { SECONDS_PER_HOUR } from './time';

const MILLION = 1_000_000;

/**
 * US dollars for a million tokens.
 *
 * @param tokensPerSecond of one replica that is fully busy, of any mix
 * @param usdPerHour of its host
 * @param utilization mean share of that throughput which is used, above 0 up to 1
 */
export function usdPerMillionTokens(tokensPerSecond: number, usdPerHour: number, utilization: number): number {
  return (usdPerHour / (tokensPerSecond * utilization * SECONDS_PER_HOUR)) * MILLION;
}
