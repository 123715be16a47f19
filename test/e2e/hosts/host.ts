/**
 * A host agent with everything it touches: a fake instance metadata service and a fake engine on real sockets, a drain
 * file in a folder of its own, and a table in memory. The engine's unit is played here: `stop` is SIGTERM to the fake.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { type AgentParts, runAgent } from '../../../lambda/host-agent/agent';
import { engineProbe } from '../../../lambda/host-agent/engine-probe';
import { contentOf, gateFile } from '../../../lambda/host-agent/gate-file';
import { imds } from '../../../lambda/host-agent/imds';
import { timelineFile } from '../../../lambda/host-agent/timeline-file';
import { SHUTDOWN_TIMEOUT_SECONDS } from '../../../lib/capacity/vllm-command';
import type { LogLine } from '../../../lib/capacity/engine-log';
import type { FleetReplicaRow } from '../../../lib/tables/fleet-row';
import { FAKE_IDENTITY, type FakeImds, startFakeImds } from '../../support/fake-imds';
import { Bell } from '../../support/fake-vllm/bell';
import { FakeVllm } from '../../support/fake-vllm';

const BEAT_MS = 20;
const SHUTDOWN_TIMEOUT_MS = SHUTDOWN_TIMEOUT_SECONDS * 1_000;
/** Of the host's clock, so that what takes seconds there takes none here. */
const TIMES_FASTER = 20;

export interface HostOptions {
  /** @default 'llama-8b' */
  readonly fleet?: string;
  /** @default - that of the fake identity */
  readonly instanceId?: string;
  /** When EC2 launched it. @default - that of the fake metadata service */
  readonly launchedMs?: number;
  /** By how much its clock is wrong. @default 0 */
  readonly clockOffMs?: number;
  /** What requests call the model. @default 'fast' */
  readonly servedName?: string;
  /** What stands before the engine. @default - nothing; an address that nobody listens on */
  readonly gate?: (enginePort: number) => Promise<HostGate>;
  /** What the time really is. @default - 20 times as fast as it is */
  readonly nowMs?: () => number;
  readonly write?: (row: FleetReplicaRow) => Promise<void>;
}

export interface HostGate {
  readonly url: string;
  readonly certificateSha256: string;
  readonly drainFile: string;
  stop(): Promise<void>;
}

export interface TestHost {
  readonly imds: FakeImds;
  /** Not listening before `startEngine`. */
  readonly engine: FakeVllm;
  readonly rows: FleetReplicaRow[];
  readonly log: { readonly event: string; readonly details: unknown }[];
  /** What the agent did, in order: `gate`, `stop`, `restart`, `logs`, `compiled`, `forget credentials`, `timeline`. */
  readonly done: string[];
  readonly drainFile: string;
  /** Replaced to make the table fail. */
  write: (row: FleetReplicaRow) => Promise<void>;
  /** What `install.sh` says. */
  boot: string | null;
  /** What systemd says of the engine. */
  process: 'down' | 'starting' | 'up' | 'failed';
  /** The engine ignores SIGTERM. */
  deaf: boolean;
  /** What the engine printed. */
  engineLog: LogLine[];
  /** By how much the host's clock is wrong. */
  clockOffMs: number;
  /** Called when the engine was told to start again. */
  onRestart: () => Promise<void>;
  /** Called before the boot's timeline is written; throws to make that fail. */
  beforeTimeline: () => Promise<void>;
  /** Time that went by without anybody waiting for it. */
  skippedMs: number;
  /** What the time really is, on a host where it flies. */
  nowMs(): number;
  last(): FleetReplicaRow;
  /** States in the order they were written, each once. */
  states(): string[];
  startEngine(): Promise<void>;
  /** Another agent on the same host, after this one was lost. */
  restartAgent(): Promise<void>;
  /** As EC2 ends it: engine, gate and agent are gone at once. */
  vanish(): Promise<void>;
  /** SIGTERM to the agent; resolves when it ends. */
  shutDown(): Promise<void>;
  /** Resolves once `condition` holds; asked again whenever the agent or the engine did something. */
  until(condition: () => boolean, withinMs?: number): Promise<void>;
  stop(): Promise<void>;
}

export async function startHost(options: HostOptions = {}): Promise<TestHost> {
  const { fleet = 'llama-8b', instanceId = FAKE_IDENTITY.instanceId, servedName = 'fast' } = options;
  const folder = mkdtempSync(path.join(tmpdir(), 'hybrid-llm-host-'));
  const metadata = await startFakeImds({ instanceId });
  metadata.launchedMs = options.launchedMs ?? metadata.launchedMs;
  const engine = new FakeVllm({ models: [servedName], name: instanceId });
  // Has its port from here on, and nobody listens on it yet.
  await engine.open();
  await engine.stop();
  const bell = new Bell();
  const startMs = Date.now();
  const realMs = options.nowMs ?? ((): number => startMs + (Date.now() - startMs) * TIMES_FASTER);
  const frontGate = await options.gate?.(engine.port);
  const drainFile = frontGate?.drainFile ?? path.join(folder, 'draining');

  const host: Omit<TestHost, 'restartAgent' | 'shutDown' | 'stop' | 'vanish'> = {
    imds: metadata,
    engine,
    rows: [],
    log: [],
    done: [],
    drainFile,
    write: options.write ?? (async () => undefined),
    boot: null,
    process: 'down',
    deaf: false,
    engineLog: [],
    clockOffMs: options.clockOffMs ?? 0,
    onRestart: async () => undefined,
    beforeTimeline: async () => undefined,
    skippedMs: 0,
    nowMs: () => realMs() + host.skippedMs,
    last: () => {
      const row = host.rows.at(-1);
      if (row === undefined) throw new Error('no row was written');
      return row;
    },
    states: () => host.rows.map(({ state }) => state).filter((state, at, all) => state !== all[at - 1]),
    startEngine: async () => {
      await engine.open();
      host.process = 'up';
    },
    until: (condition, withinMs) => bell.until(condition, withinMs),
  };

  /** What one agent has in its hands; nothing any more once it is lost. */
  const partsOf = (agent: { lost: boolean }): AgentParts => {
    const hold = async (): Promise<void> => {
      if (agent.lost) throw new Error('this agent is no more');
    };
    const gate = gateFile(drainFile);
    const timeline = timelineFile(path.join(folder, 'timeline.json'));
    let lostMs = 0;
    return {
      row: {
        fleet,
        instanceId,
        url: frontGate?.url ?? 'https://127.0.0.1:8443',
        certificateSha256: frontGate?.certificateSha256 ?? 'ab'.repeat(32),
        templateVersion: 'abcdef012345',
      },
      launchedMs: metadata.launchedMs,
      drainMs: 900_000,
      imds: imds(metadata.url, () => host.nowMs() + host.clockOffMs),
      probe: engineProbe(engine.url, { kind: 'chat', servedName }),
      unit: {
        process: async () => host.process,
        stop: async () => {
          await hold();
          host.done.push('stop');
          bell.ring();
          if (host.deaf || engine.loseSigterm) return;
          // As long as `--shutdown-timeout` lets requests run; what is left is told that it ends.
          const limit = setTimeout(() => engine.abort(), SHUTDOWN_TIMEOUT_MS / TIMES_FASTER);
          await engine.drain();
          clearTimeout(limit);
          await new Promise((flushed) => setTimeout(flushed, BEAT_MS));
          await engine.stop();
          host.process = 'down';
        },
        restart: async () => {
          await hold();
          host.done.push('restart');
          bell.ring();
          await host.onRestart();
        },
        log: async () => host.engineLog.splice(0),
        saveCompiled: async () => {
          await hold();
          host.done.push('compiled');
          bell.ring();
        },
        uploadLogs: async () => {
          await hold();
          host.done.push('logs');
          bell.ring();
        },
      },
      gate: {
        closed: gate.closed,
        close: async (phase) => {
          await hold();
          await gate.close(phase);
          host.done.push('gate');
          bell.ring();
        },
      },
      rows: {
        write: async (row) => {
          await hold();
          await host.write(row);
          host.rows.push(row);
          bell.ring();
        },
      },
      boot: async () => host.boot,
      forgetCredentials: async () => {
        host.done.push('forget credentials');
        bell.ring();
      },
      log: (event, details) => {
        if (!agent.lost) host.log.push({ event, details });
        bell.ring();
      },
      timeline: {
        ...timeline,
        write: async (now) => {
          await host.beforeTimeline();
          await timeline.write(now);
          host.done.push('timeline');
          bell.ring();
        },
      },
      nowMs: () => host.nowMs() + host.clockOffMs,
      // For one that is lost time flies, so that it comes to its end.
      steadyMs: () => host.nowMs() + (agent.lost ? (lostMs += 3_600_000) : 0),
      beatMs: BEAT_MS,
    };
  };

  const start = (): { lose(): Promise<void>; shutDown(): Promise<void> } => {
    const agent = { lost: false };
    const stop = new AbortController();
    const ended = runAgent(partsOf(agent), stop.signal);
    const shutDown = (): Promise<void> => {
      stop.abort();
      return ended;
    };
    return {
      shutDown,
      lose: () => {
        agent.lost = true;
        return shutDown();
      },
    };
  };
  let agent = start();

  metadata.nowMs = host.nowMs;
  return Object.assign(host, {
    restartAgent: async () => {
      await agent.lose();
      agent = start();
    },
    shutDown: () => agent.shutDown(),
    vanish: async () => {
      void agent.lose();
      await Promise.all([engine.kill(), frontGate?.stop()]);
    },
    stop: async () => {
      await agent.lose();
      await Promise.all([engine.stop(), metadata.stop(), frontGate?.stop()]);
      rmSync(folder, { recursive: true });
    },
  });
}

export const drainText = (host: TestHost): Promise<string | null> => contentOf(host.drainFile);
