import type { RemovalPolicy } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { IPrivateNetwork } from '../private-network/i-private-network';
import type { PolicyExpectation, RouterBudget, RouterModel, RouterRoute, RouterTenant, Sensitivity } from './policy';
import type { RouterFront } from './router-front';

/** A way through the router, each with a function, a network and a plan of its own. */
export enum RouterLane {
  /** `/v1`: reaches closed providers too; what may not leave is held back by code. */
  OPEN = 'open',
  /** `/sealed/v1`: reaches fleets alone, from subnets without any way out. */
  SEALED = 'sealed',
}

export interface LlmRouterProps {
  /**
   * Names the deployment in metrics and in the function's environment. Two routers in one stack need two names, or their
   * metrics are one.
   *
   * @default - the stack's name in lower case
   */
  readonly deployment?: string;
  /** @default - the open lane where the network has one, and the sealed lane where there is a network and a fleet */
  readonly lanes?: RouterLane[];
  /** @default - none: the open lane's function is in no VPC and reaches closed providers only */
  readonly network?: IPrivateNetwork;
  /** What callers may name. A name that ends in `*` stands for every name with that beginning. */
  readonly models: { [name: string]: RouterModel };
  /** Where `model: auto` and `task:NAME` go. The first that matches; the last has no condition. */
  readonly routes: RouterRoute[];
  /** Tests of the policy, run at synth. @default - none */
  readonly expect?: PolicyExpectation[];
  /** @default - keys of any tenant, without limits */
  readonly tenants?: { [name: string]: RouterTenant };
  /** @default - see `Sensitivity` */
  readonly sensitivity?: Sensitivity;
  /** @default - no cap */
  readonly budget?: RouterBudget;
  /** @default - a private API where there is a network, else function URLs */
  readonly fronts?: RouterFront[];
  /** Admitted at the private API's endpoint: attach it to whatever calls the router. @default - a new one */
  readonly clientSecurityGroup?: ec2.ISecurityGroup;
  /** Callers' keys, with the partition key of `KeysTable`. @default - a new table */
  readonly keysTable?: dynamodb.ITable;
  /** Spend, with the partition key of `LedgerTable`. @default - a new table */
  readonly ledger?: dynamodb.ITable;
  /** Memory of each lane's function, which gets processor time in proportion. @default 1024 */
  readonly memorySizeMiB?: number;
  /**
   * Most requests that each lane serves at once. A stream holds one function environment until it ends: at 20 seconds
   * each, 100 environments are 5 requests per second. It is taken out of the account's quota, of which 100 must be left;
   * new accounts have as little as 10 in all.
   *
   * @default - what the account has left (1,000 in most: 50 requests per second at 20 seconds each)
   */
  readonly reservedConcurrency?: number;
  /** How long decision records and metrics lines are kept. @default RetentionDays.ONE_MONTH */
  readonly logRetention?: logs.RetentionDays;
  /** Of tables and log groups. @default RemovalPolicy.RETAIN */
  readonly removalPolicy?: RemovalPolicy;
  /** @internal Codes of warnings that were told already, with their place in the file that the policy is from. */
  readonly _alreadyTold?: readonly string[];
}
