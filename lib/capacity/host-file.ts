/** `/etc/hybrid-llm/host.json`: all that a GPU host is told. The launch template's user data writes it. */

export interface HostFile {
  /** Name of the deployment: what instances, logs and metrics are told apart by. */
  readonly deployment: string;
  readonly fleet: string;
  readonly region: string;
  /** Name of the fleet table. */
  readonly fleetTable: string;
  readonly modelBucket: string;
  /** Folder of the weights in that bucket, without slashes at its ends. */
  readonly modelPrefix: string;
  /** Bucket for boot and engine logs; empty: logs stay on the host. */
  readonly logBucket: string;
  /** Folder in S3, `s3://…` without a slash at its end, for what the engine compiled; empty: none is kept. */
  readonly compileCache: string;
  /** How long the host's group waits for its last requests when it gives the host up. */
  readonly drainSeconds: number;
  readonly image: EngineImage;
  /** Name in the catalogue. */
  readonly model: string;
  /** What requests call it. */
  readonly servedName: string;
  readonly kind: 'chat' | 'embed';
  /** Tokens of prompt and answer together. */
  readonly context: number;
  /** Sequences that the engine works on at once. */
  readonly concurrency: number;
  /** GPUs that one replica is spread over. */
  readonly tensorParallel: number;
  /** Further arguments of `vllm serve`. */
  readonly vllmArguments: readonly string[];
  /** LoRA adapters: name → folder in S3. */
  readonly adapters: Readonly<Record<string, string>>;
}

export interface EngineImage {
  /** Such as `763104351884.dkr.ecr.us-east-1.amazonaws.com`. */
  readonly registry: string;
  readonly repository: string;
  /** A digest (`sha256:…`) or a tag. */
  readonly reference: string;
}

/** Throws an error that names each key that is missing or of the wrong kind. */
export function parseHostFile(text: string): HostFile {
  const file = JSON.parse(text) as Record<string, unknown>;
  const wrong = Object.entries(EXPECTED).flatMap(([key, { says, holds }]) =>
    holds(file[key]) ? [] : [`${key}: expected ${says}, got ${JSON.stringify(file[key]) ?? 'nothing'}`],
  );
  if (wrong.length > 0) throw new Error(`host.json is not usable: ${wrong.join('; ')}`);
  return file as unknown as HostFile;
}

export const imageUri = ({ registry, repository, reference }: EngineImage): string =>
  `${registry}/${repository}${reference.startsWith('sha256:') ? '@' : ':'}${reference}`;

export const weightsUri = ({ modelBucket, modelPrefix }: Pick<HostFile, 'modelBucket' | 'modelPrefix'>): string =>
  `s3://${modelBucket}/${modelPrefix}`;

interface Expectation {
  readonly says: string;
  readonly holds: (value: unknown) => boolean;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';

const text: Expectation = { says: 'a string that is not empty', holds: isText };
const count: Expectation = {
  says: 'a whole number above 0',
  holds: (value) => Number.isInteger(value) && (value as number) > 0,
};

const EXPECTED: Readonly<Record<keyof HostFile, Expectation>> = {
  deployment: text,
  fleet: text,
  region: text,
  fleetTable: text,
  modelBucket: text,
  modelPrefix: {
    says: 'a folder without slashes at its ends',
    holds: (value) => isText(value) && !/^\/|\/$/.test(value as string),
  },
  logBucket: { says: 'a string', holds: (value) => typeof value === 'string' },
  compileCache: {
    says: 'an s3:// folder without a slash at its end, or nothing',
    holds: (value) => value === '' || (typeof value === 'string' && /^s3:\/\/.*[^/]$/.test(value)),
  },
  drainSeconds: count,
  image: {
    says: '{ registry, repository, reference }',
    holds: (value) => isObject(value) && [value['registry'], value['repository'], value['reference']].every(isText),
  },
  model: text,
  servedName: text,
  kind: { says: 'chat or embed', holds: (value) => value === 'chat' || value === 'embed' },
  context: count,
  concurrency: count,
  tensorParallel: count,
  vllmArguments: {
    says: 'a list of strings',
    holds: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
  },
  adapters: {
    says: 'names with s3:// folders',
    holds: (value) =>
      isObject(value) &&
      Object.entries(value).every(
        ([name, uri]) => /^[\w.-]+$/.test(name) && typeof uri === 'string' && uri.startsWith('s3://'),
      ),
  },
};
