/** Quotas of an account that bound what is deployed, by their codes in Service Quotas. */
import rows from './quotas.json';
import type { Sourced } from './sourced';

export interface CatalogQuota extends Sourced {
  /** As Service Quotas names it. */
  readonly service: 'ec2' | 'lambda';
  /** `null`: not known, and `missing` says why. */
  readonly code: string | null;
  readonly name: string;
  readonly unit: 'vCPU' | 'execution';
  /** `null`: not a quota of instances. */
  readonly purchase: 'on-demand' | 'spot' | null;
  /** Instance families that it bounds, or their letters: `g` stands for g5, g6e and so on, not for gr6. */
  readonly families: readonly string[];
  readonly missing: string | null;
}

export const quotas: readonly CatalogQuota[] = rows.quotas as readonly CatalogQuota[];

/** The quota that bounds a type, the most narrowly named first; `undefined`: none in the catalogue does. */
export function instanceQuota(instanceType: string, purchase: 'on-demand' | 'spot'): CatalogQuota | undefined {
  const [family = ''] = instanceType.split('.');
  const closeness = (quota: CatalogQuota): number =>
    Math.max(0, ...quota.families.filter((name) => isOf(family, name)).map((name) => name.length));
  return quotas
    .filter((quota) => quota.purchase === purchase && closeness(quota) > 0)
    .toSorted((a, b) => closeness(b) - closeness(a))[0];
}

/** `p5` is p5en's, not p55's; `g` is g6e's, not gr6's. */
function isOf(family: string, name: string): boolean {
  const rest = family.slice(name.length);
  return family.startsWith(name) && (rest === '' || /\d$/.test(name) !== /^\d/.test(rest));
}

/** Environments of all functions in the region together. */
export const functionConcurrency = quotas.find(({ service }) => service === 'lambda') as CatalogQuota;
