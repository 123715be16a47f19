import type { Duration, RemovalPolicy, Size } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { IModelStore } from '../model-store/i-model-store';
import type { IPrivateNetwork } from '../private-network/i-private-network';
import type { FleetScalingProps } from './fleet-scaling';

/** What a model is for. */
export enum ModelKind {
  CHAT = 'chat',
  EMBED = 'embed',
}

export interface VllmFleetProps extends FleetScalingProps {
  /** Hosts go into its isolated subnets, in every zone that these have. */
  readonly network: IPrivateNetwork;

  /** Where hosts read the weights. */
  readonly modelStore: IModelStore;

  /** The model's name on the hub, such as `Qwen/Qwen3-8B`. */
  readonly model: string;

  /** Interchangeable instance types, at most 40, the preferred first. One engine takes a whole instance. */
  readonly instanceTypes: string[];

  /**
   * Logical name, unique in a deployment: in the fleet table, in tags and metrics.
   *
   * @default - the construct's id in lower case
   */
  readonly fleetName?: string;

  /**
   * Name of the deployment that the fleet belongs to: in tags and metrics.
   *
   * @default - the stack's name in lower case, as a router's
   */
  readonly deployment?: string;

  /**
   * Repository whose weights are loaded, such as one that has them in a smaller number format.
   *
   * @default - the model's own
   */
  readonly checkpoint?: string;

  /**
   * Commit of that repository.
   *
   * @default 'main', at the commit that it was when it was first copied into the model store
   */
  readonly revision?: string;

  /**
   * What the model is for.
   *
   * @default ModelKind.CHAT
   */
  readonly kind?: ModelKind;

  /**
   * Tokens of prompt and answer together.
   *
   * @default 8192
   */
  readonly context?: number;

  /**
   * Sequences that one replica serves at once.
   *
   * @default 16
   */
  readonly concurrency?: number;

  /**
   * GPUs that one replica is spread over.
   *
   * @default 1
   */
  readonly tensorParallel?: number;

  /**
   * Further arguments of `vllm serve`, such as `--quantization` for weights that it shrinks while it loads them.
   *
   * @default - none
   */
  readonly vllmArguments?: string[];

  /**
   * LoRA adapters: the name that requests call → a folder `s3://BUCKET/PREFIX/` of this account.
   *
   * @default - none
   */
  readonly adapters?: { [name: string]: string };

  /**
   * Digest (`sha256:…`) of the engine's image in AWS's registry.
   *
   * @default - the full version that the catalogue names
   */
  readonly engineDigest?: string;

  /**
   * Amazon Linux 2023 with NVIDIA driver, container runtime and toolkit.
   *
   * @default - AWS's GPU deep learning image: the newest one at each deployment
   */
  readonly machineImage?: ec2.IMachineImage;

  /**
   * Root volume, with the engine's image. Caches and adapters go to the instance's own disks where it has some.
   *
   * @default Size.gibibytes(120)
   */
  readonly rootVolumeSize?: Size;

  /**
   * Reads and writes a second; above 3000 they cost $0.005 each a month, while the host runs.
   *
   * @default 4000
   */
  readonly rootVolumeIops?: number;

  /**
   * MiB a second; above 125 they cost $0.04 each a month, while the host runs.
   *
   * @default 500
   */
  readonly rootVolumeThroughput?: number;

  /**
   * Table that the fleet's replicas register in; several fleets may share one.
   *
   * @default - a new `FleetTable`
   */
  readonly fleetTable?: dynamodb.ITable;

  /**
   * Where hosts put the logs of boot and engine, below `hosts/DEPLOYMENT/FLEET/`, and what the engine compiles, below
   * `compiled/DEPLOYMENT/FLEET/`, so that later hosts start a minute sooner. They hold no prompts. The policy of a bucket in the
   * same stack lets them.
   *
   * @default - logs end with the host, and each host compiles anew
   */
  readonly logBucket?: s3.IBucket;

  /**
   * How long a group waits for a new host to be reported ready before it counts it as in service all the same. From half a
   * minute to two hours.
   *
   * @default Duration.minutes(30)
   */
  readonly bootTimeout?: Duration;

  /**
   * How long a group waits for a host's last requests before it terminates it. The host is paid for meanwhile. From half a
   * minute to two hours.
   *
   * @default Duration.minutes(15)
   */
  readonly drainTimeout?: Duration;

  /**
   * What becomes of the fleet table made here with the stack.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}
