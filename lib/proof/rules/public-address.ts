/** Nothing sealed gets a public address: not by its subnet, its launch template, or an address given to it. */
import { type Placed, ofType } from '../assembly';
import { type Entity, entitiesIn } from '../entity';
import type { Finding, Step } from '../finding';
import { type Network, sealedSubnets } from '../graph';
import { inside, switchesOf } from '../resolve';
import { type Rule, notSeen, violation } from '../rule';
import { INTERNET } from '../routes';
import type { TemplateResource } from '../template';

const NAME = 'sealed-public-address';

export const publicAddress: Rule = {
  name: NAME,
  check: (network) => [...bySubnet(network), ...byLaunch(network), ...byAddress(network)],
};

const bySubnet = (network: Network): Finding[] =>
  sealedSubnets(network).flatMap(({ subnet, thing }) =>
    subnet.resource === null
      ? []
      : judged(network, [thing.resource, subnet], subnet.resource.logicalId, 'MapPublicIpOnLaunch', [
          { value: subnet.resource.properties['MapPublicIpOnLaunch'], stack: subnet.resource.stack },
        ]),
  );

const byLaunch = (network: Network): Finding[] =>
  network.things.flatMap(({ resource, launchTemplates }) => {
    const templates = launchTemplates.flatMap((one) => (one.resource === null ? [] : [one.resource]));
    return [
      ...addressed(network, [resource], resource, []),
      ...templates.flatMap((one) =>
        addressed(network, one === resource ? [one] : [resource, one], one, ['LaunchTemplateData']),
      ),
    ];
  });

const addressed = (network: Network, steps: Step[], from: TemplateResource, keys: string[]): Finding[] =>
  ['AssociatePublicIpAddress', 'AssociateCarrierIpAddress'].flatMap((property) =>
    judged(
      network,
      steps,
      from.logicalId,
      property,
      inside(network.assembly, from, ...keys, 'NetworkInterfaces', property),
    ),
  );

function judged({ assembly }: Network, steps: Step[], where: string, property: string, places: Placed[]): Finding[] {
  const found = new Set(switchesOf(assembly, places));
  if (found.has('yes')) {
    return [
      violation(NAME, {
        steps: [...steps, INTERNET],
        found: `${where} has ${property}: true`,
        fix: `set ${property} to false, or leave it out`,
      }),
    ];
  }
  return found.has('unseen')
    ? [notSeen(NAME, { steps, found: `${property} of ${where} is decided at the deploy` })]
    : [];
}

function byAddress(network: Network): Finding[] {
  const { assembly } = network;
  const subnets = new Set(sealedSubnets(network).map(({ subnet }) => subnet.key));
  const instances = new Set(network.things.map(({ resource }) => resource));
  const isSealed = ({ resource }: Entity): boolean =>
    resource !== null &&
    (instances.has(resource) ||
      (resource.type === 'AWS::EC2::NetworkInterface' &&
        entitiesIn(assembly, resource, 'SubnetId').some(({ key }) => subnets.has(key))));
  return ofType(assembly, 'AWS::EC2::EIP', 'AWS::EC2::EIPAssociation').flatMap((address) =>
    ['InstanceId', 'NetworkInterfaceId']
      .flatMap((property) => entitiesIn(assembly, address, property))
      .filter(isSealed)
      .map((holder) =>
        violation(NAME, {
          steps: [holder, address, INTERNET],
          found: `${address.logicalId} gives ${holder.label} a public address`,
          fix: 'remove the address',
        }),
      ),
  );
}
