/** What the router runs on: a plan and its surroundings for each lane, and what both lanes share. */
import type { Lane } from '../../lib/plan/types';
import type { CredentialsProvider } from '../aws/credentials';
import type { RouterPlan } from '../../lib/plan/types';
import type { Detector } from '../../lib/policy/detectors';
import type { KeyStore, Ledger, ReplicaStore, SecretStore, WakeStore } from './stores/stores';
import type { TraceDeps } from './trace';

export interface LaneRuntime {
  readonly plan: RouterPlan;
  readonly secrets: SecretStore;
  /** Of the role that signs requests to Bedrock. Absent: nobody signs. */
  readonly credentials?: CredentialsProvider;
  readonly detectors: readonly Detector[];
  readonly replicas: ReplicaStore;
  /** Absent: nobody is there to wake a fleet. */
  readonly wakes?: WakeStore;
}

export interface RouterDeps extends TraceDeps {
  readonly lanes: Readonly<Partial<Record<Lane, LaneRuntime>>>;
  readonly keys: KeyStore;
  readonly ledger: Ledger;
}
