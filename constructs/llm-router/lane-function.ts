import { Duration } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { ENVIRONMENT } from '../../lib/plan/environment';
import type { RouterPlan } from '../../lib/plan/types';
import { LANE_MARK } from '../../lib/proof/marks';
import { allowRedundantDependency } from '../redundant-dependency';
import type { IPrivateNetwork } from '../private-network/i-private-network';
import { laneCode } from './lane-asset';
import { type LlmRouterProps, RouterLane } from './llm-router-props';

/** As long as Lambda lets a function run; the integration in front of it waits as long. */
export const LONGEST_STREAM = Duration.seconds(900);

export interface LaneFunctionProps {
  readonly lane: RouterLane;
  readonly deployment: string;
  /** `null`: the policy has an error. */
  readonly plan: RouterPlan | null;
  readonly environment: { [name: string]: string };
  /** Lets the function stand in a VPC. @default - in no VPC */
  readonly networkInterfaces?: iam.Policy;
  readonly settings: LlmRouterProps;
}

/** One lane: its function with a role, a log group and a security group of its own. */
export class LaneFunction extends Construct {
  readonly function: lambda.Function;
  /** Absent: the function is in no VPC. */
  readonly connections?: ec2.Connections;

  constructor(scope: Construct, id: string, props: LaneFunctionProps) {
    super(scope, id);
    const { lane, settings } = props;
    const { network } = settings;
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      description: `Router, ${lane} lane: what its function may do.`,
    });
    const logGroup = new logs.LogGroup(this, 'LogGroup', {
      retention: settings.logRetention ?? logs.RetentionDays.ONE_MONTH,
      removalPolicy: settings.removalPolicy,
    });
    logGroup.grantWrite(role);
    const securityGroup = network && this.securityGroup(network, lane);
    if (securityGroup !== undefined) this.connections = new ec2.Connections({ securityGroups: [securityGroup] });
    this.function = new lambda.Function(this, 'Resource', {
      description: `Routes requests of ${props.deployment} on the ${lane} lane.`,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      handler: 'index.handler',
      code: laneCode(this, props.plan),
      timeout: LONGEST_STREAM,
      memorySize: settings.memorySizeMiB ?? 1024,
      environment: { ...props.environment, [ENVIRONMENT.lane]: lane },
      role,
      logGroup,
      reservedConcurrentExecutions: settings.reservedConcurrency,
      vpc: network?.vpc,
      vpcSubnets: network && subnetsOf(network, lane),
      securityGroups: securityGroup && [securityGroup],
      ipv6AllowedForDualStack: network && hasIpv6(network, lane) ? true : undefined,
    });
    // With the variable, both signs by which the residency proof knows a sealed function.
    (this.function.node.defaultChild as lambda.CfnFunction).addMetadata(LANE_MARK, lane);
    allowRedundantDependency(this.function);
    if (props.networkInterfaces !== undefined) {
      props.networkInterfaces.attachToRole(role);
      this.function.node.addDependency(props.networkInterfaces);
    }
  }

  private securityGroup(network: IPrivateNetwork, lane: RouterLane): ec2.SecurityGroup {
    const group = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc: network.vpc,
      description: `Router, ${lane} lane`,
      allowAllOutbound: false,
    });
    // Gateway endpoints have public addresses: what holds the sealed lane is that its subnets have no route to others.
    const why = lane === RouterLane.SEALED ? 'DynamoDB, by the gateway endpoint' : 'DynamoDB and closed providers';
    group.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), why);
    if (hasIpv6(network, lane)) group.addEgressRule(ec2.Peer.anyIpv6(), ec2.Port.tcp(443), why);
    return group;
  }
}

const subnetsOf = (network: IPrivateNetwork, lane: RouterLane): ec2.SubnetSelection =>
  (lane === RouterLane.OPEN ? network.openSubnets : undefined) ?? network.isolatedSubnets;

const hasIpv6 = (network: IPrivateNetwork, lane: RouterLane): boolean =>
  lane === RouterLane.OPEN && network.openSubnets !== undefined && network.ipv6Egress;
