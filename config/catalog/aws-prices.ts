/** What AWS charges for things that are there, whether used or not, and for what commands start. US dollars, one region's, each with source and date. */
import { prices } from './aws-prices.json';
import type { Sourced } from './sourced';

export interface AwsPrice extends Sourced {
  readonly id: string;
  readonly usd: number;
  readonly per: 'minute' | 'hour' | 'month' | 'gib-month';
  readonly region: string;
}

export const awsPrices: readonly AwsPrice[] = prices as AwsPrice[];
