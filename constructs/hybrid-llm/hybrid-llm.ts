import { Annotations, Duration, Stack, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as subscriptions from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { mapValues } from '../../lib/map-values';
import { type Resolved, resolve } from '../../lib/selection/resolve';
import { ExistingReplicas } from '../backend/existing-replicas';
import { ClosedProvider } from '../closed-provider';
import { SpotInterruptionExperiment } from '../game-day';
import { LlmAlarms } from '../llm-alarms';
import { LlmDashboard } from '../llm-dashboard';
import { LedgerTable, LlmRouter, type RouterFront } from '../llm-router';
import { ModelStore } from '../model-store';
import { PrivateNetwork } from '../private-network';
import { MetricContract, ResidencyProof } from '../proof';
import { SpendGuard } from '../spend-guard';
import { FleetController, FleetTable, VllmFleet, type VllmFleetProps } from '../vllm-fleet';
import { ConfigError, type ConfigSource } from './config-source';
import { existingEndpoints } from './existing-endpoints';
import { fitting } from './fitting-vpc';
import { type FromConfig, type ProviderProps, chosenOf, fromConfig } from './from-config';
import { LogBucket } from './log-bucket';
import { addOutputs } from './outputs';

export interface HybridLlmProps {
  /** What to deploy. */
  readonly config: ConfigSource;
  /** @default - the VPC that the config names, looked up by the CDK; else a new one */
  readonly vpc?: ec2.IVpc;
  /** Told of alarms and budgets. @default - a topic of the config's addresses; none where it names none */
  readonly topic?: sns.ITopic;
  /** Ways to the router. @default - a private API */
  readonly fronts?: RouterFront[];
}

/**
 * Everything that a config file describes: network, GPU fleets, closed providers, router, spend guard, alarms, dashboard.
 *
 * Creates what its parts create, one of each, and a fleet for each entry under `fleets`. Nothing runs on a GPU until a
 * fleet is wanted. What it costs when idle is computed from the template: see `docs/deploy.md`.
 *
 * Limitations: one deployment is one region. A stack needs no account at synth, unless the config names a VPC.
 *
 * ```ts
 * const config = ConfigSource.file('config/hybrid-llm.yaml');
 * new HybridLlm(this, 'HybridLlm', { config });
 * ```
 */
export class HybridLlm extends Construct {
  readonly network: PrivateNetwork;
  readonly router: LlmRouter;
  readonly spendGuard: SpendGuard;
  readonly alarms: LlmAlarms;
  readonly dashboard: LlmDashboard;
  /** By name in the config. */
  readonly fleets: { [name: string]: VllmFleet };
  /** Decides how many hosts the fleets have; `undefined` where there is none. */
  readonly fleetController?: FleetController;
  /** Interrupts a spot host when somebody starts it; `undefined` unless the config says `gameDay.spotInterruption`. */
  readonly spotInterruption?: SpotInterruptionExperiment;
  /** Weights of the fleets; `undefined` where there is none. */
  readonly modelStore?: ModelStore;

  constructor(scope: Construct, id: string, props: HybridLlmProps) {
    super(scope, id);
    const { _config: config, _lock: lock, _label: label, deployment, warnings } = props.config;
    this.checkRegion(config.region);
    for (const warning of warnings) Annotations.of(this).addWarningV2('cdk-hybrid-llm:HybridLlm.config', warning);
    const mapped = fromConfig(config);
    const { logRetention, removalPolicy } = mapped;
    const resolved = resolve(config, lock);
    this.tell(label, resolved);

    const keep = Duration.days(config.records.logDays);
    const takesAccessLogs = Object.keys(mapped.hosted).length > 0;
    const logBucket = new LogBucket(this, 'Logs', { keep, takesAccessLogs, removalPolicy });
    this.network = this.networkOf(mapped, props.vpc, logBucket);
    const topic = props.topic ?? this.topicOf(mapped.notify);
    const lanes: string[] = config.lanes;
    if (Object.keys(mapped.hosted).length > 0) {
      const { hubSecretName } = mapped;
      this.modelStore = new ModelStore(this, 'Models', {
        ...{ logBucket, logRetention, removalPolicy },
        ...(hubSecretName !== undefined && {
          huggingFaceToken: secretsmanager.Secret.fromSecretNameV2(this, 'Secret-hub', hubSecretName),
        }),
      });
      this.fleets = this.fleetsOf(mapped, resolved, {
        deployment,
        modelStore: this.modelStore,
        logBucket,
        removalPolicy,
      });
      const fleets = Object.values(this.fleets);
      this.fleetController = new FleetController(this, 'FleetController', { fleets, logRetention, removalPolicy });
    } else {
      this.fleets = {};
    }
    const fleetNames = Object.keys(this.fleets);

    const ledger = new LedgerTable(this, 'Ledger', { removalPolicy });
    this.router = new LlmRouter(this, 'Router', {
      ...mapped.router({
        fleets: { ...this.fleets, ...mapValues(mapped.running, (running) => new ExistingReplicas(running)) },
        providers: mapValues(mapped.providers, (provider) => this.providerOf(provider)),
      }),
      network: this.network,
      ledger,
      _alreadyTold: props.config._warningCodes,
      logRetention,
      removalPolicy,
      ...(props.fronts !== undefined && { fronts: props.fronts }),
    });
    this.spendGuard = new SpendGuard(this, 'SpendGuard', {
      ...mapped.spend,
      deployment,
      ledger,
      fleets: Object.entries(this.fleets).map(([name, { fleetTable }]) => ({ name, table: fleetTable })),
      logRetention,
      removalPolicy,
      ...(topic !== undefined && { topic }),
    });
    this.alarms = new LlmAlarms(this, 'Alarms', {
      ...mapped.alarms,
      deployment,
      lanes,
      fleets: fleetNames,
      meter: this.spendGuard.meter,
      ...(this.fleetController !== undefined && { controllers: [this.fleetController] }),
      topics: topic === undefined ? [] : [topic],
      acknowledgeNoActions: mapped.notify?.length === 0,
    });
    // Without a fleet there is no host that it could interrupt.
    if (mapped.spotInterruption && fleetNames.length > 0) {
      const stopAlarms = this.alarms.failingRequests;
      this.spotInterruption = new SpotInterruptionExperiment(this, 'SpotInterruption', { deployment, stopAlarms });
    }
    this.dashboard = new LlmDashboard(this, 'Dashboard', {
      ...mapped.alarms,
      deployment,
      lanes,
      fleets: fleetNames,
    });
    ResidencyProof.enforce(this);
    MetricContract.enforce(this);
    addOutputs(this, {
      Url: this.router.url,
      SealedUrl: this.router.sealedUrl,
      ClientSecurityGroupId: this.router.clientSecurityGroup?.securityGroupId,
      OpenFunctionName: this.router.openFunction?.functionName,
      SealedFunctionName: this.router.sealedFunction?.functionName,
      KeysTableName: this.router.keysTable.tableName,
      LedgerTableName: ledger.tableName,
      FleetTableName: Object.values(this.fleets)[0]?.fleetTable.tableName,
      LogBucketName: fleetNames.length === 0 ? undefined : logBucket.bucketName,
      ModelBucketName: this.modelStore?.bucket.bucketName,
      MirrorProjectName: this.modelStore?.mirrorProject?.projectName,
      SpotInterruptionTemplateId: this.spotInterruption?.experimentTemplateId,
    });
  }

  /** Mistakes that a new lock file mends end it: without a choice there is no fleet, and without it no policy. */
  private tell(label: string, { problems }: Resolved): void {
    const errors = problems.filter(({ severity }) => severity === 'error');
    if (errors.length > 0) throw new ConfigError(errors.map(({ message }) => `${label}: ${message}`).join('\n'));
    for (const { message } of problems) Annotations.of(this).addWarningV2('cdk-hybrid-llm:HybridLlm.lock', message);
  }

  private networkOf(
    { network, vpcId, endpoints }: FromConfig,
    given: ec2.IVpc | undefined,
    logBucket: s3.IBucket,
  ): PrivateNetwork {
    const vpc = given ?? (vpcId === undefined ? undefined : this.lookedUp(vpcId));
    if (vpc === undefined && endpoints.length > 0) {
      throw new ConfigError(
        `network.endpoints names endpoints of a VPC that is there already (${endpoints.join(', ')}), and the VPC is a new one: set \`network.vpcId\`, or remove \`endpoints\``,
      );
    }
    const make = (): PrivateNetwork =>
      new PrivateNetwork(this, 'Network', {
        ...network,
        // Connections of a VPC that is there already are logged by whoever made it.
        ...(vpc === undefined
          ? { flowLogBucket: logBucket }
          : { vpc, existingEndpoints: existingEndpoints(this, endpoints) }),
      });
    // A VPC handed in is told about where it was handed in, with a stack trace that leads there.
    return vpc === undefined || vpcId === undefined || given !== undefined ? make() : fitting(vpc, vpcId, make);
  }

  /** The one thing that the CDK asks AWS for at synth. */
  private lookedUp(vpcId: string): ec2.IVpc {
    const { account, region } = Stack.of(this);
    if (Token.isUnresolved(account) || Token.isUnresolved(region)) {
      throw new ConfigError(
        `network.vpcId: ${vpcId} is looked up in the stack's account and region, which are not known: log in to AWS (\`aws sso login\`, or set AWS_PROFILE), or give your own stack an \`env\` with both`,
      );
    }
    const vpc = ec2.Vpc.fromLookup(this, 'Vpc', { vpcId });
    // Where the look-up failed the CDK says so here and goes on with a VPC of its own making, whose ids no template may hold.
    const failed = this.node.metadata.find(({ type }) => type === 'aws:cdk:error');
    if (failed !== undefined) {
      throw new ConfigError(
        `network.vpcId: ${vpcId} was looked up in ${region} of account ${account}, and: ${String(failed.data)}; name a VPC of that account and region, or remove \`network.vpcId\` for a new one`,
      );
    }
    return vpc;
  }

  /** Zones, prices and what counts as inside the region are the config's. */
  private checkRegion(wanted: string): void {
    const { region } = Stack.of(this);
    if (Token.isUnresolved(region) || region === wanted) return;
    throw new ConfigError(
      `the config is for ${wanted} and the stack is in ${region}: write \`env: { region: config.region }\``,
    );
  }

  /** `undefined`: nobody is to be told. */
  private topicOf(addresses: readonly string[] = []): sns.Topic | undefined {
    if (addresses.length === 0) return undefined;
    const topic = new sns.Topic(this, 'OnCall', { enforceSSL: true });
    for (const address of addresses) topic.addSubscription(new subscriptions.EmailSubscription(address));
    return topic;
  }

  private fleetsOf(
    { hosted }: FromConfig,
    { choices, amiId, engineDigest }: Resolved,
    shared: Required<Pick<VllmFleetProps, 'deployment' | 'modelStore' | 'logBucket' | 'removalPolicy'>>,
  ): { [name: string]: VllmFleet } {
    const fleetTable = new FleetTable(this, 'Fleets', { removalPolicy: shared.removalPolicy });
    return mapValues(hosted, (fleet, name) => {
      const choice = choices[name];
      if (choice === undefined) throw new Error(`no choice for fleet ${name}`);
      return new VllmFleet(this, `Fleet-${name}`, {
        ...fleet,
        ...chosenOf(choice),
        ...shared,
        network: this.network,
        fleetTable,
        ...(amiId !== null && { machineImage: ec2.MachineImage.genericLinux({ [Stack.of(this).region]: amiId }) }),
        ...(engineDigest !== null && { engineDigest }),
      });
    });
  }

  private providerOf({ secretName, ...provider }: ProviderProps): ClosedProvider {
    if (secretName === undefined) return new ClosedProvider(provider);
    const id = `Secret-${provider.provider}`;
    return new ClosedProvider({ ...provider, secret: secretsmanager.Secret.fromSecretNameV2(this, id, secretName) });
  }
}
