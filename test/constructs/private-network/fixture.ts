import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { PrivateNetwork, type PrivateNetworkProps } from '../../../constructs/private-network';
import { resourcesOf, testStack } from '../../support/cdk';

export const ZONES = ['us-east-1a', 'us-east-1b', 'us-east-1c'];

export const ownNetwork = (
  props: PrivateNetworkProps = {},
  stack: Stack = testStack(),
  id = 'Network',
): PrivateNetwork => new PrivateNetwork(stack, id, { availabilityZones: ZONES, ...props });

/** An id in the form that the validator of CDK takes: `idOf('subnet', 'e1')`. */
export const idOf = (kind: string, tail: string): string => `${kind}-${tail.padStart(17, '0')}`;
const idsOf = (kind: string, ...tails: string[]): string[] => tails.map((tail) => idOf(kind, tail));

/** Somebody else's VPC, imported by what its owner wrote down: two zones, each kind of subnet. */
export const foreignVpc = (stack: Stack, id = 'Theirs'): ec2.IVpc =>
  ec2.Vpc.fromVpcAttributes(stack, id, {
    vpcId: idOf('vpc', '1'),
    vpcCidrBlock: '10.8.0.0/16',
    availabilityZones: ['us-east-1a', 'us-east-1b'],
    publicSubnetIds: idsOf('subnet', 'a1', 'a2'),
    publicSubnetRouteTableIds: idsOf('rtb', 'a', 'a'),
    privateSubnetIds: idsOf('subnet', 'e1', 'e2'),
    privateSubnetRouteTableIds: idsOf('rtb', 'e1', 'e2'),
    isolatedSubnetIds: idsOf('subnet', 'b1', 'b2'),
    isolatedSubnetRouteTableIds: idsOf('rtb', 'b1', 'b2'),
  });

export const peerIn = (network: PrivateNetwork, id = 'Peer'): ec2.SecurityGroup =>
  new ec2.SecurityGroup(Stack.of(network), id, { vpc: network.vpc });

export const templateOf = (network: PrivateNetwork): Template => Template.fromStack(Stack.of(network));

export type Properties = Readonly<Record<string, unknown>>;

/** Properties of all resources of a type, by logical id. */
export const propertiesOf = (template: Template, type: string): Record<string, Properties> =>
  Object.fromEntries(Object.entries(resourcesOf(template, type)).map(([id, { Properties = {} }]) => [id, Properties]));

/** Endpoints of a service, in the order of the template. */
export const endpointsOf = (template: Template, service: string): Properties[] =>
  Object.values(propertiesOf(template, 'AWS::EC2::VPCEndpoint')).filter((endpoint) =>
    plain(endpoint.ServiceName).endsWith(`.${service}`),
  );

const messagesOf = (type: string) => (network: PrivateNetwork) =>
  Stack.of(network)
    .node.findAll()
    .flatMap(({ node }) => node.metadata)
    .filter((entry) => entry.type === `aws:cdk:${type}`)
    .map(({ data }) => data as string);

/** Mistakes that were found, without synthesis: an error ends it. */
export const errorsOf = messagesOf('error');
export const warningsOf = messagesOf('warning');

export interface Statement {
  readonly Sid: string;
  readonly Principal: unknown;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

export const statementsOf = (endpoint: Properties | undefined): Statement[] =>
  (endpoint?.PolicyDocument as { Statement: Statement[] } | undefined)?.Statement ?? [];

/** A value with its references written out: `arn:${AWS::Partition}:s3:::bucket/*`. */
export function plain(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref: ref, 'Fn::Join': join, 'Fn::GetAtt': attribute } = value as Record<string, unknown>;
  if (typeof ref === 'string') return `\${${ref}}`;
  if (Array.isArray(join)) return (join[1] as unknown[]).map(plain).join(join[0] as string);
  if (Array.isArray(attribute)) return `\${${attribute.join('.')}}`;
  return JSON.stringify(value);
}
