/**
 * All that the controller knows of one fleet at one moment: what is wanted, what Auto Scaling and EC2 list, what the rows
 * of the fleet table say. Decisions are made from it alone, never from what an event said. Times are Unix milliseconds.
 */
import type { CommandRow } from '../tables/command-row';
import type { FleetReplicaRow } from '../tables/fleet-row';
import type { FleetStatusRow } from '../tables/status-row';
import type { WakeRow } from '../tables/wake-row';
import type { Memory } from './memory';

/** The fleet's two groups. */
export const MARKETS = ['spot', 'onDemand'] as const;
export type Market = (typeof MARKETS)[number];

/** What the config says of a fleet's size. */
export interface FleetSettings {
  readonly fleet: string;
  readonly minReplicas: number;
  /** Instances that cost money, of both groups, booting, draining and replacing ones too. */
  readonly maxReplicas: number;
  readonly idleMs: number;
  readonly wake: 'fair' | 'always' | 'never';
  readonly schedules: readonly Schedule[];
  readonly spot: boolean;
  readonly onDemandBase: number;
  /** `null`: as many as recent interruptions suggest. */
  readonly extraSpot: number | null;
  readonly onDemandFallback: boolean;
  /** Sequences that one replica serves at once. */
  readonly concurrency: number;
  /** The preferred first. */
  readonly instanceTypes: readonly string[];
  /** A host that is not ready by then has failed. */
  readonly bootTimeoutMs: number;
}

/** A span of the week with a minimum of its own. */
export interface Schedule {
  /** A day, or a span such as `mon-fri`. */
  readonly days: string;
  /** `HH:MM`; `24:00` is the end of the day. */
  readonly from: string;
  readonly to: string;
  /** IANA name of the time zone. */
  readonly tz: string;
  readonly min: number;
}

/** An Auto Scaling group as it is listed. */
export interface GroupState {
  readonly desired: number;
  /** Version of the launch template that the next instance gets; `null`: not said. */
  readonly templateVersion: string | null;
  /** Processes of Auto Scaling that do not run. */
  readonly suspended: readonly string[];
  readonly instances: readonly GroupInstance[];
}

export interface GroupInstance {
  readonly id: string;
  /** As Auto Scaling calls it: `Pending:Wait`, `InService`, `Terminating:Wait` and others. */
  readonly lifecycle: string;
  readonly type: string;
  readonly zone: string;
  readonly templateVersion: string | null;
}

/** An instance as EC2 lists it, for about an hour after its end too. */
export interface Ec2Instance {
  readonly id: string;
  readonly spot: boolean;
  readonly launchMs: number;
  /** Whether it costs money now. */
  readonly live: boolean;
}

export interface FleetState {
  readonly settings: FleetSettings;
  readonly groups: Readonly<Record<Market, GroupState>>;
  /** Everything with the fleet's tag. */
  readonly ec2: readonly Ec2Instance[];
  readonly replicas: readonly FleetReplicaRow[];
  readonly wake: WakeRow | null;
  readonly commands: readonly CommandRow[];
  /** Whether all files of the weights are there. `null`: not known, then as if they were not. */
  readonly weightsComplete: boolean | null;
  /** As it was written last; `null`: never. */
  readonly status: FleetStatusRow | null;
  readonly memory: Memory;
  /** US dollars an hour of one host; `null`: not known. */
  readonly hostUsdPerHour: number | null;
}
