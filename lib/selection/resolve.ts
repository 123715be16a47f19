/** Config and lock to what each fleet runs on. The lock is not asked for what it was not made for. */
import * as catalog from '../../config/catalog';
import { engineRegistryAccount } from '../../config/catalog/engine';
import type { Config } from '../../config/schema';
import { type FleetChoice, type Lock, lockSchema } from '../../config/lock';
import { differences, fleetsAsked } from './asked';
import { choose } from './choose';

export interface Resolved {
  readonly choices: Readonly<Record<string, FleetChoice>>;
  readonly amiId: string | null;
  readonly engineDigest: string | null;
  /** What is to be told: an error where a fleet has no choice that fits. */
  readonly problems: readonly Problem[];
}

export interface Problem {
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

const UPDATE = 'run `npx hybrid-llm plan --update` (of another config: with `--config FILE`) and commit the lock file';

/** `lock: null`: there is none, so that the committed catalogue decides. */
export function resolve(config: Config, lock: Lock | null): Resolved {
  const problems: Problem[] = [];
  const choices: Record<string, FleetChoice> = {};
  const fleets = fleetsAsked(config);
  for (const [name, asked] of Object.entries(fleets)) {
    const locked = lock?.fleets[name];
    if (lock !== null && locked === undefined) {
      problems.push(error(`fleet ${name} is not in the lock file; ${UPDATE}`));
    } else if (locked !== undefined) {
      const differing = differences(locked.asked, asked);
      if (differing.length === 0) choices[name] = locked.chosen;
      else problems.push(error(`the lock file was made for another fleet ${name}: ${differing.join('; ')}; ${UPDATE}`));
    } else {
      const chosen = choose(asked);
      if ('choice' in chosen) choices[name] = chosen.choice;
      else problems.push(error(`fleet ${name}: ${chosen.problem}`));
    }
  }
  if (Object.keys(fleets).length > 0 && engineRegistryAccount(config.region) === undefined) {
    problems.push(
      error(
        `AWS offers no image of the engine in ${config.region}, so no fleet can be made there: deploy to another \`region\`, or name replicas that run already under \`endpoints\``,
      ),
    );
  }
  for (const name of Object.keys(lock?.fleets ?? {}).filter((name) => fleets[name] === undefined)) {
    problems.push(error(`the lock file has a fleet ${name} that the config has not; ${UPDATE}`));
  }
  if (lock === null && Object.keys(fleets).length > 0) {
    problems.push({
      severity: 'warning',
      message: `no lock file beside the config: the catalogue of ${CATALOGUE_AS_OF} decides, and a newer version of this package may decide otherwise; ${UPDATE}`,
    });
  }
  return { choices, amiId: lock?.amiId ?? null, engineDigest: lock?.engineDigest ?? null, problems };
}

/** A lock for the config. What only people or AWS can say (machine image, digest) is kept from the lock before. */
export function lockFor(
  config: Config,
  before: Lock | null,
): { readonly lock: Lock | null; readonly problems: readonly Problem[] } {
  const { choices, problems } = resolve(config, null);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) return { lock: null, problems: errors };
  const fleets = Object.entries(fleetsAsked(config)).flatMap(([name, asked]) => {
    const chosen = choices[name];
    return chosen === undefined ? [] : [[name, { asked, chosen }] as const];
  });
  return {
    lock: {
      version: 1,
      catalogueAsOf: CATALOGUE_AS_OF,
      amiId: before?.amiId ?? null,
      engineDigest: before?.engineDigest ?? null,
      fleets: Object.fromEntries(fleets),
    },
    problems: [],
  };
}

export function readLock(text: string): { readonly lock: Lock } | { readonly problem: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { problem: `the lock file is not JSON; ${UPDATE}` };
  }
  const parsed = lockSchema.safeParse(json);
  if (parsed.success) return { lock: parsed.data };
  const { path, message } = parsed.error.issues[0] ?? { path: [], message: 'wrong shape' };
  return { problem: `the lock file is wrong at \`${path.join('.')}\` (${message}); ${UPDATE}` };
}

/** The newest fact in the catalogue. */
const CATALOGUE_AS_OF = [...catalog.models, ...catalog.instances]
  .map(({ asOf }) => asOf)
  .reduce((newest, asOf) => (asOf > newest ? asOf : newest));

const error = (message: string): Problem => ({ severity: 'error', message });
