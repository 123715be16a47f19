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
import type { Ec2Instance, GroupState, Market } from '../../lib/capacity/fleet-state';
import { mapValues } from '../../lib/map-values';
import { type BootMark, type FleetReplicaRow, REPLICA_PREFIX, type ReplicaState } from '../../lib/tables/fleet-row';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

export const STEP_MS = 5 * SECOND;
/** How long a group waits after a round of launches, successful or not. */
export const RETRY_MS = MINUTE;
const HEALTH_MS = MINUTE;
const PENDING_MS = 5 * SECOND;
const NOTICE_MS = 2 * MINUTE;
const LISTED_MS = HOUR;
const BEAT_MS = 2 * SECOND;

/** Part of a boot after which each mark is reached. */
const BOOT_SHARES: Readonly<Record<BootMark, number>> = {
  launchedMs: 0,
  imageMs: 0.4,
  weightsMs: 0.7,
  compiledMs: 0.9,
  firstTokenMs: 1,
};

export interface Pool {
  readonly market: Market;
  readonly type: string;
  readonly zone: string;
}

interface Transition {
  readonly atMs: number;
  readonly state: ReplicaState;
  readonly detail: string;
}

export interface FakeHost {
  readonly id: string;
  readonly pool: Pool;
  readonly launchMs: number;
  readonly templateVersion: string;
  /** When its boot reaches what. */
  readonly marks: Readonly<Record<BootMark, number>>;
  readonly boot: Boot;
  lifecycle: string;
  /** Until when the open hook waits. */
  hookMs: number;
  pendingMs: number;
  endMs: number | null;
  transitions: Transition[];
  /** Its agent writes nothing from then on. */
  silentMs: number | null;
  noticeMs: number | null;
  atRisk: boolean;
  running: number;
  kvUse: number;
  /** How often its engine was started again. */
  engineFailures: number;
  /** How long its last requests take. */
  drainMs: number;
}

export interface FakeGroup {
  desired: number;
  max: number;
  readonly suspended: Set<string>;
  nextRoundMs: number;
}

export interface Boot {
  readonly ms: number;
  /** The phase in which it fails; `null`: it does not. */
  readonly fails: string | null;
}

export class FakeRegion {
  nowMs: number;
  readonly groups: Record<Market, FakeGroup>;
  hosts: FakeHost[] = [];
  /** Instances that a pool still has. */
  capacity: (pool: Pool, nowMs: number) => number = () => 100;
  boot: (pool: Pool, index: number) => Boot = () => ({ ms: 4 * MINUTE, fails: null });
  templateVersion = '1';
  bootTimeoutMs = 30 * MINUTE;
  drainTimeoutMs = 15 * MINUTE;
  /** All launches, in their order. */
  readonly launches: { readonly atMs: number; readonly id: string }[] = [];
  /** Instances that a group ended by itself, since it had more than were desired. */
  readonly scaledIn: string[] = [];
  /** Launches for which there was no capacity: EventBridge tells of each. */
  failedLaunches = 0;
  /** The most instances that ever cost money at once. */
  peak = 0;

  constructor(
    startMs: number,
    readonly types: readonly string[] = ['g6e.xlarge', 'g6e.2xlarge', 'g6e.4xlarge'],
    readonly zones: readonly string[] = ['a', 'b', 'c'],
    readonly fleet = 'small',
    max = 4,
  ) {
    this.nowMs = startMs;
    const group = (): FakeGroup => ({ desired: 0, max, suspended: new Set(), nextRoundMs: startMs });
    this.groups = { spot: group(), onDemand: group() };
  }

  advance(ms: number): void {
    for (let left = ms; left > 0; left -= STEP_MS) {
      this.nowMs += Math.min(STEP_MS, left);
      this.step();
    }
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
    return this.hosts.flatMap((host) => this.rowOf(host) ?? []);
  }

  // What happens to it.

  live(market?: Market): FakeHost[] {
    return this.hosts.filter(({ endMs, pool }) => endMs === null && (market === undefined || pool.market === market));
  }

  /** Hosts that answer. */
  ready(market?: Market): FakeHost[] {
    return this.live(market).filter((host) => this.rowOf(host)?.state === 'ready' && host.silentMs === null);
  }

  /** EC2 takes a spot instance back; without notice its host learns nothing. */
  interrupt(host: FakeHost, notice = true): void {
    if (host.endMs !== null || host.noticeMs !== null) return;
    if (!notice) return this.take(host);
    host.noticeMs = this.nowMs;
    this.drain(host, 'interruption');
  }

  /** The agent dies; the instance stays. */
  silence(host: FakeHost): void {
    host.silentMs ??= this.nowMs;
  }

  fail(host: FakeHost, phase: string): void {
    host.transitions = [...host.transitions.filter(({ atMs }) => atMs <= this.nowMs), this.at('failed', phase)];
  }

  private at(state: ReplicaState, detail = '', inMs = 0): Transition {
    return { atMs: this.nowMs + inMs, state, detail };
  }

  private rowOf(host: FakeHost): FleetReplicaRow | null {
    const until = Math.min(this.nowMs, host.endMs ?? Infinity, host.silentMs ?? Infinity);
    const now = host.transitions.findLast(({ atMs }) => atMs <= until);
    const first = host.transitions[0];
    if (now === undefined || first === undefined) return null;
    return {
      fleet: this.fleet,
      id: `${REPLICA_PREFIX}${host.id}`,
      state: now.state,
      url: 'https://10.0.0.1:8443',
      certificateSha256: '',
      heartbeatMs: until,
      sequence: Math.floor((until - first.atMs) / BEAT_MS) + 1,
      running: now.state === 'ready' ? host.running : 0,
      waiting: 0,
      kvUse: now.state === 'ready' ? host.kvUse : 0,
      detail: now.detail,
      timeline: mapValues(host.marks, (atMs) => (atMs <= until ? atMs : null)),
      engineFailures: host.engineFailures,
      ...({ atRisk: host.atRisk } as object),
    };
  }

  private step(): void {
    for (const host of this.hosts) {
      if (host.noticeMs !== null && host.endMs === null && this.nowMs - host.noticeMs >= NOTICE_MS) this.take(host);
      if (host.lifecycle === 'Pending' && this.nowMs >= host.pendingMs) {
        host.lifecycle = 'Pending:Wait';
        host.hookMs = this.nowMs + this.bootTimeoutMs;
      }
      const unhealthy = host.endMs !== null && this.nowMs - host.endMs >= HEALTH_MS;
      if (unhealthy && !isEnding(host) && host.lifecycle !== 'Terminated') this.end(host);
      this.passHooks(host);
    }
    for (const market of ['spot', 'onDemand'] as const) this.round(market);
    this.peak = Math.max(this.peak, this.live().length);
  }

  private passHooks(host: FakeHost): void {
    if (this.nowMs < host.hookMs) return;
    if (host.lifecycle === 'Pending:Wait') host.lifecycle = 'InService';
    if (host.lifecycle === 'Terminating:Wait') {
      host.lifecycle = 'Terminated';
      host.endMs ??= this.nowMs;
    }
  }

  private end(host: FakeHost): void {
    host.lifecycle = 'Terminating:Wait';
    host.hookMs = this.nowMs + this.drainTimeoutMs;
    if (host.endMs === null && host.silentMs === null) this.drain(host, 'termination', STEP_MS);
  }

  private take(host: FakeHost): void {
    host.endMs = this.nowMs;
  }

  private drain(host: FakeHost, reason: string, inMs = 0): void {
    const past = host.transitions.filter(({ atMs }) => atMs <= this.nowMs);
    const last = past.at(-1);
    if (last?.state === 'draining' || last?.state === 'drained' || last?.state === 'failed') return;
    // One that has not got so far as to write has nothing to drain.
    if (last === undefined) return void (host.transitions = []);
    host.transitions = [...past, this.at('draining', reason, inMs), this.at('drained', reason, inMs + host.drainMs)];
  }

  private round(market: Market): void {
    const group = this.groups[market];
    const members = this.listed(market).filter((host) => !isEnding(host));
    for (let over = members.length - group.desired; over > 0; over--) {
      const staying = members.filter((host) => !isEnding(host));
      const inZone = ({ pool }: FakeHost): number => staying.filter((one) => one.pool.zone === pool.zone).length;
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
    const pools = this.types.flatMap((type) => this.zones.map((zone): Pool => ({ market, type, zone })));
    const used = (pool: Pool): number => this.live(market).filter((host) => same(host.pool, pool)).length;
    const open = pools
      .map((pool) => ({ pool, left: this.capacity(pool, this.nowMs) - used(pool) }))
      .filter(({ left }) => left > 0);
    if (market === 'spot') return open.toSorted((one, other) => other.left - one.left)[0]?.pool ?? null;
    const type = open[0]?.pool.type;
    const inZone = (zone: string): number => this.live(market).filter((host) => host.pool.zone === zone).length;
    return (
      open
        .map(({ pool }) => pool)
        .filter((pool) => pool.type === type)
        .toSorted((one, other) => inZone(one.zone) - inZone(other.zone))[0] ?? null
    );
  }

  private launch(pool: Pool): void {
    const id = `i-${String(this.launches.length + 1).padStart(4, '0')}`;
    const boot = this.boot(pool, this.launches.length);
    const { ms, fails } = boot;
    this.launches.push({ atMs: this.nowMs, id });
    this.hosts.push({
      id,
      pool,
      launchMs: this.nowMs,
      templateVersion: this.templateVersion,
      marks: mapValues(BOOT_SHARES, (share) => (fails === null || share < 1 ? this.nowMs + share * ms : Infinity)),
      boot,
      lifecycle: 'Pending',
      hookMs: Infinity,
      pendingMs: this.nowMs + PENDING_MS,
      endMs: null,
      transitions: [
        this.at('booting', '', Math.min(30 * SECOND, ms / 2)),
        this.at(fails === null ? 'ready' : 'failed', fails ?? '', ms),
      ],
      silentMs: null,
      noticeMs: null,
      atRisk: false,
      running: 0,
      kvUse: 0,
      engineFailures: 0,
      drainMs: 20 * SECOND,
    });
  }

  private listed(market: Market): FakeHost[] {
    return this.hosts.filter(({ pool, lifecycle }) => pool.market === market && lifecycle !== 'Terminated');
  }

  private hostOf(id: string): FakeHost {
    const host = this.hosts.find((one) => one.id === id && one.lifecycle !== 'Terminated');
    if (host === undefined)
      throw new Error(`ValidationError: Instance Id not found - No managed instance found: ${id}`);
    return host;
  }
}

const isEnding = ({ lifecycle }: FakeHost): boolean => lifecycle.startsWith('Terminating');
const same = (one: Pool, other: Pool): boolean => one.type === other.type && one.zone === other.zone;
