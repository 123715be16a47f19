/** Tells which security groups let sealed things call addresses at large: no way out by itself, but wider than they need. */
import type { Entity } from '../entity';
import type { Finding } from '../finding';
import type { Network } from '../graph';
import { type Rule, note, notSeen } from '../rule';
import type { SealedThing } from '../sealed';

const NAME = 'sealed-egress';

export const egress: Rule = {
  name: NAME,
  check: (network) => [...unnamed(network), ...network.things.flatMap((thing) => groupFindings(network, thing))],
};

const unnamed = ({ things }: Network): Finding[] =>
  things
    .filter(({ subnets, securityGroups }) => subnets.length > 0 && securityGroups.length === 0)
    .map(({ resource }) =>
      notSeen(NAME, {
        steps: [resource],
        found: `${resource.logicalId} names no security group: whom the VPC's default one lets it call`,
      }),
    );

/** A group is told of once, with the first thing that has it. */
const groupFindings = (network: Network, thing: SealedThing): Finding[] =>
  thing.securityGroups
    .filter(({ key }) => network.things.find(({ securityGroups }) => has(securityGroups, key)) === thing)
    .flatMap((group): Finding[] => {
      const steps = [thing.resource, group];
      if (group.resource === null) {
        const found = `the security group ${group.label} is made elsewhere: whom it may call, and who may call its members`;
        return [notSeen(NAME, { steps, found })];
      }
      const open = addressesCalled(network, group.key);
      return open.length === 0
        ? []
        : [note(NAME, { steps, found: `${group.label} lets its members call ${open.join(', ')}` })];
    });

const has = (groups: readonly Entity[], key: string): boolean => groups.some((one) => one.key === key);

const addressesCalled = ({ egress }: Network, group: string): string[] => [
  ...new Set(
    egress.flatMap((rule) => (rule.group.key === group && rule.peer.kind === 'addresses' ? [rule.peer.cidr] : [])),
  ),
];
