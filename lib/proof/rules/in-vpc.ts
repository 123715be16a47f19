/** A sealed function, and every group of GPU hosts, names the subnets of a VPC that it runs in. */
import type { Finding } from '../finding';
import type { Network } from '../graph';
import { branchesOf } from '../resolve';
import { INTERNET } from '../routes';
import { type Rule, violation } from '../rule';
import type { SealedThing } from '../sealed';
import { objectOf } from '../template';

const NAME = 'sealed-in-vpc';

export const inVpc: Rule = {
  name: NAME,
  check: (network) =>
    network.things.flatMap((thing) => {
      if (thing.kind === 'function') return isInVpc(network, thing) ? [] : [functionOutside(thing)];
      const starts = thing.kind === 'hosts' || thing.kind === 'instance';
      return starts && thing.subnets.length === 0 ? [hostsOutside(thing)] : [];
    }),
};

/** On whichever side of a condition. */
const isInVpc = ({ assembly }: Network, { resource, subnets }: SealedThing): boolean =>
  subnets.length > 0 &&
  branchesOf(assembly, resource.properties['VpcConfig'], resource.stack).every(
    ({ value }) => objectOf(value)['SubnetIds'] !== undefined,
  );

const functionOutside = ({ resource }: SealedThing): Finding =>
  violation(NAME, {
    steps: [resource, "Lambda's own network", INTERNET],
    found: 'the function is in no VPC, so it reaches the internet',
    fix: 'give it VpcConfig.SubnetIds of isolated subnets',
  });

const hostsOutside = ({ resource }: SealedThing): Finding =>
  violation(NAME, {
    steps: [resource, 'the default VPC', INTERNET],
    found: 'no subnet is named, so hosts start in the default VPC, whose subnets are public',
    fix: 'name isolated subnets (VPCZoneIdentifier of a group, SubnetId of an instance)',
  });
