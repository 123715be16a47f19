/**
 * The agent's loop: looks at the engine, the boot script and the instance metadata every two seconds, lets
 * `lib/capacity/host-states` say what that means, does it, and tells the fleet table.
 *
 * Each look has its own time limit and none waits for another. What fails is tried again at the next beat, so a table
 * that does not answer never holds up a drain.
 */
import { reached } from '../../lib/capacity/boot-timeline';
import { readEngineLog } from '../../lib/capacity/engine-log';
import { type HostInput, type HostState, firstState, orders, report, step } from '../../lib/capacity/host-states';
import { type BootMark, type BootTimeline, type FleetReplicaRow, REPLICA_PREFIX } from '../../lib/tables/fleet-row';
import type { EngineProbe } from './engine-probe';
import type { EngineUnit } from './engine-unit';
import type { FleetRowWriter } from './fleet-rows';
import { type Gate, resumedState } from './gate-file';
import type { Imds, Notices } from './imds';
import { type Log, troubles } from './log';
import type { TimelineStore } from './timeline-file';

export interface AgentParts {
  readonly row: Pick<FleetReplicaRow, 'fleet' | 'url' | 'certificateSha256'> & {
    readonly instanceId: string;
    readonly templateVersion: string;
  };
  /** When EC2 launched the host; `null`: it does not say. */
  readonly launchedMs: number | null;
  /** How long the host's group waits for it when it gives it up. */
  readonly drainMs: number;
  readonly imds: Pick<Imds, 'notices'>;
  readonly probe: EngineProbe;
  readonly unit: EngineUnit;
  readonly gate: Gate;
  readonly rows: FleetRowWriter;
  /** What `install.sh` says of itself; `null`: nothing. */
  readonly boot: () => Promise<string | null>;
  /** Takes the credentials away from the engine: its weights are loaded. */
  readonly forgetCredentials: () => Promise<void>;
  readonly timeline: TimelineStore;
  readonly log: Log;
  /** What the host's clock says: for the row alone, since it may be wrong and may jump. */
  readonly nowMs: () => number;
  /** Goes on evenly since the host's boot: for all that lasts. */
  readonly steadyMs: () => number;
  /** @default 2000 */
  readonly beatMs?: number;
}

const BEAT_MS = 2_000;
/** EC2 gives spot instances two minutes. */
const NOTICE_MS = 120_000;
/** How long systemd waits for the agent when the system stops: see `TimeoutStopSec` of its unit. */
const SHUTDOWN_MS = 45_000;
const LAST_WRITE_MS = 2_000;
/** Phases of `install.sh` that begin when the image is there. */
const AFTER_IMAGE = new Set(['compile-cache', 'adapters', 'engine', 'done']);
/** An engine that listens has done all of this, though its log may not say so. */
const BEFORE_LISTENING: readonly BootMark[] = ['imageMs', 'weightsMs', 'compiledMs'];

/** Runs until `shutdown` is aborted and the host has drained. */
export async function runAgent(parts: AgentParts, shutdown: AbortSignal): Promise<void> {
  const [closed, known] = await Promise.all([parts.gate.closed(), parts.timeline.read()]);
  const nowMs = parts.steadyMs();
  const state = closed === null ? firstState(nowMs) : resumedState(closed, nowMs + NOTICE_MS, nowMs);
  const timeline = parts.launchedMs === null ? known : reached(known, 'launchedMs', parts.launchedMs);
  await new Agent(parts, state, timeline).run(shutdown);
}

class Agent {
  readonly #parts: AgentParts;
  readonly #troubles;
  readonly #over = Promise.withResolvers<void>();
  /** What is under way, by name: never twice at once. */
  readonly #underWay = new Map<string, Promise<void>>();
  #state: HostState;
  #timeline: BootTimeline;
  /** As it was last written for an agent that comes after this one. */
  #keptTimeline: BootTimeline;
  /** When the engine's log was last read up to, by the host's clock. */
  #logReadMs: number;
  #sequence = 0;
  #gateClosed = false;
  #rowChanged = false;
  #completion: AbortController | null = null;
  #shuttingDown = false;

  constructor(parts: AgentParts, state: HostState, timeline: BootTimeline) {
    this.#parts = parts;
    this.#state = state;
    this.#timeline = timeline;
    this.#keptTimeline = timeline;
    this.#logReadMs = timeline.launchedMs ?? parts.nowMs();
    this.#troubles = troubles(parts.log);
  }

  async run(shutdown: AbortSignal): Promise<void> {
    const onShutdown = (): void => {
      this.#shuttingDown = true;
      this.#feed({ kind: 'notice', reason: 'shutdown', endsMs: this.#parts.steadyMs() + SHUTDOWN_MS });
      this.#obey();
    };
    shutdown.addEventListener('abort', onShutdown);
    if (shutdown.aborted) onShutdown();
    const timer = setInterval(() => this.#beat(), this.#parts.beatMs ?? BEAT_MS);
    this.#beat();
    await this.#over.promise;
    clearInterval(timer);
    await this.#lastWords();
  }

  #beat(): void {
    this.#feed({ kind: 'clock' });
    const { imds, probe, unit, boot } = this.#parts;
    this.#look(
      'instance metadata',
      () => imds.notices(),
      (notices) => this.#noticed(notices),
    );
    this.#look(
      'engine process',
      () => unit.process(),
      (process) => this.#feed({ kind: 'engine', process }),
    );
    this.#look(
      'health',
      () => probe.health(),
      (answer) => this.#feed({ kind: 'health', answer }),
    );
    this.#look(
      'metrics',
      () => probe.load(),
      (load) => this.#feed({ kind: 'load', load }),
    );
    this.#look('boot file', boot, (text) => this.#bootSaid(text));
    if (this.#timeline.firstTokenMs === null) this.#readLog();
    this.#keepTimeline();
    this.#obey();
    this.#tell();
  }

  /** Asks, unless the last asking still goes on; what comes back is fed. */
  #look<Answer>(what: string, ask: () => Promise<Answer>, then: (answer: Answer) => void): void {
    if (this.#underWay.has(what)) return;
    const asking = Promise.resolve()
      .then(ask)
      .then((answer) => {
        then(answer);
        this.#troubles.gone(what);
      })
      .catch((error: unknown) => this.#troubles.seen(what, error))
      .finally(() => this.#underWay.delete(what));
    this.#underWay.set(what, asking);
  }

  #noticed({ interruption, terminated, rebalance }: Notices): void {
    const nowMs = this.#parts.steadyMs();
    if (interruption !== null) {
      const endsMs = nowMs + (interruption.leftMs ?? NOTICE_MS);
      this.#feed({ kind: 'notice', reason: 'interruption', endsMs });
    }
    if (terminated) this.#feed({ kind: 'notice', reason: 'termination', endsMs: nowMs + this.#parts.drainMs });
    if (rebalance) this.#feed({ kind: 'rebalance' });
  }

  #bootSaid(text: string | null): void {
    const [, failed, phase = '', reason = ''] = /^(failed )?(\S*) ?(.*)$/.exec((text ?? '').trim()) ?? [];
    const before = this.#state.boot.phase;
    if (AFTER_IMAGE.has(phase) && failed === undefined) this.#reached('imageMs');
    this.#feed({ kind: 'boot', phase, failed: failed !== undefined, reason });
    if (phase !== before) this.#sendLogs();
  }

  /** Until the first token: what the engine says of its start. */
  #readLog(): void {
    const { nowMs, unit } = this.#parts;
    const untilMs = nowMs();
    this.#look(
      'engine log',
      () => unit.log(this.#logReadMs),
      (lines) => {
        if (this.#timeline.firstTokenMs !== null) return;
        // Seconds are as fine as it is asked for: what came in the same one is read twice.
        this.#logReadMs = untilMs;
        const { weightsMs, compiledMs, trouble } = readEngineLog(lines);
        if (weightsMs !== null) this.#reached('weightsMs', weightsMs);
        if (compiledMs !== null) this.#reached('compiledMs', compiledMs);
        if (weightsMs !== null || trouble !== null) this.#feed({ kind: 'log', weights: weightsMs !== null, trouble });
      },
    );
  }

  #reached(mark: BootMark, atMs = this.#parts.nowMs()): void {
    const before = this.#timeline;
    this.#timeline = reached(before, mark, atMs);
    if (this.#timeline === before) return;
    this.#parts.log('boot', { reached: mark.replace(/Ms$/, ''), atMs });
    this.#keepTimeline();
    this.#tell();
  }

  #keepTimeline(): void {
    if (this.#timeline === this.#keptTimeline) return;
    this.#do('timeline', async () => {
      const timeline = this.#timeline;
      await this.#parts.timeline.write(timeline);
      this.#keptTimeline = timeline;
    });
  }

  #sendLogs(): void {
    this.#do('logs', () => this.#parts.unit.uploadLogs());
  }

  #feed(input: HostInput): void {
    const before = this.#state;
    this.#state = step(before, input, this.#parts.steadyMs());
    const { phase, atRisk } = this.#state;
    if (atRisk && !before.atRisk) this.#parts.log('rebalance recommended');
    if (atRisk && !before.atRisk) this.#tell();
    if (orders(before).stopEngine !== orders(this.#state).stopEngine) this.#obey();
    if (orders(before).refuse !== orders(this.#state).refuse) this.#obey();
    if (phase.name === before.phase.name) return;
    const { state, detail } = report(this.#state);
    this.#parts.log('state', { state, detail });
    if (phase.name === 'warming') for (const mark of BEFORE_LISTENING) this.#reached(mark);
    if (phase.name === 'ready') this.#becameReady();
    this.#sendLogs();
    this.#obey();
    this.#tell();
  }

  #becameReady(): void {
    this.#do('forget credentials', () => this.#parts.forgetCredentials());
    // Once in a host's life: what later starts compile was compiled before.
    if (this.#timeline.firstTokenMs === null) this.#do('compile cache', () => this.#parts.unit.saveCompiled());
    this.#reached('firstTokenMs');
  }

  /** Brings about what the state asks for. What fails is tried again at the next beat. */
  #obey(): void {
    const { refuse, stopEngine, restartEngine, complete } = orders(this.#state);
    const { phase, seen } = this.#state;
    if (refuse && !this.#gateClosed) {
      this.#do('gate', async () => {
        await this.#parts.gate.close(phase);
        this.#gateClosed = true;
      });
    }
    const isThere = seen.process !== 'down' && seen.process !== 'failed';
    if (stopEngine && isThere) this.#do('stop engine', () => this.#parts.unit.stop());
    if (restartEngine) this.#do('restart engine', () => this.#restart());
    if (complete) this.#complete();
    else this.#completion?.abort();
    if (this.#shuttingDown && (phase.name === 'drained' || phase.name === 'failed')) this.#over.resolve();
  }

  async #restart(): Promise<void> {
    await this.#parts.unit.restart();
    this.#parts.log('engine hangs: started again');
    this.#feed({ kind: 'restarted' });
  }

  #do(what: string, act: () => Promise<void>): void {
    this.#look(what, act, () => undefined);
  }

  #complete(): void {
    if (this.#underWay.has('completion')) return;
    const completion = new AbortController();
    this.#completion = completion;
    const ask = async (): Promise<void> => {
      const problem = await this.#parts.probe.complete(completion.signal);
      // Left behind: the engine it was asked of is another one by now.
      if (completion.signal.aborted) return;
      if (problem !== null) throw new Error(problem);
      this.#feed({ kind: 'completion', ok: true });
    };
    this.#do('completion', ask);
  }

  /** Writes the row as it is now; while a write is under way, once more after it. */
  #tell(): void {
    this.#rowChanged = true;
    this.#do('fleet table', async () => {
      while (this.#rowChanged) {
        this.#rowChanged = false;
        await this.#parts.rows.write(this.#row());
      }
    });
  }

  #row(): FleetReplicaRow {
    const { instanceId, ...row } = this.#parts.row;
    this.#sequence += 1;
    return {
      ...row,
      id: `${REPLICA_PREFIX}${instanceId}`,
      heartbeatMs: this.#parts.nowMs(),
      sequence: this.#sequence,
      ...report(this.#state),
      timeline: this.#timeline,
    };
  }

  /** The end is told, if the table takes it in time. */
  async #lastWords(): Promise<void> {
    const limit = Promise.withResolvers<void>();
    const timer = setTimeout(limit.resolve, LAST_WRITE_MS);
    const told = Promise.all(
      [this.#underWay.get('fleet table'), this.#underWay.get('gate')].map((one) => one ?? Promise.resolve()),
    );
    await Promise.race([limit.promise, told]);
    clearTimeout(timer);
    this.#completion?.abort();
  }
}
