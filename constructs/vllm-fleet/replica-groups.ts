import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import { GPU_HOST_ROLE, ROLE_MARK } from '../../lib/proof/marks';
import { DEPLOYMENT_TAG, FLEET_TAG } from '../../lib/spend/meter-names';
import { type Duration, Tags } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';

export interface ReplicaGroupProps {
  readonly launchTemplate: ec2.LaunchTemplate;
  readonly subnetIds: string[];
  /** In the order of preference. */
  readonly instanceTypes: readonly string[];
  readonly maxReplicas: number;
  readonly spot: boolean;
  readonly reservations: readonly string[];
  readonly bootTimeout: Duration;
  readonly drainTimeout: Duration;
  readonly deployment: string;
  readonly fleetName: string;
}

/** EC2's own checks begin to count this long after an instance is in service. */
const HEALTH_GRACE_SECONDS = 300;

/**
 * A group of hosts that does what it is told: how many there are is set from outside, by API. Written as the bare resource,
 * since CDK's own class would add a rolling update, which waits for GPUs during a deployment and then rolls all of it back.
 *
 * Left out on purpose: `DesiredCapacity` (each deployment would reset the fleet), target groups (a group then waits for
 * deregistration before it tells the host anything), scaling policies, `CapacityRebalance` (goes over the maximum).
 */
export function replicaGroup(scope: Construct, id: string, props: ReplicaGroupProps): autoscaling.CfnAutoScalingGroup {
  const launchTemplate = {
    launchTemplateId: props.launchTemplate.launchTemplateId,
    version: props.launchTemplate.latestVersionNumber,
  };
  const group = new autoscaling.CfnAutoScalingGroup(scope, id, {
    minSize: '0',
    maxSize: String(props.maxReplicas),
    vpcZoneIdentifier: props.subnetIds,
    mixedInstancesPolicy: {
      launchTemplate: {
        launchTemplateSpecification: launchTemplate,
        overrides: props.instanceTypes.map((instanceType) => ({ instanceType })),
      },
      instancesDistribution: {
        onDemandBaseCapacity: 0,
        onDemandPercentageAboveBaseCapacity: props.spot ? 0 : 100,
        ...(props.spot
          ? { spotAllocationStrategy: 'price-capacity-optimized' }
          : { onDemandAllocationStrategy: 'prioritized' }),
      },
    },
    ...(props.reservations.length > 0 && {
      capacityReservationSpecification: {
        capacityReservationPreference: 'capacity-reservations-first',
        capacityReservationTarget: { capacityReservationIds: [...props.reservations] },
      },
    }),
    // Where the controller lowers what a group was asked for in the moment in which it launches, the new host goes.
    terminationPolicies: ['NewestInstance'],
    healthCheckType: 'EC2',
    healthCheckGracePeriod: HEALTH_GRACE_SECONDS,
    // Inside of the group, so that no instance can start before them.
    lifecycleHookSpecificationList: [
      // CONTINUE, since ABANDON replaces a host that does not boot by another one, for ever, at the price of a GPU.
      hook('boot', 'autoscaling:EC2_INSTANCE_LAUNCHING', props.bootTimeout),
      hook('drain', 'autoscaling:EC2_INSTANCE_TERMINATING', props.drainTimeout),
    ],
    launchTemplate,
  });
  // cdk-nag looks for it there, to check that volumes are encrypted, and breaks off without it; a group takes it once.
  group.addPropertyDeletionOverride('LaunchTemplate');
  // Both signs by which the residency proof knows hosts. Their own tags are the launch template's.
  const own = { applyToLaunchedInstances: false };
  Tags.of(group).add(ROLE_MARK, GPU_HOST_ROLE, own);
  // What the controller's role goes by.
  Tags.of(group).add(DEPLOYMENT_TAG, props.deployment, own);
  Tags.of(group).add(FLEET_TAG, props.fleetName, own);
  group.addMetadata(ROLE_MARK, GPU_HOST_ROLE);
  return group;
}

const hook = (name: string, lifecycleTransition: string, timeout: Duration) => ({
  lifecycleHookName: name,
  lifecycleTransition,
  heartbeatTimeout: timeout.toSeconds(),
  defaultResult: 'CONTINUE',
});
