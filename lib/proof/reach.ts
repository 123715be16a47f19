/** Ways from a sealed thing, or from a subnet, out of the VPC. */
import type { Entity } from './entity';
import type { Step } from './finding';
import { type Network, tablesOf } from './graph';
import type { Route } from './routes';
import type { SealedThing } from './sealed';

export interface WayOut {
  readonly route: Route;
  /** From the start to what is behind the gateway. */
  readonly steps: readonly Step[];
}

/** `SealedRouter → SubnetA → RouteTable3 → NatGateway1 → internet`, once for each route that leads out. */
export const waysOut = (network: Network, thing: SealedThing): WayOut[] =>
  thing.subnets.flatMap((subnet) =>
    waysOutOfSubnet(network, subnet).map(({ route, steps }) => ({ route, steps: [thing.resource, ...steps] })),
  );

export const waysOutOfSubnet = (network: Network, subnet: Entity): WayOut[] =>
  tablesOf(network, subnet).flatMap((table) =>
    network.routesOut
      .filter((route) => route.table.key === table.key)
      .map((route) => ({ route, steps: [subnet, table, route.gateway, route.leadsTo] })),
  );
