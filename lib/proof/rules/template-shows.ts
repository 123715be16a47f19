/** Tells what of the templates themselves is not what CloudFormation will deploy, or acts beyond them. */
import { ofType } from '../assembly';
import { type Entity, distinct, entitiesIn, isDecidedAtDeploy } from '../entity';
import type { Finding } from '../finding';
import { type Network, tablesOf, vpcsOf } from '../graph';
import { type Rule, notSeen } from '../rule';
import { fileNameOf, listOf } from '../template';

const NAME = 'template-shows';

export const templateShows: Rule = {
  name: NAME,
  check: (network) => [
    ...transforms(network),
    ...nestedElsewhere(network),
    ...customResources(network),
    ...otherTemplates(network),
    ...undecided(network),
  ],
};

const transforms = ({ assembly }: Network): Finding[] =>
  assembly.stacks
    .map((stack) => ({
      stack,
      names: [
        ...listOf(stack.template.Transform).map((one) => (typeof one === 'string' ? one : JSON.stringify(one))),
        ...Object.keys(stack.template.Resources ?? {}).filter((name) => name.startsWith('Fn::')),
      ],
    }))
    .filter(({ names }) => names.length > 0)
    .map(({ stack, names }) =>
      notSeen(NAME, { steps: [], found: `what ${names.join(', ')} makes of ${fileNameOf(stack)} at the deploy` }),
    );

const nestedElsewhere = ({ assembly }: Network): Finding[] =>
  ofType(assembly, 'AWS::CloudFormation::Stack')
    .filter(
      ({ stack, logicalId }) =>
        !assembly.stacks.some(({ parent }) => parent?.stack === stack && parent.logicalId === logicalId),
    )
    .map((one) => notSeen(NAME, { steps: [one], found: `the template of the nested stack ${one.logicalId}` }));

/** Kinds of resources and modules that AWS does not make are somebody's own code or template, too. */
const customResources = ({ assembly }: Network): Finding[] =>
  assembly.resources
    .filter(({ type }) => !type.startsWith('AWS::') || type === 'AWS::CloudFormation::CustomResource')
    .map((one) =>
      notSeen(NAME, {
        steps: [one],
        found: `what the custom resource ${one.logicalId} (${one.type}) does at the deploy`,
      }),
    );

const otherTemplates = ({ assembly }: Network): Finding[] =>
  ofType(assembly, 'AWS::CloudFormation::StackSet', 'AWS::ServiceCatalog::CloudFormationProvisionedProduct').map(
    (one) => notSeen(NAME, { steps: [one], found: `the template that ${one.logicalId} (${one.type}) deploys` }),
  );

/** What opens a network, and the properties that say which: where the deploy decides it, it may be a sealed one. */
const OPENS: Readonly<Record<string, readonly string[]>> = {
  'AWS::EC2::Route': ['RouteTableId'],
  'AWS::EC2::VPNGatewayRoutePropagation': ['RouteTableIds'],
  'AWS::EC2::RouteServerPropagation': ['RouteTableId'],
  'AWS::EC2::SubnetRouteTableAssociation': ['SubnetId'],
  'AWS::EC2::VPCEndpoint': ['VpcId', 'RouteTableIds'],
  'AWS::EC2::SecurityGroupIngress': ['GroupId'],
  'AWS::VpcLattice::ServiceNetworkVpcAssociation': ['VpcIdentifier'],
  'AWS::Route53Resolver::FirewallRuleGroupAssociation': ['VpcId'],
  'AWS::Route53Resolver::FirewallConfig': ['ResourceId'],
  'AWS::Route53Profiles::ProfileAssociation': ['ResourceId'],
  'AWS::Lambda::Url': ['TargetFunctionArn'],
};

/** What the id of each kind begins with. The id is known as soon as the thing is deployed, and can be written out then. */
const IDS: readonly { readonly id: RegExp; readonly type: string }[] = [
  { id: /^rtb-/, type: 'AWS::EC2::RouteTable' },
  { id: /^subnet-/, type: 'AWS::EC2::Subnet' },
  { id: /^vpc-/, type: 'AWS::EC2::VPC' },
];

function undecided(network: Network): Finding[] {
  const { assembly, things } = network;
  const followed = distinct(
    things.flatMap((thing) => [
      ...thing.subnets,
      ...thing.subnets.flatMap((subnet) => tablesOf(network, subnet)),
      ...thing.securityGroups,
      ...vpcsOf(network, thing),
    ]),
  );
  // The same parameter, or the same id, on both sides is followed by the other rules.
  const keys = new Set(followed.map(({ key }) => key));
  const made = new Set(followed.map(({ resource }) => resource?.type));
  const mayBeMade = ({ resource, label }: Entity): boolean =>
    resource === null && IDS.some(({ id, type }) => id.test(label) && made.has(type));
  return ofType(assembly, ...Object.keys(OPENS)).flatMap((one) =>
    (OPENS[one.type] ?? [])
      .flatMap((property) => entitiesIn(assembly, one, property).map((entity) => ({ property, entity })))
      .filter(({ entity }) => !keys.has(entity.key) && (isDecidedAtDeploy(entity) || mayBeMade(entity)))
      .map(({ property, entity }) =>
        notSeen(NAME, {
          steps: [one, entity],
          found: `whether ${property} of ${one.logicalId} (${one.type}) is a sealed one: ${isDecidedAtDeploy(entity) ? 'the deploy decides it' : 'its id is written out'}`,
        }),
      ),
  );
}
