import { Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { FleetTable, VllmFleet } from '../../../constructs/vllm-fleet';
import { testApp, testStack } from '../../support/cdk';
import { BareNetwork, OF_QWEN, fleetStack, oneOf, propertiesOf, plainTemplate } from './fleet-stack';

const GROUP = 'AWS::AutoScaling::AutoScalingGroup';

const groupsOf = (props?: Parameters<typeof fleetStack>[0]) => {
  const template = props === undefined ? plainTemplate() : fleetStack(props).template();
  return { template, spot: oneOf(template, GROUP, 'smallSpot'), onDemand: oneOf(template, GROUP, 'smallOnDemand') };
};

test('there are two groups over the same instance types: all spot, and all on-demand', () => {
  const { template, spot, onDemand } = groupsOf();
  expect(Object.keys(propertiesOf(template, GROUP))).toHaveLength(2);
  expect(spot['MixedInstancesPolicy']).toMatchObject({
    InstancesDistribution: {
      OnDemandBaseCapacity: 0,
      OnDemandPercentageAboveBaseCapacity: 0,
      SpotAllocationStrategy: 'price-capacity-optimized',
    },
    LaunchTemplate: { Overrides: [{ InstanceType: 'g6e.xlarge' }, { InstanceType: 'g6e.2xlarge' }] },
  });
  expect(onDemand['MixedInstancesPolicy']).toMatchObject({
    InstancesDistribution: { OnDemandPercentageAboveBaseCapacity: 100, OnDemandAllocationStrategy: 'prioritized' },
    LaunchTemplate: { Overrides: [{ InstanceType: 'g6e.xlarge' }, { InstanceType: 'g6e.2xlarge' }] },
  });
});

test('both groups start what the newest version of the launch template says', () => {
  const { template, spot, onDemand } = groupsOf();
  const [launchTemplate] = Object.keys(propertiesOf(template, 'AWS::EC2::LaunchTemplate'));
  for (const group of [spot, onDemand]) {
    expect(group['MixedInstancesPolicy']).toMatchObject({
      LaunchTemplate: {
        LaunchTemplateSpecification: {
          LaunchTemplateId: { Ref: launchTemplate },
          Version: { 'Fn::GetAtt': [launchTemplate, 'LatestVersionNumber'] },
        },
      },
    });
  }
});

test('a group has no property beyond those listed, above all none that changes how many instances there are', () => {
  const { spot, onDemand } = groupsOf({ reservations: ['cr-0123456789abcdef0'] });
  const expected = [
    'HealthCheckGracePeriod',
    'HealthCheckType',
    'LifecycleHookSpecificationList',
    'MaxSize',
    'MinSize',
    'MixedInstancesPolicy',
    'Tags',
    'TerminationPolicies',
    'VPCZoneIdentifier',
  ];
  expect(Object.keys(spot).sort()).toEqual(expected);
  expect(Object.keys(onDemand).sort()).toEqual(['CapacityReservationSpecification', ...expected]);
});

test('nothing rolls instances or waits for them during a deployment', () => {
  const { template } = groupsOf();
  for (const group of Object.values(template.findResources(GROUP))) {
    expect(Object.keys(group).sort()).toEqual(['Metadata', 'Properties', 'Type']);
  }
});

test('no load balancer, target group, scaling policy, scheduled action or separate hook is made', () => {
  const { template } = groupsOf();
  const types = new Set(
    Object.values(template.toJSON()['Resources'] as object).map((one) => (one as { Type: string }).Type),
  );
  const forbidden = [...types].filter((type) =>
    /LoadBalancing|ScalingPolicy|ScheduledAction|LifecycleHook|WarmPool/.test(type),
  );
  expect(forbidden).toEqual([]);
});

test('groups are made empty and hold at most maxReplicas each', () => {
  const { spot, onDemand } = groupsOf({ maxReplicas: 7 });
  expect([spot['MinSize'], spot['MaxSize']]).toEqual(['0', '7']);
  expect([onDemand['MinSize'], onDemand['MaxSize']]).toEqual(['0', '7']);
});

test('without spot the spot group can hold nothing', () => {
  const { spot, onDemand } = groupsOf({ spot: false });
  expect([spot['MaxSize'], onDemand['MaxSize']]).toEqual(['0', '4']);
});

test('reservations are used by the on-demand group, and first', () => {
  const { spot, onDemand } = groupsOf({ reservations: ['cr-0123456789abcdef0'] });
  expect(onDemand['CapacityReservationSpecification']).toEqual({
    CapacityReservationPreference: 'capacity-reservations-first',
    CapacityReservationTarget: { CapacityReservationIds: ['cr-0123456789abcdef0'] },
  });
  expect(spot['CapacityReservationSpecification']).toBeUndefined();
});

test('health is what EC2 says, and hooks for boot and drain are there before the first instance', () => {
  const { spot, onDemand } = groupsOf({ bootTimeout: Duration.minutes(20), drainTimeout: Duration.minutes(5) });
  for (const group of [spot, onDemand]) {
    expect(group['HealthCheckType']).toBe('EC2');
    expect(group['HealthCheckGracePeriod']).toBeGreaterThan(0);
    expect(group['LifecycleHookSpecificationList']).toEqual([
      {
        LifecycleHookName: 'boot',
        LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
        HeartbeatTimeout: 1200,
        DefaultResult: 'CONTINUE',
      },
      {
        LifecycleHookName: 'drain',
        LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
        HeartbeatTimeout: 300,
        DefaultResult: 'CONTINUE',
      },
    ]);
  }
});

test('groups span the isolated subnets of every zone', () => {
  const { template, spot, onDemand } = groupsOf();
  const subnets = Object.keys(propertiesOf(template, 'AWS::EC2::Subnet'));
  expect(subnets).toHaveLength(3);
  for (const group of [spot, onDemand]) expect(group['VPCZoneIdentifier']).toEqual(subnets.map((Ref) => ({ Ref })));
});

test('in a VPC of yours groups use the subnets that were chosen', () => {
  const stack = testStack();
  const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['us-east-1a', 'us-east-1b'],
    isolatedSubnetIds: ['subnet-0a', 'subnet-0b'],
    isolatedSubnetRouteTableIds: ['rtb-0a', 'rtb-0b'],
  });
  const network = Object.assign(new BareNetwork(stack, 'Bare'), {
    vpc,
    isolatedSubnets: { subnets: vpc.isolatedSubnets },
  });
  const template = fleetStack({ network }, stack).template();
  expect(oneOf(template, GROUP, 'smallSpot')['VPCZoneIdentifier']).toEqual(['subnet-0a', 'subnet-0b']);
  expect(oneOf(template, 'AWS::EC2::SecurityGroup', 'small')['VpcId']).toBe('vpc-0123456789abcdef0');
});

test('logical ids of groups, launch template and table never change', () => {
  const { template } = groupsOf();
  const ids = [GROUP, 'AWS::EC2::LaunchTemplate', 'AWS::DynamoDB::Table'].flatMap((type) =>
    Object.keys(propertiesOf(template, type)),
  );
  expect(ids).toEqual([
    'smallSpot5605F14E',
    'smallOnDemandB2060B8D',
    'smallLaunchTemplateE98CF9CB',
    'smallFleetTable9298E6CC',
  ]);
});

test('two fleets fit in one stack, share a table, and are told apart', () => {
  const { stack, network, modelStore } = fleetStack();
  const fleetTable = new FleetTable(stack, 'Fleets');
  for (const fleetName of ['one', 'two']) {
    new VllmFleet(stack, `Fleet-${fleetName}`, { ...OF_QWEN, network, modelStore, fleetTable, fleetName });
  }
  const template = Template.fromStack(stack);
  expect(Object.keys(propertiesOf(template, GROUP))).toHaveLength(6);
  expect(Object.keys(propertiesOf(template, 'AWS::DynamoDB::Table'))).toHaveLength(2);
  expect(JSON.stringify(oneOf(template, 'AWS::EC2::LaunchTemplate', 'Fleetone'))).toContain('"Value":"one"');
  expect(JSON.stringify(oneOf(template, 'AWS::EC2::LaunchTemplate', 'Fleettwo'))).toContain('"Value":"two"');
});

test('a fleet may live in another stack than its network, store and table', () => {
  const app = testApp();
  const env = { region: 'us-east-1' };
  const base = new Stack(app, 'Base', { env });
  const { network, modelStore } = fleetStack({}, base);
  const fleetTable = new FleetTable(base, 'Fleets');
  const other = new Stack(app, 'Other', { env });
  new VllmFleet(other, 'far', { ...OF_QWEN, network, modelStore, fleetTable });
  const template = Template.fromStack(other);
  expect(Object.keys(propertiesOf(template, GROUP))).toHaveLength(2);
  expect(Object.keys(propertiesOf(template, 'AWS::DynamoDB::Table'))).toHaveLength(0);
});
