import { Duration, type RemovalPolicy, Tokenization, Validations } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { ENVIRONMENT, fleetTableVariable } from '../../lib/plan/environment';
import { NAMESPACE } from '../../lib/records/metrics';
import { KILL_SWITCH_VARIABLE, METERED_FLEETS_VARIABLE, MONTHLY_USD_VARIABLE } from '../../lib/spend/meter-names';
import { allowRedundantDependency } from '../redundant-dependency';
import { bundledAsset } from '../assets';
import { SelfContainedRole } from '../self-contained-role';
import type { MeteredFleet } from './metered-fleet';

export interface MeterFunctionProps {
  readonly deployment: string;
  readonly ledger: dynamodb.ITable;
  readonly fleets: MeteredFleet[];
  /** @default - fleets are told of no stage */
  readonly killSwitch?: MeteredBudget;
  readonly logRetention: logs.RetentionDays;
  /** @default RemovalPolicy.RETAIN */
  readonly removalPolicy?: RemovalPolicy;
}

/** What the meter compares the month's spend with. */
export interface MeteredBudget {
  /** US dollars. */
  readonly monthlyUsd: number;
  /** Such as `notify@80`. */
  readonly stages: string[];
}

/** The function that counts what GPU hosts cost and tells fleets the budget's stage, with a role and a log group of its own. It is in no VPC. */
export class MeterFunction extends Construct {
  readonly function: lambda.Function;

  constructor(scope: Construct, id: string, props: MeterFunctionProps) {
    super(scope, id);
    const { deployment, ledger, fleets, killSwitch } = props;
    const logGroup = new logs.LogGroup(this, 'LogGroup', {
      retention: props.logRetention,
      ...(props.removalPolicy !== undefined && { removalPolicy: props.removalPolicy }),
    });
    const role = new SelfContainedRole(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      description: `Spend meter of ${deployment}: what its function may do.`,
    });
    logGroup.grantWrite(role);
    for (const statement of STATEMENTS) role.addToPolicy(statement());
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'ec2:DescribeInstances, ec2:DescribeSpotPriceHistory and cloudwatch:PutMetricData take no narrower resource; the first two only read, the third is held to one namespace by a condition.',
    });
    ledger.grant(role, 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem');
    ledger.encryptionKey?.grant(role, 'kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey');
    for (const table of new Set(fleets.map((fleet) => fleet.table))) {
      const names = fleets.filter((fleet) => fleet.table === table).map(({ name }) => name);
      table.grant(role, 'dynamodb:Query');
      allowCommands(role, table, names);
      table.encryptionKey?.grant(role, 'kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey');
    }
    this.function = new lambda.Function(this, 'Resource', {
      description: `Counts what the GPU hosts of ${deployment} cost, publishes spend and replicas, and tells fleets the budget's stage.`,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      handler: 'index.handler',
      code: lambda.Code.fromAsset(bundledAsset('spend-meter')),
      timeout: Duration.minutes(2),
      memorySize: 256,
      environment: {
        [ENVIRONMENT.deployment]: deployment,
        [ENVIRONMENT.ledgerTable]: ledger.tableName,
        [METERED_FLEETS_VARIABLE]: fleets.map(({ name }) => name).join(','),
        ...Object.fromEntries(fleets.map(({ name, table }) => [fleetTableVariable(name), table.tableName])),
        ...(killSwitch !== undefined && {
          [MONTHLY_USD_VARIABLE]: Tokenization.stringifyNumber(killSwitch.monthlyUsd),
          [KILL_SWITCH_VARIABLE]: killSwitch.stages.join(','),
        }),
      },
      role,
      logGroup,
    });
    allowRedundantDependency(this.function);
  }
}

/** Rows of these fleets alone. Also without a kill switch: one that was taken out of the config has to be taken back. */
function allowCommands(role: iam.Role, table: dynamodb.ITable, fleets: readonly string[]): void {
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: ['dynamodb:PutItem'],
      resources: [table.tableArn],
      conditions: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': fleets } },
    }),
  );
}

/** What exists on no narrower resource than `*`. */
const STATEMENTS = [
  () =>
    new iam.PolicyStatement({
      sid: 'DescribeInstancesAndPricesExistOnlyOnStar',
      actions: ['ec2:DescribeInstances', 'ec2:DescribeSpotPriceHistory'],
      resources: ['*'],
    }),
  () =>
    new iam.PolicyStatement({
      sid: 'PutMetricDataExistsOnlyOnStarAndIsHeldToOneNamespace',
      actions: ['cloudwatch:PutMetricData'],
      resources: ['*'],
      conditions: { StringEquals: { 'cloudwatch:namespace': NAMESPACE } },
    }),
];
