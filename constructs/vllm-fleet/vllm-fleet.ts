import { Annotations, Duration, Stack, Validations } from 'aws-cdk-lib';
import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { engineImage } from '../../config/catalog/engine';
import type { HostFile } from '../../lib/capacity/host-file';
import { FLEET_TABLE_KEY } from '../../lib/tables/key-schemas';
import { WAKE_ATTRIBUTES } from '../../lib/tables/wake-row';
import type { BackendBinding, BackendBindOptions, BackendDescription, IModelBackend } from '../backend/i-model-backend';
import { deploymentName } from '../deployment-name';
import { FleetMetrics } from '../metrics/fleet-metrics';
import { weightsPrefix } from '../../lib/capacity/weights-layout';
import type { IModelStore } from '../model-store/i-model-store';
import type { IPrivateNetwork } from '../private-network/i-private-network';
import { mistakesIn } from './check-props';
import { type EngineRegistry, engineRegistry } from './engine-registry';
import { type FleetScaling, scalingOf } from './fleet-scaling';
import { FleetController } from './fleet-controller';
import { FleetTable } from './fleet-table';
import { hostBundle, userData } from './host-bundle';
import { HostRole } from './host-role';
import type { IControlledFleet } from './i-controlled-fleet';
import { hostTemplate } from './host-template';
import { FleetLoadBalancer, type FleetLoadBalancerOptions } from './load-balancer';
import { namesakeMistakes } from './namesake';
import { replicaGroup } from './replica-groups';
import { ModelKind, type VllmFleetProps } from './vllm-fleet-props';

/** Of the gate on each host: TLS, the API's paths only, refuses what is new while the host drains. */
export const GATE_PORT = 8443;

const DRAIN_TIMEOUT = Duration.minutes(15);

/**
 * Replicas of one open model on GPU instances, without any way to the internet.
 *
 * **Creates** a launch template (Amazon Linux 2023 with GPU driver, IMDSv2 with one hop, encrypted gp3 root volume, the
 * image of vLLM from AWS's registry), two Auto Scaling groups over the same instance types (`Spot`, price-capacity-optimized,
 * and `OnDemand`, in the order given), a role of its own, a security group that admits nobody yet, and the fleet table with
 * its controller unless a table is given. Each host boots the engine, registers in the table and answers there; a router reads the table.
 *
 * **How many hosts there are** is the controller's decision, from `scaling`, load and requests that wait: both groups are made
 * empty, and no policy, schedule or deployment changes their desired capacity. With a `fleetTable` of yours nothing starts
 * an instance until a `FleetController` is given the fleet.
 *
 * **Costs per month** (us-east-1): nothing while no instance runs, besides the two interface endpoints for the image, $14.60
 * in one zone, which fleets share. A `g6e.xlarge` that runs all month is $1,359 on-demand and about a third of it on spot;
 * its root volume $29.60; its row in the fleet table $0.82.
 *
 * **Limitations**
 * - A change of the template reaches running hosts one by one, where `maxReplicas` leaves room for one more.
 * - With two and more replicas no connection is shared: a router chooses one for each request. See `addLoadBalancer`.
 *
 * ```ts
 * const fleet = new VllmFleet(this, 'small', {
 *   network,
 *   modelStore: new ModelStore(this, 'Models'),
 *   model: 'Qwen/Qwen3-8B',
 *   instanceTypes: ['g6e.xlarge', 'g6e.2xlarge', 'g6e.4xlarge'],
 * });
 * ```
 */
export class VllmFleet extends Construct implements IModelBackend, IControlledFleet, ec2.IConnectable, iam.IGrantable {
  readonly description: BackendDescription;
  readonly connections: ec2.Connections;
  readonly grantPrincipal: iam.IPrincipal;

  readonly fleetName: string;
  readonly deployment: string;
  /** What is wanted of the fleet's size. The groups know `maxReplicas`, `spot` and `reservations` of it. */
  readonly scaling: FleetScaling;
  readonly fleetTable: dynamodb.ITable;
  readonly modelStore: IModelStore;
  readonly weightsPrefix: string;
  readonly instanceTypes: string[];
  readonly concurrency: number;
  readonly bootTimeout: Duration;
  readonly launchTemplate: ec2.LaunchTemplate;
  readonly role: iam.IRole;
  readonly spotGroup: autoscaling.CfnAutoScalingGroup;
  readonly onDemandGroup: autoscaling.CfnAutoScalingGroup;
  /** Decides how many hosts there are. Absent: a table was given, and whoever made it makes the controller of its fleets. */
  readonly controller?: FleetController;

  private readonly network: IPrivateNetwork;

  constructor(scope: Construct, id: string, props: VllmFleetProps) {
    super(scope, id);
    this.fleetName = props.fleetName ?? nameFrom(id);
    this.deployment = props.deployment ?? deploymentName(Stack.of(this));
    this.scaling = scalingOf(props);
    this.network = props.network;
    this.modelStore = props.modelStore;
    this.weightsPrefix = weightsPrefix(props.checkpoint ?? props.model, props.revision);
    this.instanceTypes = props.instanceTypes;
    this.concurrency = props.concurrency ?? 16;
    this.bootTimeout = props.bootTimeout ?? Duration.minutes(30);
    for (const mistake of [...mistakesIn(props, this.fleetName), ...namesakeMistakes(this)]) {
      Annotations.of(this).addError(mistake);
    }
    this.description = this.describe(props);

    this.fleetTable = props.fleetTable ?? this.newTable(props);
    const securityGroup = this.newSecurityGroup();
    this.connections = new ec2.Connections({ securityGroups: [securityGroup], defaultPort: ec2.Port.tcp(GATE_PORT) });
    props.network.admit('ecr.api', this);
    props.network.admit('ecr.dkr', this);

    const registry = engineRegistry(this);
    const bundle = hostBundle(this, 'HostBundle');
    this.role = new HostRole(this, 'HostRole', {
      fleetName: this.fleetName,
      modelStore: props.modelStore,
      fleetTable: this.fleetTable,
      bundle,
      repositoryArn: registry.repositoryArn,
      adapters: props.adapters ?? {},
      ...(props.logBucket !== undefined && {
        logs: { bucket: props.logBucket, prefix: `hosts/${this.deployment}/${this.fleetName}/` },
        compiled: { bucket: props.logBucket, prefix: `${this.compilePrefix}/` },
      }),
    });
    this.grantPrincipal = this.role;

    const hostJson = Stack.of(this).toJsonString(this.hostFile(props, registry));
    this.launchTemplate = hostTemplate(this, 'LaunchTemplate', {
      ...props,
      deployment: this.deployment,
      fleetName: this.fleetName,
      role: this.role,
      securityGroup,
      userData: userData({ hostJson, bundle }),
    });
    this.spotGroup = this.newGroup('Spot', true, props);
    this.onDemandGroup = this.newGroup('OnDemand', false, props);
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-AS3',
      reason: 'Hosts report every change of their state to the fleet table; a mail for each instance would be noise.',
    });
    if (props.fleetTable === undefined) this.controller = this.newController(props);
  }

  /**
   * Opens the gate to the lane's function, and lets it read which replicas of this fleet there are and say that it is needed.
   */
  bind(options: BackendBindOptions): BackendBinding {
    if (options.connections === undefined) {
      Annotations.of(this).addError(
        `the fleet ${this.fleetName} is reached inside its VPC only: expected a function in the VPC, got one outside (lane ${options.lane}); give the router a network`,
      );
    } else {
      // Asked of the function, so that a router in another stack depends on the fleet and not the fleet on it too.
      options.connections.allowToDefaultPort(this, `Router, ${options.lane} lane`);
    }
    options.function.addToRolePolicy(
      new iam.PolicyStatement({
        actions: ['dynamodb:Query'],
        resources: [this.fleetTable.tableArn],
        conditions: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [this.fleetName] } },
      }),
    );
    options.function.addToRolePolicy(
      new iam.PolicyStatement({
        actions: ['dynamodb:UpdateItem'],
        resources: [this.fleetTable.tableArn],
        conditions: {
          'ForAllValues:StringEquals': {
            'dynamodb:LeadingKeys': [this.fleetName],
            // No attribute by which hosts or the controller go: a lane can wake a fleet, and no more.
            'dynamodb:Attributes': [FLEET_TABLE_KEY.partition, FLEET_TABLE_KEY.sort, ...WAKE_ATTRIBUTES],
          },
          // Without this an update could be made to tell the whole row.
          StringEqualsIfExists: { 'dynamodb:ReturnValues': ['NONE', 'UPDATED_OLD', 'UPDATED_NEW'] },
        },
      }),
    );
    this.fleetTable.encryptionKey?.grantEncryptDecrypt(options.function);
    return { fleetTable: this.fleetTable };
  }

  /** Replicas that answer. Published by the spend meter. */
  metricReadyReplicas(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return new FleetMetrics(this.deployment, this.fleetName).readyReplicas(options);
  }

  /** Instances that cost money, of both groups, booting ones too. Published by the spend meter. */
  metricHosts(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return new FleetMetrics(this.deployment, this.fleetName).hosts(options);
  }

  /**
   * An internal load balancer, for callers that have no router of ours.
   */
  addLoadBalancer(id: string, options: FleetLoadBalancerOptions = {}): FleetLoadBalancer {
    return new FleetLoadBalancer(this, id, {
      ...options,
      vpc: this.network.vpc,
      vpcSubnets: options.vpcSubnets ?? this.network.isolatedSubnets,
      hosts: this,
      groups: [this.spotGroup, this.onDemandGroup],
      port: GATE_PORT,
    });
  }

  /** Without a slash at its end. */
  private get compilePrefix(): string {
    return `compiled/${this.deployment}/${this.fleetName}`;
  }

  private describe(props: VllmFleetProps): BackendDescription {
    return {
      name: this.fleetName,
      fleet: {
        model: props.model,
        kind: props.kind ?? ModelKind.CHAT,
        context: props.context ?? 8192,
        concurrency: props.concurrency ?? 16,
        wake: this.scaling.wake,
        ...(props.adapters !== undefined && { adapters: props.adapters }),
      },
    };
  }

  private newTable({ removalPolicy }: VllmFleetProps): dynamodb.ITable {
    return new FleetTable(this, 'FleetTable', removalPolicy === undefined ? {} : { removalPolicy });
  }

  private newController({ removalPolicy }: VllmFleetProps): FleetController {
    return new FleetController(this, 'Controller', {
      fleets: [this],
      ...(removalPolicy !== undefined && { removalPolicy }),
    });
  }

  private newSecurityGroup(): ec2.SecurityGroup {
    const group = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc: this.network.vpc,
      description: `GPU hosts of the fleet ${this.fleetName}`,
      allowAllOutbound: false,
    });
    // S3 and DynamoDB behind the gateway endpoints have no addresses of their own; no route leads anywhere else.
    group.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'AWS services by endpoints');
    return group;
  }

  private newGroup(id: string, spot: boolean, props: VllmFleetProps): autoscaling.CfnAutoScalingGroup {
    return replicaGroup(this, id, {
      launchTemplate: this.launchTemplate,
      subnetIds: this.network.vpc.selectSubnets(this.network.isolatedSubnets).subnetIds,
      instanceTypes: props.instanceTypes,
      maxReplicas: spot && !this.scaling.spot ? 0 : this.scaling.maxReplicas,
      spot,
      reservations: spot ? [] : this.scaling.reservations,
      deployment: this.deployment,
      fleetName: this.fleetName,
      bootTimeout: this.bootTimeout,
      drainTimeout: props.drainTimeout ?? DRAIN_TIMEOUT,
    });
  }

  private hostFile(props: VllmFleetProps, registry: EngineRegistry): HostFile {
    return {
      deployment: this.deployment,
      fleet: this.fleetName,
      region: Stack.of(this).region,
      fleetTable: this.fleetTable.tableName,
      modelBucket: props.modelStore.bucket.bucketName,
      modelPrefix: this.weightsPrefix,
      logBucket: props.logBucket?.bucketName ?? '',
      compileCache: props.logBucket === undefined ? '' : `s3://${props.logBucket.bucketName}/${this.compilePrefix}`,
      drainSeconds: (props.drainTimeout ?? DRAIN_TIMEOUT).toSeconds(),
      image: {
        registry: registry.domain,
        repository: engineImage.repository,
        reference: props.engineDigest ?? engineImage.digest ?? engineImage.tag,
      },
      model: props.model,
      servedName: props.model,
      kind: props.kind ?? ModelKind.CHAT,
      context: props.context ?? 8192,
      concurrency: props.concurrency ?? 16,
      tensorParallel: props.tensorParallel ?? 1,
      vllmArguments: props.vllmArguments ?? [],
      adapters: props.adapters ?? {},
    };
  }
}

/** A construct's id as a name: the policy takes lower case only. */
const nameFrom = (id: string): string => id.toLowerCase().replace(/[^a-z0-9-]+/g, '-');
