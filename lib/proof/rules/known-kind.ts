/** Everything sealed is of a kind that this proof can follow, and so is whatever launches GPU hosts. */
import { ofType } from '../assembly';
import type { Finding } from '../finding';
import type { Network } from '../graph';
import { type Rule, notSeen, violation } from '../rule';

const NAME = 'sealed-known-kind';

export const knownKind: Rule = {
  name: NAME,
  check: (network) => [...unknownKinds(network), ...otherLaunchers(network), ...launchedFromElsewhere(network)],
};

const unknownKinds = (network: Network): Finding[] =>
  network.things
    .filter(({ kind, resource }) => kind === 'unknown' || resource.properties['LaunchConfigurationName'] !== undefined)
    .map(({ kind, resource }) =>
      violation(NAME, {
        steps: [resource],
        found:
          kind === 'unknown'
            ? `${resource.logicalId} is marked as sealed, but of ${resource.type} this proof does not know the network`
            : `${resource.logicalId} starts hosts by a launch configuration, which this proof does not read`,
        fix: 'use a Lambda function, or an Auto Scaling group with a launch template',
      }),
    );

/** Fleets of other sorts may start the same hosts in other subnets. */
const OTHER_LAUNCHERS = [
  'AWS::EC2::EC2Fleet',
  'AWS::EC2::SpotFleet',
  'AWS::Batch::ComputeEnvironment',
  'AWS::EKS::Nodegroup',
];

function otherLaunchers(network: Network): Finding[] {
  const { assembly, things, references } = network;
  const launchers = ofType(assembly, ...OTHER_LAUNCHERS);
  if (launchers.length === 0) return [];
  const templates = things.flatMap(({ launchTemplates }) => launchTemplates);
  return templates.flatMap((template) =>
    references
      .to(template.key)
      .filter((one) => launchers.includes(one))
      .map((launcher) =>
        violation(NAME, {
          steps: [launcher, template],
          found: `${launcher.logicalId} (${launcher.type}) starts GPU hosts in subnets that this proof does not follow`,
          fix: 'start them by an Auto Scaling group',
        }),
      ),
  );
}

const launchedFromElsewhere = ({ things }: Network): Finding[] =>
  things.flatMap(({ resource, launchTemplates }) =>
    launchTemplates
      .filter((one) => one.resource?.type !== 'AWS::EC2::LaunchTemplate')
      .map((template) =>
        notSeen(NAME, {
          steps: [resource, template],
          found: `the launch template ${template.label} is made elsewhere: its addresses, security groups and metadata options`,
        }),
      ),
  );
