/** A network as the constructs make it, with nothing wrong: where the tests of the proof start from. */
import { Aws, type Stack, Tags } from 'aws-cdk-lib';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as route53resolver from 'aws-cdk-lib/aws-route53resolver';
import { GPU_HOST_ROLE, LANE_MARK, LANE_VARIABLE, ROLE_MARK, SEALED_LANE } from '../../lib/proof/marks';
import { testApp, testStack } from '../support/cdk';

export interface GoodNetwork {
  readonly stack: Stack;
  readonly vpc: ec2.Vpc;
  readonly sealed: lambda.Function;
}

export const APP_CONTEXT = { 'aws:cdk:enable-path-metadata': true };

/** One zone: isolated subnets for the sealed function and the hosts, open ones with a NAT gateway for another function. */
export function goodNetwork(stack: Stack = testStack(undefined, testApp(APP_CONTEXT))): GoodNetwork {
  const vpc = new ec2.Vpc(stack, 'Vpc', {
    availabilityZones: ['us-east-1a'],
    natGateways: 1,
    restrictDefaultSecurityGroup: false,
    subnetConfiguration: [
      { name: 'Isolated', subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
      { name: 'Open', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
      { name: 'Public', subnetType: ec2.SubnetType.PUBLIC },
    ],
  });
  const isolated = { subnetType: ec2.SubnetType.PRIVATE_ISOLATED };
  const sealed = functionIn(stack, 'Sealed', vpc, isolated);
  (sealed.node.defaultChild as lambda.CfnFunction).addMetadata(LANE_MARK, SEALED_LANE);
  sealed.addEnvironment(LANE_VARIABLE, SEALED_LANE);
  functionIn(stack, 'Open', vpc, { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS });

  const hosts = addHosts(stack, vpc, isolated);
  hosts.connections.allowFrom(sealed, ec2.Port.tcp(8443));
  addGatewayEndpoints(vpc, isolated);
  addInterfaceEndpoint(stack, vpc, isolated, hosts);
  addDnsFirewall(stack, vpc);
  return { stack, vpc, sealed };
}

const functionIn = (stack: Stack, id: string, vpc: ec2.IVpc, vpcSubnets: ec2.SubnetSelection): lambda.Function =>
  new lambda.Function(stack, id, {
    code: lambda.Code.fromInline('exports.handler = () => {}'),
    handler: 'index.handler',
    runtime: lambda.Runtime.NODEJS_24_X,
    vpc,
    vpcSubnets,
  });

function addHosts(stack: Stack, vpc: ec2.Vpc, isolated: ec2.SubnetSelection): ec2.SecurityGroup {
  const group = new ec2.SecurityGroup(stack, 'HostGroup', { vpc });
  const template = new ec2.CfnLaunchTemplate(stack, 'HostTemplate', {
    tagSpecifications: [{ resourceType: 'launch-template', tags: [{ key: ROLE_MARK, value: GPU_HOST_ROLE }] }],
    launchTemplateData: {
      imageId: 'ami-0123456789abcdef0',
      networkInterfaces: [{ deviceIndex: 0, groups: [group.securityGroupId], associatePublicIpAddress: false }],
      metadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 1 },
    },
  });
  const hosts = new autoscaling.CfnAutoScalingGroup(stack, 'Hosts', {
    minSize: '0',
    maxSize: '4',
    vpcZoneIdentifier: vpc.selectSubnets(isolated).subnetIds,
    mixedInstancesPolicy: {
      launchTemplate: {
        launchTemplateSpecification: { launchTemplateId: template.ref, version: template.attrLatestVersionNumber },
        overrides: [{ instanceType: 'g6.xlarge' }],
      },
    },
  });
  for (const one of [template, hosts]) one.addMetadata(ROLE_MARK, GPU_HOST_ROLE);
  Tags.of(hosts).add(ROLE_MARK, GPU_HOST_ROLE);
  return group;
}

const anyone = new iam.StarPrincipal();

function addGatewayEndpoints(vpc: ec2.Vpc, isolated: ec2.SubnetSelection): void {
  const s3 = vpc.addGatewayEndpoint('S3', { service: ec2.GatewayVpcEndpointAwsService.S3, subnets: [isolated] });
  const dynamo = vpc.addGatewayEndpoint('Dynamo', {
    service: ec2.GatewayVpcEndpointAwsService.DYNAMODB,
    subnets: [isolated],
  });
  const ofThisAccount = { StringEquals: { 'aws:ResourceAccount': Aws.ACCOUNT_ID } };
  const statement = (props: iam.PolicyStatementProps): iam.PolicyStatement =>
    new iam.PolicyStatement({ principals: [anyone], ...props });
  s3.addToPolicy(statement({ actions: ['s3:GetObject', 's3:PutObject'], resources: ['*'], conditions: ofThisAccount }));
  s3.addToPolicy(
    statement({
      actions: ['s3:GetObject'],
      resources: [
        `arn:${Aws.PARTITION}:s3:::al2023-repos-us-east-1-de612dc2/*`,
        `arn:${Aws.PARTITION}:s3:::prod-us-east-1-starport-layer-bucket/*`,
      ],
    }),
  );
  dynamo.addToPolicy(statement({ actions: ['dynamodb:UpdateItem'], resources: ['*'], conditions: ofThisAccount }));
  // The open subnets have one of their own, as wide as AWS makes it.
  vpc.addGatewayEndpoint('OpenS3', {
    service: ec2.GatewayVpcEndpointAwsService.S3,
    subnets: [{ subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }],
  });
}

function addInterfaceEndpoint(stack: Stack, vpc: ec2.Vpc, subnets: ec2.SubnetSelection, hosts: ec2.IConnectable): void {
  const group = new ec2.SecurityGroup(stack, 'EcrGroup', { vpc, allowAllOutbound: false });
  const endpoint = vpc.addInterfaceEndpoint('Ecr', {
    service: ec2.InterfaceVpcEndpointAwsService.ECR,
    subnets,
    open: false,
    securityGroups: [group],
  });
  group.connections.allowFrom(hosts, ec2.Port.HTTPS);
  for (const [actions, resource] of [
    [['ecr:GetAuthorizationToken'], '*'],
    [['ecr:BatchGetImage'], `arn:${Aws.PARTITION}:ecr:us-east-1:763104351884:repository/vllm`],
  ] as const) {
    endpoint.addToPolicy(
      new iam.PolicyStatement({ principals: [anyone], actions: [...actions], resources: [resource] }),
    );
  }
}

function addDnsFirewall(stack: Stack, vpc: ec2.Vpc): void {
  const list = (id: string, domains: string[]): string =>
    new route53resolver.CfnFirewallDomainList(stack, id, { domains }).attrId;
  const group = new route53resolver.CfnFirewallRuleGroup(stack, 'DnsRules', {
    firewallRules: [
      { priority: 100, action: 'ALLOW', firewallDomainListId: list('Allowed', ['s3.us-east-1.amazonaws.com']) },
      { priority: 200, action: 'BLOCK', blockResponse: 'NXDOMAIN', firewallDomainListId: list('Everything', ['*']) },
    ],
  });
  new route53resolver.CfnFirewallRuleGroupAssociation(stack, 'DnsFirewall', {
    vpcId: vpc.vpcId,
    firewallRuleGroupId: group.attrId,
    priority: 101,
  });
}
