/** A fleet in the network that comes with it, on a VPC of its own and on one that was there before. */
import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { ModelStore } from '../../../constructs/model-store';
import { PrivateNetwork } from '../../../constructs/private-network';
import { VllmFleet } from '../../../constructs/vllm-fleet';
import { testStack } from '../../support/cdk';
import { errorsOf, flat, OF_QWEN, propertiesOf } from './fleet-stack';

const EVERYBODY = ['0.0.0.0/0', '::/0'];

function inNetwork(vpc?: (stack: Stack) => ec2.IVpc): { template: Template; errors: string[] } {
  const stack = testStack();
  const network = new PrivateNetwork(stack, 'Network', vpc === undefined ? {} : { vpc: vpc(stack) });
  new VllmFleet(stack, 'small', {
    ...OF_QWEN,
    network,
    modelStore: new ModelStore(stack, 'Models', { mirror: false }),
  });
  return { template: Template.fromStack(stack), errors: errorsOf(stack) };
}

const foreign = (stack: Stack): ec2.IVpc =>
  ec2.Vpc.fromVpcAttributes(stack, 'Yours', {
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['us-east-1a', 'us-east-1b'],
    isolatedSubnetIds: ['subnet-0a', 'subnet-0b'],
    isolatedSubnetRouteTableIds: ['rtb-0a', 'rtb-0b'],
    privateSubnetIds: ['subnet-0c', 'subnet-0d'],
    privateSubnetRouteTableIds: ['rtb-0c', 'rtb-0d'],
  });

describe.each([
  ['a VPC of its own', undefined],
  ['a VPC of yours', foreign],
])('in %s', (_name, vpc) => {
  const { template, errors } = inNetwork(vpc);

  test('there is nothing to complain about', () => {
    expect(errors).toEqual([]);
  });

  test('hosts pull the image by endpoints that admit them and nobody else', () => {
    const services = Object.values(propertiesOf(template, 'AWS::EC2::VPCEndpoint')).map(({ ServiceName }) =>
      flat(ServiceName),
    );
    expect(services.filter((name) => name.includes('ecr'))).toEqual([
      'com.amazonaws.us-east-1.ecr.api',
      'com.amazonaws.us-east-1.ecr.dkr',
    ]);
    const sources = Object.values(propertiesOf(template, 'AWS::EC2::SecurityGroupIngress')).map(
      ({ SourceSecurityGroupId }) => flat(SourceSecurityGroupId),
    );
    expect(sources.length).toBeGreaterThan(0);
    for (const source of sources) expect(source).toMatch(/^<smallSecurityGroup\w+\.GroupId>$/);
  });

  test('whatever hosts may send goes to port 443', () => {
    const own = Object.entries(propertiesOf(template, 'AWS::EC2::SecurityGroup')).filter(([id]) =>
      id.startsWith('small'),
    );
    const rules = [
      ...own.flatMap(([, { SecurityGroupEgress }]) => SecurityGroupEgress as object[]),
      ...Object.entries(propertiesOf(template, 'AWS::EC2::SecurityGroupEgress')).flatMap(([id, rule]) =>
        id.startsWith('small') ? [rule] : [],
      ),
    ];
    expect(rules.length).toBeGreaterThan(0);
    for (const rule of rules) expect(rule).toMatchObject({ IpProtocol: 'tcp', FromPort: 443, ToPort: 443 });
  });

  test('no security group admits everybody', () => {
    const text = JSON.stringify([
      Object.values(propertiesOf(template, 'AWS::EC2::SecurityGroup')).map(
        ({ SecurityGroupIngress }) => SecurityGroupIngress,
      ),
      propertiesOf(template, 'AWS::EC2::SecurityGroupIngress'),
    ]);
    for (const range of EVERYBODY) expect(text).not.toContain(`"${range}"`);
  });
});
