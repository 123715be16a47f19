/** No route of a sealed subnet leads out of its VPC, whatever its destination. */
import type { Finding } from '../finding';
import { type Network, hasUnseenTable } from '../graph';
import { waysOut } from '../reach';
import type { Route } from '../routes';
import { type Rule, notSeen, violation } from '../rule';

const NAME = 'sealed-route-out';

export const routeOut: Rule = {
  name: NAME,
  check: (network) => [
    ...network.things.flatMap((thing) =>
      waysOut(network, thing).map(({ route, steps }) =>
        violation(NAME, {
          steps,
          at: route.resource,
          found: told(route),
          fix: 'remove the route, or put what needs it into a subnet with a route table of its own',
        }),
      ),
    ),
    ...(hasUnseenTable(network) ? maybe(network) : []),
  ],
};

/** A sealed subnet may use a table of which only this route is known. */
const maybe = ({ routesOut }: Network): Finding[] =>
  routesOut
    .filter(({ table }) => table.resource === null)
    .map((route) =>
      notSeen(NAME, {
        steps: [route.table, route.gateway, route.leadsTo],
        found: `whether a sealed subnet uses the route table ${route.table.label}: ${told(route)}`,
      }),
    );

const told = ({ resource, destination, gateway }: Route): string =>
  `the route ${resource.logicalId} sends ${destination} to ${gateway.label}`;
