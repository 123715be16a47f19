/**
 * The agent's loop: looks at the engine, the boot script and the instance metadata every two seconds, lets
 * `lib/capacity/host-states` say what that means, does it, and tells the fleet table.
 *
 * Each look has its own time limit and none waits for another. What fails is tried again at the next beat, so a table
 * that does not answer never holds up a drain.
 */
import { type HostInput, type HostState, firstState, orders, report, step } from '../../lib/capacity/host-states';
import { type FleetReplicaRow, REPLICA_PREFIX } from '../../lib/tables/fleet-row';
import type { EngineProbe } from './engine-probe';
import type { EngineUnit } from './engine-unit';
import type { FleetRowWriter } from './fleet-rows';
import { type Gate, resumedState } from './gate-file';
import type { Imds, Notices } from './imds';
import { type Log, troubles } from './log';

export interface AgentParts {
  readonly row: Pick<FleetReplicaRow, 'fleet' | 'url' | 'certificateSha256'> & { readonly instanceId: string };
  readonly imds: Pick<Imds, 'notices'>;
  readonly probe: EngineProbe;
  readonly unit: EngineUnit;
  readonly gate: Gate;
  readonly rows: FleetRowWriter;
  /** What `install.sh` says of itself; `null`: nothing. */
  readonly boot: () => Promise<string | null>;
  /** Takes the credentials away from the engine: its weights are loaded. */
  readonly forgetCredentials: () => Promise<void>;
  readonly log: Log;
  readonly nowMs: () => number;
  /** @default 2000 */
  readonly beatMs?: number;
}

const BEAT_MS = 2_000;
/** EC2 gives spot instances two minutes; a group's hook has to give as much, for nothing on the host says how long it waits. */
const NOTICE_MS = 120_000;
/** How long systemd waits for the agent when the system stops: see `TimeoutStopSec` of its unit. */
const SHUTDOWN_MS = 45_000;
const LAST_WRITE_MS = 2_000;

/** Runs until `shutdown` is aborted and the host has drained. */
export async function runAgent(parts: AgentParts, shutdown: AbortSignal): Promise<void> {
  const closed = await parts.gate.closed();
  const nowMs = parts.nowMs();
  const state = closed === null ? firstState(nowMs) : resumedState(closed, nowMs + NOTICE_MS, nowMs);
  await new Agent(parts, state).run(shutdown);
}

class Agent {
  readonly #parts: AgentParts;
  readonly #troubles;
  readonly #over = Promise.withResolvers<void>();
  /** What is under way, by name: never twice at once. */
  readonly #underWay = new Map<string, Promise<void>>();
  #state: HostState;
  #sequence = 0;
  #gateClosed = false;
  #rowChanged = false;
  #completion: AbortController | null = null;
  #shuttingDown = false;

  constructor(parts: AgentParts, state: HostState) {
    this.#parts = parts;
    this.#state = state;
    this.#troubles = troubles(parts.log);
  }

  async run(shutdown: AbortSignal): Promise<void> {
    const onShutdown = (): void => {
      this.#shuttingDown = true;
      this.#feed({ kind: 'notice', reason: 'shutdown', endsMs: this.#parts.nowMs() + SHUTDOWN_MS });
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
    const unknownEndMs = this.#parts.nowMs() + NOTICE_MS;
    if (interruption !== null) {
      this.#feed({ kind: 'notice', reason: 'interruption', endsMs: interruption.endsMs ?? unknownEndMs });
    }
    if (terminated) this.#feed({ kind: 'notice', reason: 'termination', endsMs: unknownEndMs });
    if (rebalance) this.#feed({ kind: 'rebalance' });
  }

  #bootSaid(text: string | null): void {
    const [, failed, phase = ''] = /^(failed )?(.*)$/.exec((text ?? '').trim()) ?? [];
    this.#feed({ kind: 'boot', phase, failed: failed !== undefined });
  }

  #feed(input: HostInput): void {
    const before = this.#state;
    this.#state = step(before, input, this.#parts.nowMs());
    const { phase, atRisk } = this.#state;
    if (atRisk && !before.atRisk) this.#parts.log('rebalance recommended');
    if (orders(before).stopEngine !== orders(this.#state).stopEngine) this.#obey();
    if (phase.name === before.phase.name) return;
    const { state, detail } = report(this.#state);
    this.#parts.log('state', { state, detail });
    if (phase.name === 'ready') this.#do('forget credentials', () => this.#parts.forgetCredentials());
    if (phase.name === 'drained' || phase.name === 'failed') this.#do('logs', () => this.#parts.unit.uploadLogs());
    this.#obey();
    this.#tell();
  }

  /** Brings about what the state asks for. What fails is tried again at the next beat. */
  #obey(): void {
    const { refuse, stopEngine, complete } = orders(this.#state);
    const { phase, seen } = this.#state;
    if (refuse && !this.#gateClosed) {
      this.#do('gate', async () => {
        await this.#parts.gate.close(phase);
        this.#gateClosed = true;
      });
    }
    const isThere = seen.process !== 'down' && seen.process !== 'failed';
    if (stopEngine && isThere) this.#do('stop engine', () => this.#parts.unit.stop());
    if (complete) this.#complete();
    else this.#completion?.abort();
    if (this.#shuttingDown && (phase.name === 'drained' || phase.name === 'failed')) this.#over.resolve();
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
