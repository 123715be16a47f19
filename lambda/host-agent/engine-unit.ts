/** The engine's process, which systemd keeps: it starts it again where it ends by itself, and never after a stop. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { EngineSeen } from '../../lib/capacity/drain';

export interface EngineUnit {
  process(): Promise<NonNullable<EngineSeen['process']>>;
  /** SIGTERM. Does not wait for the end. */
  stop(): Promise<void>;
  /** Sends the logs off, as far as they go. Does not wait for it. */
  uploadLogs(): Promise<void>;
}

const ENGINE = 'hybrid-llm-engine.service';
const LOGS = 'hybrid-llm-logs.service';
const LIMIT_MS = 1_500;

const run = promisify(execFile);

/** Found on PATH. */
const systemctl = async (...args: readonly string[]): Promise<string> =>
  (await run('systemctl', args, { timeout: LIMIT_MS })).stdout;

export const systemdEngine: EngineUnit = {
  process: async () => processOf((await systemctl('show', '--property=ActiveState', '--value', ENGINE)).trim()),
  stop: async () => {
    await systemctl('stop', '--no-block', ENGINE);
  },
  uploadLogs: async () => {
    await systemctl('start', '--no-block', LOGS);
  },
};

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
