/** A gateway endpoint on a sealed route table lets requests through to this account alone, and to read what AWS publishes. */
import { policyFindings } from '../endpoint-policy';
import type { Endpoint } from '../endpoints';
import type { Finding } from '../finding';
import { type Network, hasUnseenTable, sealedSubnets, tablesOf } from '../graph';
import { type Rule, notSeen } from '../rule';

const NAME = 'sealed-gateway-endpoint-policy';

export const gatewayEndpoint: Rule = {
  name: NAME,
  check: (network) => network.endpoints.filter(mayBeGateway).flatMap((endpoint) => endpointFindings(network, endpoint)),
};

const mayBeGateway = ({ types }: Endpoint): boolean =>
  types.some((type) => type === 'Gateway' || type.startsWith('${'));

function endpointFindings(network: Network, endpoint: Endpoint): Finding[] {
  const what = endpoint.services.join(', ');
  for (const { subnet, thing } of sealedSubnets(network)) {
    const table = tablesOf(network, subnet).find(({ key }) => endpoint.routeTables.some((one) => one.key === key));
    if (table === undefined) continue;
    return policyFindings(NAME, network, endpoint, [thing.resource, subnet, table, endpoint.resource]);
  }
  // Only a table made elsewhere can be one that a sealed subnet uses without the templates saying so.
  if (!hasUnseenTable(network)) return [];
  return endpoint.routeTables
    .filter(({ resource }) => resource === null)
    .map((table) =>
      notSeen(NAME, {
        steps: [table, endpoint.resource],
        found: `whether a sealed subnet uses the route table ${table.label}, on which the endpoint of ${what} is`,
      }),
    );
}
