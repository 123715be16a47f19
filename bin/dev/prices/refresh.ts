/** One refresh of the price catalogue, from the committed prices to the new ones and what to say about them. */
import { DEFAULT_ASSUMPTIONS } from '../../../lib/economics/assumptions';
import { snapshotAgeDays } from '../../../lib/economics/snapshot-age';
import { REFERENCE_FLEETS } from '../economics/reference-fleets';
import { type HostPriceSource, refreshedHosts } from './host-prices';
import { type PriceSnapshot, breakEvenMoves, movesText } from './moves';
import { type TokenPriceList, refreshedOffer } from './token-prices';

export interface Refreshed extends PriceSnapshot {
  readonly report: string;
}

/** @param source `null`, or one that fails: prices of hosts stay as they are, and the report says how old they are */
export async function refresh(
  before: PriceSnapshot,
  list: TokenPriceList,
  source: HostPriceSource | null,
  nowMs: number,
): Promise<Refreshed> {
  const offers = before.offers.map((row) => refreshedOffer(row, list));
  const { hosts, said } = await hostsOf(before, source, nowMs);
  const after = { offers, hosts };
  const unknown = offers.filter(({ inputUsdPerMillionTokens }) => inputUsdPerMillionTokens === null);
  const report = [
    `tokens: ${list.name}, published ${list.asOf} (${days(snapshotAgeDays(list.asOf, nowMs))} old)\n`,
    ...unknown.map(
      ({ provider, model, unknown: why }) => `  ${provider} ${model}: no price, ${why.inputUsdPerMillionTokens}\n`,
    ),
    `hosts: ${said}\n`,
    movesText(breakEvenMoves(before, after, REFERENCE_FLEETS, DEFAULT_ASSUMPTIONS)),
  ].join('');
  return { ...after, report };
}

async function hostsOf(
  before: PriceSnapshot,
  source: HostPriceSource | null,
  nowMs: number,
): Promise<{ hosts: PriceSnapshot['hosts']; said: string }> {
  const kept = `the committed prices stay; ${agesText(before, nowMs)}`;
  if (source === null) return { hosts: before.hosts, said: `not asked for, ${kept}` };
  try {
    return { hosts: await refreshedHosts(before.hosts, source, nowMs), said: 'asked of AWS now' };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { hosts: before.hosts, said: `AWS gives none (${why}), ${kept}` };
  }
}

/** Of the oldest price of each kind. */
export function agesText({ hosts }: Pick<PriceSnapshot, 'hosts'>, nowMs: number): string {
  const oldest = (kind: 'onDemand' | 'spot'): string => {
    const ages = hosts.flatMap((row) => (row[kind] === null ? [] : [snapshotAgeDays(row[kind].asOf, nowMs)]));
    return ages.length === 0 ? 'none' : `up to ${days(Math.max(...ages))} old`;
  };
  return `on demand ${oldest('onDemand')}, spot ${oldest('spot')}`;
}

const days = (count: number): string => `${count} ${count === 1 ? 'day' : 'days'}`;
