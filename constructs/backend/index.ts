export { ExistingReplicas, type ExistingReplicasProps } from './existing-replicas';
export type {
  BackendBinding,
  BackendBindOptions,
  BackendDescription,
  FleetDescription,
  IModelBackend,
  ProviderDescription,
} from './i-model-backend';
