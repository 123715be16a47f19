/** The engine's process, which systemd keeps: it starts it again where it ends by itself, and never after a stop. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { EngineSeen } from '../../lib/capacity/drain';
import type { LogLine } from '../../lib/capacity/engine-log';

export interface EngineUnit {
  process(): Promise<NonNullable<EngineSeen['process']>>;
  /** SIGTERM. Does not wait for the end. */
  stop(): Promise<void>;
  /** SIGTERM, and a new start. Does not wait for either. */
  restart(): Promise<void>;
  /** What it printed since then, Unix time in milliseconds. */
  log(sinceMs: number): Promise<readonly LogLine[]>;
  /** Sends the logs off, as far as they go. Does not wait for it. */
  uploadLogs(): Promise<void>;
  /** Keeps what the engine has compiled, for hosts to come. Does not wait for it. */
  saveCompiled(): Promise<void>;
}

const ENGINE = 'hybrid-llm-engine.service';
const LOGS = 'hybrid-llm-logs.service';
const COMPILED = 'hybrid-llm-compile-cache.service';
/** A start prints some hundred lines, a failed one some hundred more. */
const LOG_LINES = 2_000;
const LIMIT_MS = 1_500;

const run = promisify(execFile);

/** Found on PATH. */
const systemctl = async (...args: readonly string[]): Promise<string> =>
  (await run('systemctl', args, { timeout: LIMIT_MS })).stdout;

const journal = async (sinceMs: number): Promise<string> => {
  const since = `--since=@${Math.floor(sinceMs / 1_000)}`;
  const shape = ['--output=short-unix', '--no-pager', '--quiet', `--lines=${LOG_LINES}`];
  return (await run('journalctl', [`--unit=${ENGINE}`, ...shape, since], { timeout: LIMIT_MS, maxBuffer: 2 ** 24 }))
    .stdout;
};

export const systemdEngine: EngineUnit = {
  process: async () => processOf((await systemctl('show', '--property=ActiveState', '--value', ENGINE)).trim()),
  stop: async () => {
    await systemctl('stop', '--no-block', ENGINE);
  },
  restart: async () => {
    await systemctl('restart', '--no-block', ENGINE);
  },
  log: async (sinceMs) => linesOf(await journal(sinceMs)),
  uploadLogs: async () => {
    // Where one is under way it begins again: what has just happened is what is asked for.
    await systemctl('restart', '--no-block', LOGS);
  },
  saveCompiled: async () => {
    await systemctl('start', '--no-block', COMPILED);
  },
};

/** `short-unix`: seconds with a fraction, the host's name, the program and its number, a colon, what it said. */
export const linesOf = (text: string): readonly LogLine[] =>
  text.split('\n').flatMap((line) => {
    const [, seconds, said] = /^(\d+\.\d+) \S+ [^:]+: (.*)$/.exec(line) ?? [];
    return seconds === undefined || said === undefined ? [] : [{ atMs: Number(seconds) * 1_000, text: said }];
  });

/** By `ActiveState` as systemd's D-Bus interface documents it. One that is being stopped is still there. */
function processOf(activeState: string): NonNullable<EngineSeen['process']> {
  switch (activeState) {
    case 'active':
    case 'reloading':
    case 'deactivating':
      return 'up';
    case 'activating':
      return 'starting';
    case 'inactive':
      return 'down';
    case 'failed':
      return 'failed';
    default:
      throw new Error(`unknown state of ${ENGINE}: ${JSON.stringify(activeState)}`);
  }
}
