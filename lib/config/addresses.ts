/** Addresses in a config: where providers listen, and replicas that run already. */
import type { Config } from '../../config/schema';
import type { Path } from './findings';

export interface Address {
  readonly path: Path;
  readonly url: string;
}

export const addresses = (config: Config): Address[] => [...providerAddresses(config), ...replicaAddresses(config)];

export function providerAddresses(config: Config): Address[] {
  return Object.entries(config.providers).flatMap(([name, { baseUrl }]) =>
    baseUrl === undefined ? [] : { path: ['providers', name, 'baseUrl'], url: baseUrl },
  );
}

export function replicaAddresses(config: Config): Address[] {
  return Object.entries(config.fleets).flatMap(([name, { endpoints = [] }]) =>
    endpoints.map((url, index) => ({ path: ['fleets', name, 'endpoints', index], url })),
  );
}
