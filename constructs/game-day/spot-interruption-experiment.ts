import { Annotations, Aws, CfnResource, Stack, Validations } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as fis from 'aws-cdk-lib/aws-fis';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { DEPLOYMENT_TAG, FLEET_TAG } from '../../lib/spend/meter-names';
import { acknowledgeWildcard } from '../acknowledge-wildcard';
import { SelfContainedRole } from '../self-contained-role';

export interface SpotInterruptionExperimentProps {
  /** Name of the deployment whose hosts may be interrupted, as their tag has it. */
  readonly deployment: string;

  /**
   * The one fleet whose hosts may be interrupted.
   *
   * @default - any of the deployment
   */
  readonly fleetName?: string;

  /**
   * Spot hosts that are interrupted, chosen by chance: 1 to 5, which is what the service takes in one action.
   *
   * @default 1
   */
  readonly hosts?: number;

  /**
   * Minutes from the rebalance recommendation, which comes first, to the end of the host: 2 to 15. The notice comes two
   * minutes before the end, so that with 2 both come at once.
   *
   * @default 2
   */
  readonly minutes?: number;

  /**
   * Alarms that end the experiment, and keep it from beginning while they ring; at most five.
   *
   * @default - none
   */
  readonly stopAlarms?: cloudwatch.IAlarm[];
}

/**
 * A game day: EC2 takes a spot host of a deployment back, when somebody starts it, as it does by itself some day.
 *
 * **Creates** an experiment template of AWS Fault Injection Service and its role, which may interrupt spot instances with the
 * deployment's tag and do nothing else. Nothing happens until somebody starts an experiment from it: `docs/game-day.md`.
 *
 * **Costs per month**: nothing; an experiment $0.10 for each minute that it lasts.
 *
 * **Limitations**
 * - A host that was told to go goes: to stop the experiment spares only those that were not told yet.
 * - With no spot host that runs, the experiment fails and says so.
 * - Not in every region: AWS lists Jakarta, Osaka, the UAE and China as without it.
 *
 * ```ts
 * new SpotInterruptionExperiment(this, 'GameDay', { deployment: 'acme-llm', fleetName: 'llama-8b' });
 * ```
 */
export class SpotInterruptionExperiment extends Construct {
  /** To start an experiment with. */
  readonly experimentTemplateId: string;

  constructor(scope: Construct, id: string, props: SpotInterruptionExperimentProps) {
    super(scope, id);
    const { deployment, fleetName, hosts = 1, minutes = 2, stopAlarms = [] } = props;
    this.check('hosts', hosts, 1, MOST_HOSTS);
    this.check('minutes', minutes, 2, 15);
    this.check('stopAlarms.length', stopAlarms.length, 0, MOST_STOP_CONDITIONS);
    const role = this.role(deployment);
    const template = new fis.CfnExperimentTemplate(this, 'Resource', {
      description: `EC2 takes ${hosts === 1 ? 'a spot host' : `${hosts} spot hosts`} of ${[deployment, fleetName].filter(Boolean).join(', fleet ')} back`,
      roleArn: role.roleArn,
      targets: {
        [TARGET]: {
          resourceType: 'aws:ec2:spot-instance',
          resourceTags: { [DEPLOYMENT_TAG]: deployment, ...(fleetName !== undefined && { [FLEET_TAG]: fleetName }) },
          filters: [{ path: 'State.Name', values: ['running'] }],
          selectionMode: `COUNT(${hosts})`,
        },
      },
      actions: {
        interrupt: {
          actionId: 'aws:ec2:send-spot-instance-interruptions',
          description: 'A rebalance recommendation, a notice two minutes before the end, the end',
          parameters: { durationBeforeInterruption: `PT${minutes}M` },
          targets: { SpotInstances: TARGET },
        },
      },
      stopConditions:
        stopAlarms.length === 0
          ? [{ source: 'none' }]
          : stopAlarms.map(({ alarmArn }) => ({ source: 'aws:cloudwatch:alarm', value: alarmArn })),
      // A game day on nothing would look like one that went well.
      experimentOptions: { accountTargeting: 'single-account', emptyTargetResolutionMode: 'fail' },
      tags: { Name: `${deployment}-spot-interruption` },
    });
    // The service looks at the role when the template is made.
    template.addResourceDependency(role.node.defaultChild as CfnResource);
    this.experimentTemplateId = template.attrId;
  }

  private role(deployment: string): iam.Role {
    const { partition, region, account } = Stack.of(this);
    const role = new SelfContainedRole(this, 'Role', {
      description: `Game day of ${deployment}: interrupts spot hosts with its tag`,
      assumedBy: new iam.ServicePrincipal('fis.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
          ArnLike: { 'aws:SourceArn': `arn:${partition}:fis:${region}:${account}:experiment/*` },
        },
      }),
    });
    const instances = `arn:${partition}:ec2:${region}:${account}:instance/*`;
    role.addToPrincipalPolicy(
      new iam.PolicyStatement({
        sid: 'HostsHaveAnIdInTheirArnAndAreHeldByTheirTag',
        actions: ['ec2:SendSpotInstanceInterruptions'],
        resources: [instances],
        conditions: { StringEquals: { [`aws:ResourceTag/${DEPLOYMENT_TAG}`]: deployment } },
      }),
    );
    role.addToPrincipalPolicy(
      new iam.PolicyStatement({
        sid: 'DescribeExistsOnlyOnStar',
        actions: ['ec2:DescribeInstances'],
        resources: ['*'],
      }),
    );
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'ec2:DescribeInstances takes no narrower resource and only reads.',
    });
    acknowledgeWildcard(
      role,
      instances,
      'Which hosts there are is known only when the experiment runs: they are held by the deployment’s tag.',
    );
    return role;
  }

  private check(name: string, value: number, least: number, most: number): void {
    if (Number.isInteger(value) && value >= least && value <= most) return;
    Annotations.of(this).addError(`${name} expected a whole number from ${least} to ${most}, got ${value}`);
  }
}

const TARGET = 'spotHosts';
/** Sources: FIS user guide, quotas: five spot instances by one action, five stop conditions a template (as of 2026-11-21). */
const MOST_HOSTS = 5;
const MOST_STOP_CONDITIONS = 5;
