/** Which weights are meant: those that fleets of the config load, or some by name. */
import { type CatalogModel, checkpoints, models } from '../../config/catalog';
import type { Lock } from '../../config/lock';
import type { Config } from '../../config/schema';
import { isRevision } from '../../lambda/model-mirror/settings';
import { DEFAULT_REVISION } from '../../lib/capacity/weights-layout';
import { catalogModel } from '../../lib/config/catalog-model';
import { own } from '../../lib/plan/own';
import { resolve } from '../../lib/selection/resolve';
import { UsageError } from '../commands/command';

export interface Weights {
  /** On the hub. */
  readonly repository: string;
  readonly revision: string;
  /** Of the config, that load them. */
  readonly fleets: readonly string[];
  /** Whose weights they are; `null`: the catalogue does not know the model. */
  readonly row: CatalogModel | null;
}

export const labelOf = ({ repository, revision }: Pick<Weights, 'repository' | 'revision'>): string =>
  `${repository}@${revision}`;

export interface FleetWeights {
  readonly weights: readonly Weights[];
  /** Why some fleet's are not known. */
  readonly problems: readonly string[];
}

/** By the lock, or the committed catalogue where there is none. Each weights once. */
export function weightsOfFleets(config: Config, lock: Lock | null): FleetWeights {
  const { choices, problems } = resolve(config, lock);
  const found = new Map<string, Weights>();
  for (const [fleet, { checkpoint, revision }] of Object.entries(choices)) {
    const weights = { repository: checkpoint, revision: revision ?? DEFAULT_REVISION };
    const { fleets = [], row = catalogModel(config.fleets[fleet] as Config['fleets'][string]) ?? null } =
      found.get(labelOf(weights)) ?? {};
    found.set(labelOf(weights), { ...weights, fleets: [...fleets, fleet], row });
  }
  const errors = problems.filter(({ severity }) => severity === 'error');
  return { weights: [...found.values()], problems: errors.map(({ message }) => message) };
}

/** `text`: a fleet, or `MODEL[@REVISION]` with a model or checkpoint of the catalogue. */
export function namedWeights(text: string, config: Config, lock: Lock | null): readonly Weights[] {
  const { weights, problems } = weightsOfFleets(config, lock);
  if (own(config.fleets, text) !== undefined) {
    const ofFleet = weights.filter(({ fleets }) => fleets.includes(text));
    if (ofFleet.length > 0) return ofFleet;
    throw new UsageError(problems[0] ?? `the replicas of \`${text}\` are named by address: they load nothing of ours`);
  }
  const { repository, revision } = parsed(text);
  if (revision === null) {
    // Copying what no fleet loads would be money for nothing: of a model its fleets' own checkpoint is meant.
    const loaded = weights.filter((one) => one.repository === repository || one.row?.id === repository);
    if (loaded.length > 0) return loaded;
  }
  const wanted = { repository, revision: revision ?? DEFAULT_REVISION };
  const ofFleets = weights.find((one) => labelOf(one) === labelOf(wanted));
  if (ofFleets !== undefined) return [ofFleets];
  const model = checkpoints.find((one) => one.repository === repository)?.model ?? repository;
  const row = models.find(({ id }) => id === model);
  if (row === undefined) {
    throw new UsageError(
      `the catalogue knows no \`${repository}\`, and no fleet of the config loads it; name a model or checkpoint of the catalogue, or one of the fleets: ${Object.keys(config.fleets).join(', ') || 'none'}`,
    );
  }
  return [{ ...wanted, fleets: [], row }];
}

export function parsed(text: string): { readonly repository: string; readonly revision: string | null } {
  const [repository = '', revision = null, ...more] = text.split('@');
  if (repository === '' || more.length > 0 || (revision !== null && !isRevision(revision))) {
    throw new UsageError(`\`${text}\` is no MODEL@REVISION: a name as on the hub, then a commit, tag or branch`);
  }
  return { repository, revision };
}
