/** Every sealed subnet has a route table of these templates, named by an association and not left to the VPC's main one. */
import { type Entity, entitiesIn } from '../entity';
import type { Finding } from '../finding';
import { type Network, sealedSubnets, tablesOf } from '../graph';
import { type Rule, notSeen, violation } from '../rule';
import { INTERNET } from '../routes';
import type { SealedThing } from '../sealed';

const NAME = 'sealed-route-table';

export const routeTable: Rule = {
  name: NAME,
  check: (network) => sealedSubnets(network).flatMap(({ subnet, thing }) => subnetFindings(network, subnet, thing)),
};

function subnetFindings(network: Network, subnet: Entity, thing: SealedThing): Finding[] {
  const tables = tablesOf(network, subnet);
  const elsewhere = tables
    .filter(({ resource }) => resource === null)
    .map((table) =>
      notSeen(NAME, {
        steps: [thing.resource, subnet, table],
        found: `the route table ${table.label} is made elsewhere: its routes`,
      }),
    );
  if (subnet.resource?.type !== 'AWS::EC2::Subnet') {
    return tables.length > 0
      ? elsewhere
      : [
          notSeen(NAME, {
            steps: [thing.resource, subnet],
            found: `the subnet ${subnet.label} is made elsewhere: its route table, network ACL and public addresses`,
          }),
        ];
  }
  return alwaysAssociated(network, subnet) ? elsewhere : [...elsewhere, mainTable(network, subnet, thing)];
}

const alwaysAssociated = (network: Network, subnet: Entity): boolean =>
  network.associations.some(
    ({ resource, subnet: { key } }) =>
      key === subnet.key && (resource.condition === null || resource.condition === subnet.resource?.condition),
  );

/** A VPC is born with a main table that leads nowhere; one that is there already may lead anywhere. */
function mainTable({ assembly }: Network, subnet: Entity, thing: SealedThing): Finding {
  const vpcs = subnet.resource === null ? [] : entitiesIn(assembly, subnet.resource, 'VpcId');
  const made = vpcs.length > 0 && vpcs.every(({ resource }) => resource?.type === 'AWS::EC2::VPC');
  const table = `the main route table of ${vpcs.map(({ label }) => label).join(', ') || 'its VPC'}`;
  return made
    ? notSeen(NAME, {
        steps: [thing.resource, subnet, table],
        found: `no route table is associated with ${subnet.label}: what somebody adds to the VPC's main one`,
      })
    : violation(NAME, {
        steps: [thing.resource, subnet, table, INTERNET],
        found:
          'no route table is associated, so the main one of a VPC made elsewhere applies, which as a rule leads out',
        fix: 'associate a route table of its own with the subnet (AWS::EC2::SubnetRouteTableAssociation)',
      });
}
