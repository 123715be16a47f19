/** How the engine is started: `vllm serve` in AWS's container, as arguments of `docker`. */
import { type HostFile, imageUri, weightsUri } from './host-file';
import { streamerMemoryBytes } from './streamer-memory';

/** Unprivileged, and not a user of the host. Its way to the host's credentials is closed by this number. */
export const ENGINE_UID = 2000;
export const ENGINE_CONTAINER = 'hybrid-llm-engine';
/** On the host's loopback: the gate is the only way in from outside. */
export const ENGINE_PORT = 8000;

/**
 * Seconds that requests may still run after SIGTERM. A drain sends it 15 s before the host goes, so that what is left is
 * aborted while the router has time to go on elsewhere.
 */
export const SHUTDOWN_TIMEOUT_SECONDS = 8;

/** Folders of the host that the container sees. */
export interface EngineFolders {
  /** Caches, on the instance's own disks. */
  readonly cache: string;
  readonly adapters: string;
  /** In memory; holds the credentials while weights are loaded. */
  readonly credentials: string;
}

/** Places inside the container. */
const CACHE = '/engine';
const ADAPTERS = '/adapters';
const CREDENTIALS = '/credentials';
/** In the folder of credentials: an AWS shared credentials file. */
export const CREDENTIALS_FILE = 'aws';

/** @param hostMemoryBytes what the host has in all */
export function dockerArguments(host: HostFile, folders: EngineFolders, hostMemoryBytes: number): readonly string[] {
  return [
    'run',
    '--rm',
    ...['--name', ENGINE_CONTAINER],
    // The image's own entrypoint is a shell that swallows SIGTERM and reports to AWS.
    ...['--entrypoint', 'vllm'],
    ...['--gpus', 'all'],
    ...['--network', 'host'],
    // Tensor parallelism speaks through shared memory.
    '--ipc=host',
    ...['--user', `${ENGINE_UID}:${ENGINE_UID}`],
    ...['--cap-drop', 'ALL'],
    ...['--security-opt', 'no-new-privileges'],
    // systemd reads what the engine prints; a copy on disk would grow without end.
    ...['--log-driver', 'none'],
    ...['--volume', `${folders.cache}:${CACHE}`],
    ...['--volume', `${folders.adapters}:${ADAPTERS}:ro`],
    ...['--volume', `${folders.credentials}:${CREDENTIALS}:ro`],
    ...Object.entries(engineEnvironment(host)).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    imageUri(host.image),
    ...vllmArguments(host, hostMemoryBytes),
  ];
}

/** Without any secret: credentials are in a file that is gone once the weights are loaded. */
export function engineEnvironment({ region }: Pick<HostFile, 'region'>): Readonly<Record<string, string>> {
  return {
    // An unprivileged user without an entry in the image's list of users.
    HOME: `${CACHE}/home`,
    USER: 'engine',
    LOGNAME: 'engine',
    VLLM_CACHE_ROOT: `${CACHE}/vllm`,
    TRITON_CACHE_DIR: `${CACHE}/triton`,
    XDG_CACHE_HOME: `${CACHE}/cache`,
    // Nothing leaves the host but answers.
    OPT_OUT_TRACKING: 'true',
    VLLM_NO_USAGE_STATS: '1',
    DO_NOT_TRACK: '1',
    HF_HUB_OFFLINE: '1',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SHARED_CREDENTIALS_FILE: `${CREDENTIALS}/${CREDENTIALS_FILE}`,
    // A server whose engine died leaves, so that systemd starts it again.
    VLLM_KEEP_ALIVE_ON_ENGINE_DEATH: '0',
    // Large weights take longer than the default of 10 minutes.
    VLLM_ENGINE_READY_TIMEOUT_S: '3600',
    // Longer than the gate keeps a connection, else the gate sends requests into closed ones.
    VLLM_HTTP_TIMEOUT_KEEP_ALIVE: '120',
  };
}

/** `serve` and what follows. The fleet's own arguments may change all but where it listens: the last word counts. */
export function vllmArguments(host: HostFile, hostMemoryBytes: number): readonly string[] {
  return [
    'serve',
    weightsUri(host),
    ...['--served-model-name', host.servedName],
    ...['--load-format', 'runai_streamer'],
    ...['--model-loader-extra-config', JSON.stringify(loaderSettings(host, hostMemoryBytes))],
    ...['--max-model-len', String(host.context)],
    ...['--max-num-seqs', String(host.concurrency)],
    ...['--tensor-parallel-size', String(host.tensorParallel)],
    ...(host.kind === 'embed'
      ? ['--runner', 'pooling', '--convert', 'embed']
      : // Resumed requests go first; a grammar backend that is chosen per request has taken engines down.
        ['--scheduling-policy', 'priority', '--structured-outputs-config.backend', 'xgrammar']),
    ...adapterArguments(host.adapters),
    // Without a list it fetches any URL; no name ends in `.invalid` (RFC 2606), so only inline media are left.
    ...['--allowed-media-domains', 'none.invalid'],
    '--disable-uvicorn-access-log',
    ...['--shutdown-timeout', String(SHUTDOWN_TIMEOUT_SECONDS)],
    ...host.vllmArguments,
    ...['--host', '127.0.0.1'],
    ...['--port', String(ENGINE_PORT)],
  ];
}

const STREAMER_THREADS = 32;

const loaderSettings = ({ tensorParallel }: HostFile, hostMemoryBytes: number): Readonly<Record<string, unknown>> => ({
  concurrency: STREAMER_THREADS,
  memory_limit: streamerMemoryBytes(hostMemoryBytes, tensorParallel),
  ...(tensorParallel > 1 ? { distributed: true } : {}),
});

function adapterArguments(adapters: HostFile['adapters']): readonly string[] {
  const names = Object.keys(adapters);
  if (names.length === 0) return [];
  return [
    '--enable-lora',
    ...['--max-loras', String(names.length)],
    '--lora-modules',
    ...names.map((name) => `${name}=${ADAPTERS}/${name}`),
  ];
}
