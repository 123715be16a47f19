export { Egress } from './egress';
export type { ExistingEndpoint } from './existing-endpoint';
export type { IPrivateNetwork } from './i-private-network';
export { PrivateNetwork, type PrivateNetworkProps } from './private-network';
