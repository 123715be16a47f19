import { Duration, type RemovalPolicy, Stack, Token, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import {
  FLEET_BINDINGS_VARIABLE,
  FLEET_TABLE_VARIABLE,
  type ControlledFleet,
  type FleetBinding,
} from '../../lib/capacity/controlled-fleet';
import { ENVIRONMENT } from '../../lib/plan/environment';
import { DEPLOYMENT_TAG } from '../../lib/spend/meter-names';
import { grantList } from '../model-store/read-prefix';
import { allowRedundantDependency } from '../redundant-dependency';
import { SelfContainedRole } from '../self-contained-role';
import { controlledFleet, controllerCode } from './controller-asset';
import type { IControlledFleet } from './i-controlled-fleet';

export interface ControllerFunctionProps {
  readonly deployment: string;
  readonly table: dynamodb.ITable;
  readonly fleets: IControlledFleet[];
  readonly logRetention: logs.RetentionDays;
  /** @default RemovalPolicy.RETAIN */
  readonly removalPolicy?: RemovalPolicy;
}

/** The function that sets what the groups' capacity is, with a role and a log group of its own. It is in no VPC. */
export class ControllerFunction extends Construct {
  readonly function: lambda.Function;

  constructor(scope: Construct, id: string, props: ControllerFunctionProps) {
    super(scope, id);
    const { deployment, table, fleets } = props;
    const logGroup = new logs.LogGroup(this, 'LogGroup', {
      retention: props.logRetention,
      ...(props.removalPolicy !== undefined && { removalPolicy: props.removalPolicy }),
    });
    const role = new SelfContainedRole(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      description: `Fleet controller of ${deployment}: what its function may do.`,
    });
    logGroup.grantWrite(role);
    this.allowGroups(role, deployment);
    this.allowTable(role, table, fleets);
    for (const fleet of fleets) allowManifest(role, fleet);

    this.function = new lambda.Function(this, 'Resource', {
      description: `Starts, replaces and ends the GPU hosts of ${deployment}.`,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      handler: 'index.handler',
      code: controllerCode(this, fleets),
      timeout: Duration.minutes(1),
      memorySize: 256,
      environment: {
        [ENVIRONMENT.deployment]: deployment,
        [FLEET_TABLE_VARIABLE]: table.tableName,
        [FLEET_BINDINGS_VARIABLE]: Stack.of(this).toJsonString(
          Object.fromEntries(fleets.map((fleet) => [fleet.fleetName, bindingOf(fleet)])),
        ),
      },
      role,
      logGroup,
      // The next minute looks again at everything. By itself Lambda would look twice more, and for six hours later on.
      retryAttempts: 0,
      maxEventAge: Duration.minutes(1),
    });
    allowRedundantDependency(this.function);
  }

  private allowGroups(role: iam.Role, deployment: string): void {
    role.addToPolicy(
      new iam.PolicyStatement({
        sid: 'GroupsHaveAnIdInTheirArnAndAreHeldByTheirTag',
        actions: [
          'autoscaling:SetDesiredCapacity',
          'autoscaling:TerminateInstanceInAutoScalingGroup',
          'autoscaling:CompleteLifecycleAction',
          'autoscaling:SuspendProcesses',
          'autoscaling:ResumeProcesses',
        ],
        resources: ['*'],
        conditions: { StringEquals: { [`aws:ResourceTag/${DEPLOYMENT_TAG}`]: deployment } },
      }),
    );
    role.addToPolicy(
      new iam.PolicyStatement({
        sid: 'DescribeExistsOnlyOnStar',
        actions: ['autoscaling:DescribeAutoScalingGroups', 'ec2:DescribeInstances'],
        resources: ['*'],
      }),
    );
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'autoscaling:DescribeAutoScalingGroups and ec2:DescribeInstances take no narrower resource and only read. What changes groups is held to those with the deployment’s tag, since their ARNs have an id in them that nobody knows before.',
    });
  }

  private allowTable(role: iam.Role, table: dynamodb.ITable, fleets: readonly IControlledFleet[]): void {
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['dynamodb:Query', 'dynamodb:PutItem', 'dynamodb:DeleteItem'],
        resources: [table.tableArn],
        conditions: {
          'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': fleets.map(({ fleetName }) => fleetName) },
        },
      }),
    );
    table.encryptionKey?.grant(role, 'kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:DescribeKey');
    if (table.tableStreamArn === undefined) return;
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: [
          'dynamodb:DescribeStream',
          'dynamodb:GetRecords',
          'dynamodb:GetShardIterator',
          'dynamodb:ListStreams',
        ],
        resources: [table.tableStreamArn],
      }),
    );
  }
}

/** That the weights are all there, and nothing of what is in them. */
function allowManifest(role: iam.Role, { modelStore, weightsPrefix }: IControlledFleet): void {
  const key = `${weightsPrefix}/manifest.json`;
  role.addToPolicy(
    new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: [modelStore.bucket.arnForObjects(key)] }),
  );
  modelStore.bucket.encryptionKey?.grantDecrypt(role);
  grantList(role, modelStore.bucket, key);
}

/** With the sizes that are known at deployment only: they take the place of those in the file. */
const bindingOf = (fleet: IControlledFleet): FleetBinding & Partial<ControlledFleet> => ({
  groups: { spot: fleet.spotGroup.ref, onDemand: fleet.onDemandGroup.ref },
  bucket: fleet.modelStore.bucket.bucketName,
  ...Object.fromEntries(Object.entries(controlledFleet(fleet)).filter(([, value]) => Token.isUnresolved(value))),
});
