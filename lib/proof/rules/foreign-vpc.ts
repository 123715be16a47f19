/** Of a VPC that no template makes, the templates show only what they add to it. */
import type { Finding } from '../finding';
import { type Network, sealedVpcs, vpcsOf } from '../graph';
import { type Rule, notSeen } from '../rule';

const NAME = 'sealed-foreign-vpc';

export const foreignVpc: Rule = {
  name: NAME,
  check: (network) => [...madeElsewhere(network), ...unnamed(network)],
};

const madeElsewhere = (network: Network): Finding[] =>
  sealedVpcs(network)
    .filter(({ vpc }) => vpc.resource?.type !== 'AWS::EC2::VPC')
    .map(({ vpc, thing }) =>
      notSeen(NAME, {
        steps: [thing.resource, vpc],
        found: `the VPC ${vpc.label} is made elsewhere: its endpoints and whom they admit, its hosts and proxies, its resolver rules`,
      }),
    );

const unnamed = (network: Network): Finding[] =>
  network.things
    .filter((thing) => thing.subnets.length > 0 && vpcsOf(network, thing).length === 0)
    .map(({ resource }) =>
      notSeen(NAME, {
        steps: [resource],
        found: `in which VPC ${resource.logicalId} stands: its subnets and security groups are made elsewhere`,
      }),
    );
