/**
 * What the GPU hosts have cost since the meter last ran.
 *
 * Each host is paid for until a certain time, and that time is kept. A run pays on from there, so a late run loses nothing
 * and a doubled one adds nothing. Hosts that ended meanwhile are paid until their end. EC2 lists an ended instance for about
 * an hour; one that is gone from the list without having been seen to end is paid until it must have ended.
 */
import { type GpuPrices, type HostKind, priceOf } from './gpu-prices';
import { monthOf, nextMonthMs, toNanoUsd, toUsd } from './ledger';
import { monthStartMs } from './months';

/** An instance as EC2 lists it. Times are Unix milliseconds. */
export interface Host extends HostKind {
  readonly id: string;
  readonly fleet: string;
  /** Of its last start. */
  readonly launchMs: number;
  /** Whether it costs money now. */
  readonly live: boolean;
  /** When it ended; `null`: it has not, or EC2 does not say when. */
  readonly endMs: number | null;
}

/** What is kept between two runs. */
export interface MeterState {
  /** When the meter ran first. */
  readonly sinceMs: number;
  /** When it ran last. */
  readonly runMs: number;
  /** By instance id. */
  readonly paid: Readonly<Record<string, PaidHost>>;
  /** What the last run charged. */
  readonly charges: Charges;
}

export interface PaidHost extends HostKind {
  readonly fleet: string;
  readonly untilMs: number;
  readonly ended: boolean;
}

/** Month → fleet → whole nano-US-dollars. */
export type Charges = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface Metering {
  readonly state: MeterState;
  /** Each fleet that has hosts or was charged. */
  readonly fleets: Readonly<Record<string, FleetCost>>;
  /** Types of live hosts whose price is not known, once for each such host. */
  readonly unpriced: readonly string[];
  /** Live hosts whose price is another's. */
  readonly estimatedHosts: number;
}

export interface FleetCost {
  readonly hosts: number;
  readonly usdPerHour: number;
  /** Since the last run. */
  readonly usd: number;
}

const HOUR_MS = 3_600_000;
/** For at least about so long EC2 lists an instance that has ended. */
const LISTED_AFTER_END_MS = HOUR_MS;
/** So long an ended host is remembered, since a list may leave one out once and have it again. */
const KEPT_AFTER_END_MS = 2 * HOUR_MS;

/**
 * Pays each host until now.
 *
 * @param last `null`: the first run. What runs already is then paid from the beginning of this month
 */
export function meterHosts(
  last: MeterState | null,
  hosts: readonly Host[],
  prices: GpuPrices,
  nowMs: number,
): Metering {
  const before = last?.paid ?? {};
  const paidFromMs = monthStartMs(last?.runMs ?? nowMs);
  const bill = new Bill();
  const paid: Record<string, PaidHost> = keptRows(before, nowMs);
  const unpriced: string[] = [];
  let estimatedHosts = 0;

  for (const host of [...hosts, ...vanished(before, hosts, nowMs)]) {
    const row = before[host.id];
    if (row?.ended === true && !host.live) {
      paid[host.id] = row;
      continue;
    }
    const { usdPerHour, estimated } = priceOf(host, prices);
    if (host.live) {
      bill.count(host.fleet, usdPerHour ?? 0);
      if (usdPerHour === null) unpriced.push(host.instanceType);
      if (estimated) estimatedHosts += 1;
    }
    // Not paid, so that it is paid from there once its price is known.
    if (usdPerHour === null) continue;
    const fromMs = Math.max(host.launchMs, row?.untilMs ?? paidFromMs);
    const untilMs = Math.max(fromMs, host.live ? nowMs : Math.min(nowMs, host.endMs ?? nowMs));
    bill.charge(host.fleet, fromMs, untilMs, usdPerHour);
    const { fleet, instanceType, zone, spot } = host;
    paid[host.id] = { fleet, instanceType, zone, spot, untilMs, ended: !host.live };
  }
  const state = { sinceMs: last?.sinceMs ?? nowMs, runMs: nowMs, paid, charges: bill.charges() };
  return { state, fleets: bill.fleets(), unpriced, estimatedHosts };
}

/** Rows of hosts that are still wanted though no list may have them. */
const keptRows = (before: MeterState['paid'], nowMs: number): Record<string, PaidHost> =>
  Object.fromEntries(
    Object.entries(before).filter(([, { ended, untilMs }]) => !ended || nowMs - untilMs < KEPT_AFTER_END_MS),
  );

/** Hosts that lived when the meter last ran and are not listed any more. */
function vanished(before: MeterState['paid'], hosts: readonly Host[], nowMs: number): Host[] {
  const listed = new Set(hosts.map(({ id }) => id));
  return Object.entries(before)
    .filter(([id, { ended }]) => !ended && !listed.has(id))
    .map(([id, row]) => ({ ...row, id, launchMs: row.untilMs, live: false, endMs: nowMs - LISTED_AFTER_END_MS }));
}

/** Kinds of hosts whose prices a run needs: those listed, and those it has to pay on for. */
export const kindsToPrice = (last: MeterState | null, hosts: readonly Host[]): readonly HostKind[] => [
  ...hosts,
  ...Object.values(last?.paid ?? {}).filter(({ ended }) => !ended),
];

class Bill {
  private readonly months = new Map<string, Map<string, number>>();
  private readonly live = new Map<string, { hosts: number; usdPerHour: number }>();

  /** A host that costs money now. */
  count(fleet: string, usdPerHour: number): void {
    const sum = this.live.get(fleet) ?? { hosts: 0, usdPerHour: 0 };
    this.live.set(fleet, { hosts: sum.hosts + 1, usdPerHour: sum.usdPerHour + usdPerHour });
  }

  /** Each month gets its own part. */
  charge(fleet: string, fromMs: number, untilMs: number, usdPerHour: number): void {
    for (let start = fromMs; start < untilMs; start = nextMonthMs(start)) {
      const end = Math.min(untilMs, nextMonthMs(start));
      const month = this.months.get(monthOf(start)) ?? new Map<string, number>();
      const nanoUsd = toNanoUsd(((end - start) / HOUR_MS) * usdPerHour);
      this.months.set(monthOf(start), month.set(fleet, (month.get(fleet) ?? 0) + nanoUsd));
    }
  }

  charges(): Charges {
    return Object.fromEntries([...this.months].map(([month, fleets]) => [month, Object.fromEntries(fleets)]));
  }

  fleets(): Metering['fleets'] {
    const months = [...this.months.values()];
    const names = new Set([...this.live.keys(), ...months.flatMap((month) => [...month.keys()])]);
    const costOf = (fleet: string): FleetCost => ({
      ...(this.live.get(fleet) ?? { hosts: 0, usdPerHour: 0 }),
      usd: toUsd(months.reduce((sum, month) => sum + (month.get(fleet) ?? 0), 0)),
    });
    return Object.fromEntries([...names].map((fleet) => [fleet, costOf(fleet)]));
  }
}
