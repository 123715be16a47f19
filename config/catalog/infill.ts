/** How models that were taught to fill in the middle are asked for it: engines take a prompt only. */
import rows from './infill.json';
import type { Sourced } from './sourced';

export interface CatalogInfill extends Sourced {
  /** Ids of rows in the models. */
  readonly models: readonly string[];
  /** The prompt, with `{prefix}` and `{suffix}` once each. */
  readonly template: string;
}

export const infills: readonly CatalogInfill[] = rows.infills;

/** `null`: the model was not taught to. */
export const infillOf = (model: string): string | null =>
  infills.find(({ models }) => models.includes(model))?.template ?? null;
