/** Names that a config may use, and the finding for one that stands for nothing. */
import type { Config } from '../../config/schema';
import { TASKS } from '../../config/vocabulary';
import { AUTO, TASK_PREFIX } from '../policy/models';
import { type CheckFinding, error } from './check';
import type { Path } from './findings';
import { shown } from './secrets';
import { didYouMean, listed } from './words';

export const isWildcard = (name: string): boolean => name.endsWith('*');

/** What `auto`'s users may write in place of a model. */
export const routedNames: readonly string[] = [AUTO, ...TASKS.map((task) => TASK_PREFIX + task)];

/** The entry that a request for this name finds: its own, or one ending in `*` that covers it. */
export function modelKey(config: Config, name: string): string | null {
  if (isWildcard(name)) return null;
  if (Object.hasOwn(config.models, name)) return name;
  return Object.keys(config.models).find((key) => isWildcard(key) && covers(key, name)) ?? null;
}

export const isModelName = (config: Config, name: string): boolean => modelKey(config, name) !== null;

const covers = (pattern: string, name: string): boolean =>
  name.length >= pattern.length && name.startsWith(pattern.slice(0, -1));

export interface UnknownName {
  readonly code: string;
  readonly path: Path;
  readonly name: string;
  /** What the name should be one of, such as "a fleet of this config". */
  readonly what: string;
  readonly known: readonly string[];
  /** What else it may be, too much to list. */
  readonly also?: readonly string[];
  /** What to do where nothing is spelt like it. */
  readonly otherwise: string;
}

export function unknownName({ code, path, name, what, known, also = [], otherwise }: UnknownName): CheckFinding {
  return error({
    code,
    path,
    found: shown(name, path),
    allowed: known.length === 0 ? `${what}, of which there are none yet` : `${what}: ${listed([...new Set(known)])}`,
    fix: didYouMean(name, [...known, ...also], otherwise),
  });
}

/** As `unknownName`, for a place where a model is named. */
export function unknownModel(config: Config, code: string, path: Path, name: string): CheckFinding {
  const known = Object.keys(config.models).filter((key) => !isWildcard(key));
  return unknownName({
    code,
    path,
    name,
    what: 'a model of this config',
    known,
    otherwise: isWildcard(name)
      ? 'name one model, since an upstream is asked for one'
      : `name one of them, or add \`${name}\` under \`models\``,
  });
}
