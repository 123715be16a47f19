/** A replica's row in the fleet table: what its host writes every two seconds, and what the router reads. */

export const REPLICA_STATES = ['booting', 'warming', 'ready', 'draining', 'drained', 'failed'] as const;
export type ReplicaState = (typeof REPLICA_STATES)[number];

export interface FleetReplicaRow {
  readonly fleet: string;
  /** `replica#` and the EC2 instance id. */
  readonly id: string;
  readonly state: ReplicaState;
  /** Base URL of the engine's gate without `/v1`, such as `https://10.0.3.7:8443`. */
  readonly url: string;
  /** SHA-256 of the certificate the gate made at boot, in hexadecimal; empty: the gate speaks plain HTTP. */
  readonly certificateSha256: string;
  /** Unix time in milliseconds, by the host's clock. */
  readonly heartbeatMs: number;
  /** Counts heartbeats, so that one that stands still shows whatever the clocks say. */
  readonly sequence: number;
  readonly running: number;
  readonly waiting: number;
  /** Share of the KV cache in use, 0 to 1. */
  readonly kvUse: number;
  /**
   * Why it drains; where it is while it boots; in which phase it failed, and after a colon why, as far as that is known.
   * Empty otherwise.
   */
  readonly detail: string;
  /** While it drains: its gate still takes requests, for as long as nobody else can. Absent: it takes none. */
  readonly open?: boolean;
  /** EC2 sees a raised risk that the instance is taken back. Absent: it does not. */
  readonly atRisk?: boolean;
  /** What the host was launched from, as far as it can see it: hosts of one launch template say the same. */
  readonly templateVersion?: string;
  readonly timeline?: BootTimeline;
  /** How often its engine hung or ended after it had served, and was started again, since the host's agent began. */
  readonly engineFailures?: number;
}

/** When a boot reached what, Unix time in milliseconds; `null`: not yet. By the host's clock, but for the launch. */
export interface BootTimeline {
  /** EC2 launched the instance. */
  readonly launchedMs: number | null;
  /** The engine's image is there. */
  readonly imageMs: number | null;
  /** The weights are in the GPUs' memory. */
  readonly weightsMs: number | null;
  /** Kernels are compiled, graphs are captured, the engine listens. */
  readonly compiledMs: number | null;
  /** It generated a token: it is ready. */
  readonly firstTokenMs: number | null;
}

/** In the order in which a boot reaches them. */
export const BOOT_MARKS = ['launchedMs', 'imageMs', 'weightsMs', 'compiledMs', 'firstTokenMs'] as const;
export type BootMark = (typeof BOOT_MARKS)[number];

export const REPLICA_PREFIX = 'replica#';

/** A row whose host has been silent for longer is not used. */
export const HEARTBEAT_STALE_MS = 15_000;
