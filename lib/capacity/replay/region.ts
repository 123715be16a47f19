/**
 * A model of EC2 Auto Scaling, EC2 and the hosts, with a clock of its own. What it does, from the user guide and from
 * what others saw (`docs/controller.md` says the same in words):
 *
 * - A group launches what is missing from its desired capacity, one round at once and then one a minute, as long as there is
 *   capacity and `Launch` is not suspended. A round that finds none is tried again a minute later, for ever.
 * - Zone and type. Spot, price-capacity-optimized: of the pools with capacity the deepest. On demand, prioritized: the first
 *   type that can be had, in the zone with the fewest of the group.
 * - `Pending` (5 s) → `Pending:Wait` until its hook is completed or times out → `InService`.
 * - A desired capacity below the members ends some of them, whatever they do: the newest, in the zone that has the most.
 * - `TerminateInstanceInAutoScalingGroup` with decrement works in any state, lowers desired at once, and lowers it **again** when
 *   it is called for an instance that is ending already: the worst that the guide leaves open.
 * - `Terminating:Wait` until the hook is completed or times out; then EC2 ends it. What is ending does not count as a member.
 * - An instance that EC2 took away is noticed by the health check a minute later, goes through `Terminating:Wait` all the
 *   same, and is replaced by the group.
 * - EC2 lists an instance that has ended for an hour.
 * - A host writes its row from 30 s after launch on, is ready after its boot, sees `Terminated` within 5 s and drains, sees
 *   an interruption two minutes before it (or not, where the notice is lost).
 *
 * Not in it: weights of types, warm pools, maintenance, AZRebalance (suspended by the controller's first run), API limits.
 */
import type { FleetReplicaRow } from '../../tables/fleet-row';
import { type Ec2Instance, type GroupState, MARKETS, type Market } from '../fleet-state';
import {
  type Boot,
  type ModelHost,
  type Pool,
  drainHost,
  isEnding,
  isServing,
  launchedHost,
  rowOf,
  stateOf,
} from './host';

/** The model looks at itself so often, or less often while nothing can happen. */
export const STEP_MS = 5_000;
/** How long a group waits after a round of launches, successful or not. */
export const RETRY_MS = 60_000;
const HEALTH_MS = 60_000;
const LISTED_MS = 3_600_000;
const NEVER_MS = Infinity;
const earlier = (oneMs: number, otherMs: number): number => (oneMs < otherMs ? oneMs : otherMs);

export interface ModelGroup {
  desired: number;
  readonly max: number;
  readonly suspended: Set<string>;
  nextRoundMs: number;
}

export interface RegionOptions {
  readonly startMs: number;
  readonly types: readonly string[];
  readonly zones: readonly string[];
  readonly fleet: string;
  /** Of each group. */
  readonly max: number;
}

export class Region {
  nowMs: number;
  readonly zones: readonly string[];
  readonly groups: Readonly<Record<Market, ModelGroup>>;
  /** Those that have ended are in it for as long as EC2 lists them. */
  hosts: readonly ModelHost[] = [];
  /** Instances that a pool has in all. */
  capacity: (pool: Pool, nowMs: number) => number = () => 100;
  /** For how long a pool has had capacity: of those that are equally deep the steadiest is chosen. */
  steadyMs: (pool: Pool) => number = () => 0;
  boot: (pool: Pool, index: number) => Boot = () => ({ ms: 240_000, fails: null });
  templateVersion = '1';
  noticeMs = 120_000;
  bootTimeoutMs = 30 * 60_000;
  drainTimeoutMs = 15 * 60_000;
  launched = 0;
  /** Launches for which there was no capacity: EventBridge tells of each. */
  failedLaunches = 0;
  /** Instances that a group ended by itself, since it had more than were desired. */
  readonly scaledIn: string[] = [];
  /** The most instances that ever cost money at once. */
  peak = 0;
  onLaunch: (host: ModelHost) => void = () => undefined;
  onEnd: (host: ModelHost) => void = () => undefined;

  constructor(private readonly options: RegionOptions) {
    const { startMs, zones, max } = options;
    this.nowMs = startMs;
    this.zones = zones;
    const group = (): ModelGroup => ({ desired: 0, max, suspended: new Set(), nextRoundMs: startMs });
    this.groups = { spot: group(), onDemand: group() };
  }

  advance(ms: number): void {
    const untilMs = this.nowMs + ms;
    while (this.nowMs < untilMs) {
      const quietUntilMs = STEP_MS * Math.floor((this.nextMs() - this.nowMs) / STEP_MS) + this.nowMs;
      this.nowMs = Math.min(untilMs, Math.max(this.nowMs + STEP_MS, quietUntilMs));
      this.step();
    }
  }

  /** Before then nothing happens by itself, and no row says anything else than now. */
  quietUntilMs(): number {
    let next = this.nextMs();
    for (const host of this.hosts) {
      if (host.endMs !== null) continue;
      if (host.openUntilMs > this.nowMs) next = earlier(next, host.openUntilMs);
      for (const { atMs } of host.transitions) if (atMs > this.nowMs) next = earlier(next, atMs);
    }
    return next;
  }

  /** Before then nothing happens by itself but what rows say. */
  private nextMs(): number {
    let next = NEVER_MS;
    for (const host of this.hosts) {
      if (host.lifecycle === 'Terminated') continue;
      next = earlier(next, host.hookMs);
      if (host.lifecycle === 'Pending') next = earlier(next, host.pendingMs);
      if (host.endMs === null) next = earlier(next, host.takenMs ?? NEVER_MS);
      else if (!isEnding(host)) next = earlier(next, host.endMs + HEALTH_MS);
    }
    for (const market of MARKETS) {
      const { desired, nextRoundMs, suspended } = this.groups[market];
      const missing = desired - this.members(market).length;
      if (missing < 0 || (missing > 0 && !suspended.has('Launch'))) next = earlier(next, nextRoundMs);
    }
    return next;
  }

  // What the controller calls.

  setDesired(market: Market, desired: number): void {
    const group = this.groups[market];
    if (desired < 0 || desired > group.max) throw new Error(`ValidationError: ${desired} of at most ${group.max}`);
    group.desired = desired;
    group.nextRoundMs = this.nowMs;
  }

  terminate(id: string): void {
    const host = this.hostOf(id);
    const group = this.groups[host.pool.market];
    group.desired = Math.max(0, group.desired - 1);
    if (!isEnding(host)) this.end(host);
  }

  completeHook(id: string, hook: 'boot' | 'drain'): void {
    const host = this.hostOf(id);
    const waits = hook === 'boot' ? 'Pending:Wait' : 'Terminating:Wait';
    if (host.lifecycle !== waits) throw new Error('ValidationError: No active Lifecycle Action found');
    host.hookMs = this.nowMs;
    this.passHooks(host);
  }

  group(market: Market): GroupState {
    const { desired, suspended } = this.groups[market];
    return {
      desired,
      templateVersion: this.templateVersion,
      suspended: [...suspended],
      instances: this.listed(market).map(({ id, lifecycle, pool, templateVersion }) => ({
        id,
        lifecycle,
        type: pool.type,
        zone: pool.zone,
        templateVersion,
      })),
    };
  }

  ec2(): Ec2Instance[] {
    return this.hosts
      .filter(({ endMs }) => endMs === null || this.nowMs - endMs < LISTED_MS)
      .map(({ id, pool, launchMs, endMs }) => ({ id, spot: pool.market === 'spot', launchMs, live: endMs === null }));
  }

  /** Rows as the table has them now. */
  rows(): FleetReplicaRow[] {
    return this.hosts.flatMap((host) => rowOf(host, this.options.fleet, this.nowMs) ?? []);
  }

  live(market?: Market): ModelHost[] {
    return this.hosts.filter(({ endMs, pool }) => endMs === null && (market === undefined || pool.market === market));
  }

  /** Hosts that answer. */
  ready(market?: Market): ModelHost[] {
    return this.live(market).filter((host) => host.silentMs === null && stateOf(host, this.nowMs) === 'ready');
  }

  /** Hosts that take requests, those too whose end is announced. */
  serving(): ModelHost[] {
    return this.hosts.filter((host) => isServing(host, this.nowMs));
  }

  // What happens to it.

  /** EC2 takes a spot instance back; without notice at once, and its host learns nothing. */
  interrupt(host: ModelHost, notice = true): void {
    if (host.endMs !== null || host.takenMs !== null) return;
    host.takenMs = this.nowMs + (notice ? this.noticeMs : 0);
    if (notice) drainHost(host, 'interruption', this.nowMs, this.nowMs);
    else this.take(host);
  }

  /** The agent dies; the instance stays. */
  silence(host: ModelHost): void {
    host.silentMs ??= this.nowMs;
  }

  private step(): void {
    for (const host of this.hosts) {
      if (host.endMs === null && host.takenMs !== null && this.nowMs >= host.takenMs) this.take(host);
      if (host.lifecycle === 'Pending' && this.nowMs >= host.pendingMs) {
        host.lifecycle = 'Pending:Wait';
        host.hookMs = this.nowMs + this.bootTimeoutMs;
      }
      const unhealthy = host.endMs !== null && this.nowMs - host.endMs >= HEALTH_MS;
      if (unhealthy && !isEnding(host) && host.lifecycle !== 'Terminated') this.end(host);
      this.passHooks(host);
    }
    for (const market of MARKETS) this.round(market);
    this.peak = Math.max(this.peak, this.live().length);
    this.hosts = this.hosts.filter(
      ({ endMs, lifecycle }) => lifecycle !== 'Terminated' || endMs === null || this.nowMs - endMs < 2 * LISTED_MS,
    );
  }

  private passHooks(host: ModelHost): void {
    if (this.nowMs < host.hookMs) return;
    if (host.lifecycle === 'Pending:Wait') {
      host.lifecycle = 'InService';
      host.hookMs = Infinity;
    } else if (host.lifecycle === 'Terminating:Wait') {
      host.lifecycle = 'Terminated';
      host.hookMs = Infinity;
      if (host.endMs === null) this.take(host);
    }
  }

  private end(host: ModelHost): void {
    host.lifecycle = 'Terminating:Wait';
    host.hookMs = this.nowMs + this.drainTimeoutMs;
    if (host.endMs === null && host.silentMs === null) drainHost(host, 'termination', this.nowMs + STEP_MS, this.nowMs);
  }

  private take(host: ModelHost): void {
    host.endMs = this.nowMs;
    this.onEnd(host);
  }

  private round(market: Market): void {
    const group = this.groups[market];
    const members = this.members(market);
    for (let over = members.length - group.desired; over > 0; over--) {
      const staying = members.filter((host) => !isEnding(host));
      const inZone = ({ pool }: ModelHost): number => staying.filter((one) => one.pool.zone === pool.zone).length;
      const [victim] = staying.toSorted((one, other) => inZone(other) - inZone(one) || other.launchMs - one.launchMs);
      if (victim === undefined) break;
      this.scaledIn.push(victim.id);
      this.end(victim);
    }
    const missing = group.desired - members.length;
    if (missing <= 0 || this.nowMs < group.nextRoundMs || group.suspended.has('Launch')) return;
    group.nextRoundMs = this.nowMs + RETRY_MS;
    for (let count = 0; count < missing; count++) {
      const pool = this.choose(market);
      if (pool === null) return void (this.failedLaunches += 1);
      this.launch(pool);
    }
  }

  private choose(market: Market): Pool | null {
    const pools = this.options.types.flatMap((type) => this.zones.map((zone): Pool => ({ market, type, zone })));
    const used = (pool: Pool): number => this.live(market).filter((host) => same(host.pool, pool)).length;
    const open = pools
      .map((pool) => ({ pool, left: this.capacity(pool, this.nowMs) - used(pool) }))
      .filter(({ left }) => left > 0);
    if (market === 'spot') {
      const [deepest] = open.toSorted(
        (one, other) => other.left - one.left || this.steadyMs(other.pool) - this.steadyMs(one.pool),
      );
      return deepest?.pool ?? null;
    }
    const type = open[0]?.pool.type;
    const inZone = (zone: string): number => this.live(market).filter((host) => host.pool.zone === zone).length;
    const ofType = open.map(({ pool }) => pool).filter((pool) => pool.type === type);
    return ofType.toSorted((one, other) => inZone(one.zone) - inZone(other.zone))[0] ?? null;
  }

  private launch(pool: Pool): void {
    this.launched += 1;
    const id = `i-${String(this.launched).padStart(4, '0')}`;
    const host = launchedHost(id, pool, this.templateVersion, this.boot(pool, this.launched - 1), this.nowMs);
    this.hosts = [...this.hosts, host];
    this.onLaunch(host);
  }

  private listed(market: Market): ModelHost[] {
    return this.hosts.filter(({ pool, lifecycle }) => pool.market === market && lifecycle !== 'Terminated');
  }

  private members(market: Market): ModelHost[] {
    return this.listed(market).filter((host) => !isEnding(host));
  }

  private hostOf(id: string): ModelHost {
    const host = this.hosts.find((one) => one.id === id && one.lifecycle !== 'Terminated');
    if (host === undefined)
      throw new Error(`ValidationError: Instance Id not found - No managed instance found: ${id}`);
    return host;
  }
}

const same = (one: Pool, other: Pool): boolean => one.type === other.type && one.zone === other.zone;
