/** The controller's decisions played against the model of Auto Scaling, without a table between. */
import { type Action } from '../../lib/capacity/actions';
import { type Decision, decide } from '../../lib/capacity/decide';
import { type FleetSettings, type FleetState, MARKETS } from '../../lib/capacity/fleet-state';
import { NO_MEMORY } from '../../lib/capacity/memory';
import { act } from '../../lib/capacity/replay/hybrid';
import type { CommandRow } from '../../lib/tables/command-row';
import { FakeRegion, HOUR, MINUTE, STEP_MS } from '../support/fake-auto-scaling';

export const START = Date.parse('2026-11-23T09:00:00Z');

export const SETTINGS: FleetSettings = {
  fleet: 'small',
  minReplicas: 0,
  maxReplicas: 4,
  idleMs: 20 * MINUTE,
  wake: 'fair',
  schedules: [],
  spot: true,
  onDemandBase: 0,
  extraSpot: 0,
  onDemandFallback: true,
  concurrency: 16,
  instanceTypes: ['g6e.xlarge', 'g6e.2xlarge', 'g6e.4xlarge'],
  bootTimeoutMs: 30 * MINUTE,
};

export class Simulation {
  readonly region: FakeRegion;
  readonly settings: FleetSettings;
  heldMs = 0;
  coveredNanoUsd = 0;
  commands: CommandRow[] = [];
  weightsComplete: boolean | null = true;
  forgotten = new Set<string>();
  last: Decision | null = null;
  readonly done: { readonly atMs: number; readonly action: Action }[] = [];

  constructor(settings: Partial<FleetSettings> = {}) {
    this.settings = { ...SETTINGS, ...settings };
    this.region = new FakeRegion(START, undefined, undefined, 'small', this.settings.maxReplicas);
  }

  get nowMs(): number {
    return this.region.nowMs;
  }

  state(): FleetState {
    const { region } = this;
    return {
      settings: this.settings,
      groups: { spot: region.group('spot'), onDemand: region.group('onDemand') },
      ec2: region.ec2(),
      replicas: region.rows().filter(({ id }) => !this.forgotten.has(id)),
      wake: { fleet: 'small', heldMs: this.heldMs, coveredNanoUsd: this.coveredNanoUsd },
      commands: this.commands,
      weightsComplete: this.weightsComplete,
      status: this.last?.status ?? null,
      // As the table has it: JSON.
      memory: JSON.parse(JSON.stringify(this.last?.memory ?? NO_MEMORY)) as FleetState['memory'],
      hostUsdPerHour: 1,
    };
  }

  /** @param actions that are done; the rest is lost, as where the function dies */
  run(actions = Infinity): Decision {
    const decision = decide(this.state(), this.nowMs);
    this.last = decision;
    for (const action of decision.actions.slice(0, actions)) this.do(action);
    return decision;
  }

  do(action: Action): void {
    this.done.push({ atMs: this.nowMs, action });
    act(this.region, action);
    if (action.kind !== 'deleteRow') return;
    this.commands = this.commands.filter(({ id }) => id !== action.id);
    this.forgotten.add(action.id);
  }

  /** A tick each minute, as long as it says. */
  play(ms: number, each: () => void = () => undefined): void {
    for (let left = ms; left > 0; left -= MINUTE) {
      this.region.advance(Math.min(MINUTE, left));
      each();
      this.run();
    }
  }

  /** A tick each minute, and a run for all that groups and hosts tell, as it happens. */
  playHeard(ms: number, each: () => void): void {
    for (let playedMs = 0; playedMs < ms; playedMs += STEP_MS) {
      const before = this.news();
      this.region.advance(STEP_MS);
      each();
      if (playedMs % MINUTE === 0 || this.news() !== before) this.run();
    }
  }

  /** Changes with whatever is told of. */
  private news(): string {
    const { region } = this;
    const groups = MARKETS.flatMap((market) => region.group(market).instances);
    const hosts = region.rows().map(({ id, state, atRisk }) => [id, state, atRisk]);
    return JSON.stringify([groups, hosts, region.failedLaunches]);
  }

  hold(): void {
    this.heldMs = this.nowMs;
  }

  command(command: CommandRow['command'], stage: CommandRow['stage'] = 'none'): void {
    this.give({ command, stage });
  }

  drainOne(instance: string): void {
    this.give({ command: 'drain', stage: 'none', instance });
  }

  private give(row: Pick<CommandRow, 'command' | 'stage' | 'instance'>): void {
    this.commands.push({ fleet: 'small', id: `command#${this.commands.length}`, givenMs: this.nowMs, ...row });
  }

  busy(running: number): void {
    for (const host of this.region.live()) host.running = running;
  }

  get ready(): number {
    return this.region.ready().length;
  }

  /** Nothing that costs money, waits or lies about. */
  left(): { instances: number; listed: number; rows: number; desired: number } {
    const { region } = this;
    return {
      instances: region.live().length,
      listed: region.group('spot').instances.length + region.group('onDemand').instances.length,
      rows: this.state().replicas.length,
      desired: region.groups.spot.desired + region.groups.onDemand.desired,
    };
  }
}

export const NOTHING_LEFT = { instances: 0, listed: 0, rows: 0, desired: 0 };
export { HOUR, MINUTE };
