/** What AWS charges for running the router: by the time it waits, or by the hour. US dollars, each with source and date. */
import { prices } from './compute-prices.json';
import type { Sourced } from './sourced';

export interface ComputePrice extends Sourced {
  readonly id: string;
  readonly usd: number;
  readonly per: 'GB-second' | 'request' | 'vCPU-hour' | 'GB-hour' | 'instance-hour';
  readonly region: string;
}

export const computePrices: readonly ComputePrice[] = prices as ComputePrice[];

/** @throws on an id that the catalogue does not have: a fault of ours */
export function computeUsd(id: string): number {
  const row = computePrices.find((price) => price.id === id);
  if (row === undefined) throw new Error(`no price "${id}" in the catalogue`);
  return row.usd;
}
