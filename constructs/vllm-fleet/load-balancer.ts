import { Duration } from 'aws-cdk-lib';
import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import type * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';

export interface FleetLoadBalancerOptions {
  /**
   * Certificate that callers see. Without one each host shows its own, made at boot, which no caller can check.
   *
   * @default - TLS goes through to the hosts
   */
  readonly certificate?: acm.ICertificate;

  /**
   * Subnets with addresses of the load balancer.
   *
   * @default - the fleet's own
   */
  readonly vpcSubnets?: ec2.SubnetSelection;
}

export interface FleetLoadBalancerProps extends FleetLoadBalancerOptions {
  readonly vpc: ec2.IVpc;
  /** Their default port is the gate's. */
  readonly hosts: ec2.IConnectable;
  readonly groups: autoscaling.CfnAutoScalingGroup[];
  readonly port: number;
}

const LISTEN_PORT = 443;
/** A caller waits for the first token of a long prompt without a byte on the line. */
const SILENCE = Duration.minutes(15);

/**
 * One address for a fleet, for callers without a router of ours: connections are spread, not requests, and an answer that
 * breaks off with its host is the caller's to repeat.
 *
 * **Creates** an internal network load balancer on port 443 with a security group that admits nobody yet.
 *
 * **Costs per month** (us-east-1): $16.43, and $0.006 for each gigabyte.
 *
 * **Limitations**: a group that has a target group tells a host to drain only after the load balancer has let go of it.
 * Whoever is admitted may use the engine: there are no keys, tenants or budgets here.
 *
 * ```ts
 * const balancer = fleet.addLoadBalancer('Balancer', { certificate });
 * balancer.connections.allowDefaultPortFrom(caller);
 * ```
 */
export class FleetLoadBalancer extends Construct implements ec2.IConnectable {
  readonly connections: ec2.Connections;
  readonly loadBalancer: elbv2.NetworkLoadBalancer;

  constructor(scope: Construct, id: string, props: FleetLoadBalancerProps) {
    super(scope, id);
    const securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc: props.vpc,
      description: 'Callers of the load balancer of a fleet',
      allowAllOutbound: false,
    });
    this.connections = new ec2.Connections({
      securityGroups: [securityGroup],
      defaultPort: ec2.Port.tcp(LISTEN_PORT),
    });
    props.hosts.connections.allowDefaultPortFrom(this, 'Load balancer');

    this.loadBalancer = new elbv2.NetworkLoadBalancer(this, 'Resource', {
      vpc: props.vpc,
      vpcSubnets: props.vpcSubnets,
      internetFacing: false,
      // Zones without a ready host have to be served too.
      crossZoneEnabled: true,
      securityGroups: [securityGroup],
    });
    const targets = new elbv2.NetworkTargetGroup(this, 'Hosts', {
      vpc: props.vpc,
      port: props.port,
      protocol: props.certificate === undefined ? elbv2.Protocol.TCP : elbv2.Protocol.TLS,
      targetType: elbv2.TargetType.INSTANCE,
      // The gate answers 503 there while the host drains.
      healthCheck: { protocol: elbv2.Protocol.HTTPS, path: '/health', interval: Duration.seconds(10) },
      // Open connections live on without it; the groups' hook gives them their time.
      deregistrationDelay: Duration.seconds(0),
    });
    this.loadBalancer.addListener('Listener', {
      port: LISTEN_PORT,
      defaultTargetGroups: [targets],
      ...(props.certificate === undefined
        ? { protocol: elbv2.Protocol.TCP, tcpIdleTimeout: SILENCE }
        : { protocol: elbv2.Protocol.TLS, certificates: [props.certificate] }),
    });
    for (const group of props.groups) {
      // A fleet may have another load balancer already.
      group.targetGroupArns = [...(group.targetGroupArns ?? []), targets.targetGroupArn];
    }
  }
}
