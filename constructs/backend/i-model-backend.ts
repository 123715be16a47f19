import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { IPrivateNetwork } from '../private-network/i-private-network';

/** A place where models run, as a router asks it: a fleet of ours, a closed provider, or one of your own making. */
export interface IModelBackend {
  /** What the router's plan needs to know of it. Without any CDK token: it becomes a part of `plan.json`. */
  readonly description: BackendDescription;

  /**
   * Called once for each lane that can reach it: grants the function what it needs, opens the way to it, and says which
   * account-made names belong to its logical ones. The router itself lets its function out to the addresses of the
   * description.
   */
  bind(options: BackendBindOptions): BackendBinding;
}

/** Exactly one of `fleet` and `provider` is set. */
export interface BackendDescription {
  /** Logical name, unique in a router: in the plan, in records and metrics. */
  readonly name: string;
  readonly fleet?: FleetDescription;
  readonly provider?: ProviderDescription;
}

export interface FleetDescription {
  /** The model's name in the catalogue, or what the engine serves it as. */
  readonly model: string;
  /** `chat` or `embed`. */
  readonly kind: string;
  /** Tokens of prompt and answer together. */
  readonly context: number;
  /** Sequences that one replica serves at once. */
  readonly concurrency: number;
  /** Base URLs of replicas that run already. @default - replicas are rows of the fleet table */
  readonly endpoints?: string[];
  /** What wakes it when it sleeps: `fair`, `always` or `never`. @default 'fair' */
  readonly wake?: string;
  /** Names of LoRA adapters and where they are. @default - none */
  readonly adapters?: { [name: string]: string };
}

export interface ProviderDescription {
  /** Logical name of the secret with the key. @default - no key is sent */
  readonly secret?: string;
  /** `dpa`, `baa` or `zero-retention`. @default - none: public requests only */
  readonly agreementKind?: string;
  /** Where that contract is filed. @default - none */
  readonly agreementRef?: string;
  /** @default - the provider's own address, from the catalogue */
  readonly baseUrl?: string;
  /** `openai`, `anthropic`, `gemini` or `bedrock`. @default - the provider's own */
  readonly protocol?: string;
}

export interface BackendBindOptions {
  /** The lane's function. */
  readonly function: lambda.IFunction;
  /** `open` or `sealed`. */
  readonly lane: string;
  /** The router's network. @default - the function is in no VPC */
  readonly network?: IPrivateNetwork;
  /** The function's security groups. @default - the function is in no VPC */
  readonly connections?: ec2.Connections;
  /** Names the router asks this backend for; `*`: any. */
  readonly models: string[];
}

export interface BackendBinding {
  /** Of a fleet: the table its replicas are in. @default - none */
  readonly fleetTable?: dynamodb.ITable;
  /** Of a provider: the secret with its key. @default - none */
  readonly secret?: secretsmanager.ISecret;
}
