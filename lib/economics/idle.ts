/**
 * What a deployment costs in a month in which nobody uses it, computed from the finished template: prices of things that
 * are charged for being there. What is charged by use (requests, bytes, tokens, metrics with values in them) is not part of
 * it, and neither are GPU hosts that somebody has to wake.
 */
import { type AwsPrice, awsPrices } from '../../config/catalog/aws-prices';
import { KNOWN_TO_COST } from './known-to-cost';
import { type Charge, RULES } from './idle-rules';
import { type Template, isObject, objectOf } from '../proof/template';
import { HOURS_PER_MONTH } from './time';

export interface IdleItem {
  /** What it is, such as `interface endpoint ecr.api`. */
  readonly name: string;
  readonly logicalId: string;
  readonly usdPerMonth: number;
  /** How it is computed, such as `2 zones × $0.01/h × 730 h`. */
  readonly basis: string;
}

/** A resource that costs money by the hour or month, at a price that is not known here. */
export interface UnpricedItem {
  readonly logicalId: string;
  readonly type: string;
}

export interface IdleFloor {
  readonly usdPerMonth: number;
  /** Dearest first. */
  readonly items: readonly IdleItem[];
  readonly unpriced: readonly UnpricedItem[];
}

/** @param prices of one region; in others the floor is about the same */
export function idleFloor(template: Template, prices: readonly AwsPrice[] = awsPrices): IdleFloor {
  const items: IdleItem[] = [];
  const unpriced: UnpricedItem[] = [];
  for (const [logicalId, resource] of Object.entries(template.Resources ?? {})) {
    const type = isObject(resource) ? String(resource['Type']) : '';
    const charges = RULES[type]?.(objectOf(objectOf(resource)['Properties']));
    if (charges === 'unpriced' || (charges === undefined && KNOWN_TO_COST.has(type)))
      unpriced.push({ logicalId, type });
    else items.push(...(charges ?? []).map((charge) => priced(logicalId, charge, prices)));
  }
  items.sort((a, b) => b.usdPerMonth - a.usdPerMonth);
  return { usdPerMonth: items.reduce((sum, item) => sum + item.usdPerMonth, 0), items, unpriced };
}

function priced(logicalId: string, { name, price: id, count, unit }: Charge, prices: readonly AwsPrice[]): IdleItem {
  const price = prices.find((row) => row.id === id);
  if (price === undefined) throw new Error(`no price "${id}" in the catalogue`);
  const hours = price.per === 'hour' ? HOURS_PER_MONTH : 1;
  const each = price.per === 'hour' ? `$${price.usd}/h × ${HOURS_PER_MONTH} h` : `$${price.usd} a month`;
  return {
    name,
    logicalId,
    usdPerMonth: count * price.usd * hours,
    basis: unit === undefined ? each : `${count} ${unit} × ${each}`,
  };
}
