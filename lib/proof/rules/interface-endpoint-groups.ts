/** An interface endpoint in a sealed VPC admits security groups, never addresses that a sealed thing may have. */
import { type Endpoint, isInterface } from '../endpoints';
import type { Finding } from '../finding';
import { type Network, addressesAdmitted, sealedVpcs, userOf } from '../graph';
import { type Rule, notSeen, violation } from '../rule';

const NAME = 'sealed-interface-endpoint-groups';

export const interfaceEndpointGroups: Rule = {
  name: NAME,
  check: (network) =>
    network.endpoints
      .filter(isInterface)
      .flatMap((endpoint) => [...byAddress(network, endpoint), ...unknown(network, endpoint)]),
};

const byAddress = (network: Network, endpoint: Endpoint): Finding[] =>
  addressesAdmitted(network, endpoint).map(({ peer, resource }) =>
    violation(NAME, {
      at: resource,
      steps: [userOf(network, endpoint)?.resource ?? 'a sealed thing', endpoint.resource, endpoint.services.join(', ')],
      found: `${resource.logicalId} admits ${peer.kind === 'addresses' ? peer.cidr : peer.kind === 'prefix-list' ? peer.list : ''} to the endpoint`,
      fix: 'admit the security groups that need the endpoint, and no range of addresses',
    }),
  );

/** Without a group of its own the VPC's default one applies, and of a group made elsewhere the rules are unknown. */
function unknown(network: Network, { resource, vpcs, securityGroups, services }: Endpoint): Finding[] {
  if (!sealedVpcs(network).some(({ vpc }) => vpcs.some(({ key }) => key === vpc.key))) return [];
  const elsewhere = securityGroups.filter((group) => group.resource === null).map(({ label }) => label);
  if (securityGroups.length > 0 && elsewhere.length === 0) return [];
  const groups = elsewhere.length === 0 ? "the VPC's default security group" : elsewhere.join(', ');
  return [
    notSeen(NAME, { steps: [resource], found: `whom ${groups} admits to the endpoint of ${services.join(', ')}` }),
  ];
}
