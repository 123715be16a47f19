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
  /** Why it drains, or in which phase it failed; empty otherwise. */
  readonly detail: string;
}

export const REPLICA_PREFIX = 'replica#';

/** A row whose host has been silent for longer is not used. */
export const HEARTBEAT_STALE_MS = 15_000;
