/** The facts that the catalogue was made from, where they lie beside the checkout. Not committed. */
import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';

const FOLDER = path.resolve(__dirname, '../../../shared/data');

export interface SharedModel {
  readonly hf_id: string;
  readonly params_computed_b?: number;
  readonly active_params_computed_b?: number;
  readonly kv_bytes_per_token_bf16: number | null;
  readonly kv_bytes_per_seq_sliding_bf16_max?: number;
  readonly sliding_window?: number;
  readonly tp_sizes_valid: readonly number[] | null;
  readonly verify?: boolean;
  readonly [name: string]: unknown;
}

export const sharedModels = (): readonly SharedModel[] => read('models.json').models as SharedModel[];
export const sharedInstances = (): readonly Record<string, unknown>[] =>
  read('instances.json').instances as Record<string, unknown>[];

function read(file: string): Record<string, unknown> {
  return JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')) as Record<string, unknown>;
}

const there = existsSync(path.join(FOLDER, 'models.json'));

/** `test`, or a skipped one that says why. */
export const testWithSharedData = (name: string, body: () => void): void => {
  if (there) test(name, body);
  else test.skip(`${name} (${FOLDER} is not there)`, body);
};
