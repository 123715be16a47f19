/**
 * One fleet in a VPC that is there already, with the endpoints it has, and nothing else: your own service asks the replicas.
 *
 * npx cdk synth --app 'npx tsx examples/foreign-vpc.ts'
 */
import { App, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { ModelStore, PrivateNetwork, VllmFleet } from 'cdk-hybrid-llm';

const app = new App();
export const stack = new Stack(app, 'ForeignVpc', { env: { region: 'eu-central-1' } });

const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
  vpcId: 'vpc-0123456789abcdef0',
  availabilityZones: ['eu-central-1a', 'eu-central-1b'],
  isolatedSubnetIds: ['subnet-0000000000000000a', 'subnet-0000000000000000b'],
  isolatedSubnetRouteTableIds: ['rtb-0000000000000000a', 'rtb-0000000000000000b'],
});
const network = new PrivateNetwork(stack, 'Network', {
  vpc,
  openLane: false,
  existingEndpoints: [{ service: 's3' }, { service: 'dynamodb' }, { service: 'ecr.api' }, { service: 'ecr.dkr' }],
});

export const fleet = new VllmFleet(stack, 'Qwen', {
  network,
  modelStore: new ModelStore(stack, 'Models'),
  model: 'Qwen/Qwen3-8B',
  context: 8192,
  instanceTypes: ['g6e.xlarge', 'g6e.2xlarge', 'g6e.4xlarge'],
  maxReplicas: 2,
});
const service = ec2.SecurityGroup.fromSecurityGroupId(stack, 'Service', 'sg-0123456789abcdef0');
fleet.connections.allowFrom(service, ec2.Port.tcp(8443), 'our own service asks the replicas');
