/** The controller's hands: Auto Scaling and EC2. An instance or hook that is gone already is as it should be. */
import {
  type AutoScalingClient,
  type AutoScalingGroup,
  CompleteLifecycleActionCommand,
  DescribeAutoScalingGroupsCommand,
  ResumeProcessesCommand,
  SetDesiredCapacityCommand,
  SuspendProcessesCommand,
  TerminateInstanceInAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import type { Hook, Process } from '../../lib/capacity/actions';
import type { Ec2Instance, GroupState } from '../../lib/capacity/fleet-state';

export interface Capacity {
  /** By name. Rejects where one is missing. */
  groups(names: readonly string[]): Promise<ReadonlyMap<string, GroupState>>;
  /** Instances of the deployment, by fleet. */
  instances(): Promise<ReadonlyMap<string, readonly Ec2Instance[]>>;
  setDesired(group: string, desired: number): Promise<void>;
  /** Lowers the desired capacity by one. */
  terminate(instanceId: string): Promise<void>;
  completeHook(group: string, instanceId: string, hook: Hook): Promise<void>;
  suspend(group: string, process: Process): Promise<void>;
  resume(group: string, process: Process): Promise<void>;
}

/** Auto Scaling lists no more groups in one call. */
const MOST_NAMES = 50;

export const awsCapacity = (
  scaling: AutoScalingClient,
  listInstances: () => Promise<readonly (Ec2Instance & { readonly fleet: string })[]>,
): Capacity => ({
  groups: async (names) => {
    const found = new Map<string, GroupState>();
    for (let start = 0; start < names.length; start += MOST_NAMES) {
      const AutoScalingGroupNames = names.slice(start, start + MOST_NAMES);
      let NextToken: string | undefined;
      do {
        const page = await scaling.send(
          new DescribeAutoScalingGroupsCommand({
            AutoScalingGroupNames,
            MaxRecords: 100,
            ...(NextToken !== undefined && { NextToken }),
          }),
        );
        for (const group of page.AutoScalingGroups ?? [])
          found.set(group.AutoScalingGroupName ?? '', groupState(group));
        NextToken = page.NextToken;
      } while (NextToken !== undefined && NextToken !== '');
    }
    const missing = names.filter((name) => !found.has(name));
    if (missing.length > 0) throw new Error(`Auto Scaling lists no group ${missing.join(', ')}`);
    return found;
  },
  instances: async () => {
    const byFleet = new Map<string, Ec2Instance[]>();
    for (const { fleet, ...instance } of await listInstances()) {
      byFleet.set(fleet, [...(byFleet.get(fleet) ?? []), instance]);
    }
    return byFleet;
  },
  setDesired: async (AutoScalingGroupName, DesiredCapacity) => {
    await scaling.send(new SetDesiredCapacityCommand({ AutoScalingGroupName, DesiredCapacity, HonorCooldown: false }));
  },
  terminate: (InstanceId) =>
    unlessGone(
      scaling.send(
        new TerminateInstanceInAutoScalingGroupCommand({ InstanceId, ShouldDecrementDesiredCapacity: true }),
      ),
    ),
  completeHook: (AutoScalingGroupName, InstanceId, LifecycleHookName) =>
    unlessGone(
      scaling.send(
        new CompleteLifecycleActionCommand({
          AutoScalingGroupName,
          InstanceId,
          LifecycleHookName,
          LifecycleActionResult: 'CONTINUE',
        }),
      ),
    ),
  suspend: async (AutoScalingGroupName, process) => {
    await scaling.send(new SuspendProcessesCommand({ AutoScalingGroupName, ScalingProcesses: [process] }));
  },
  resume: async (AutoScalingGroupName, process) => {
    await scaling.send(new ResumeProcessesCommand({ AutoScalingGroupName, ScalingProcesses: [process] }));
  },
});

function groupState(group: AutoScalingGroup): GroupState {
  const template = group.MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification ?? group.LaunchTemplate;
  return {
    desired: group.DesiredCapacity ?? 0,
    templateVersion: template?.Version ?? null,
    suspended: (group.SuspendedProcesses ?? []).flatMap(({ ProcessName }) => ProcessName ?? []),
    instances: (group.Instances ?? []).flatMap((instance) =>
      instance.InstanceId === undefined
        ? []
        : {
            id: instance.InstanceId,
            lifecycle: instance.LifecycleState ?? '',
            type: instance.InstanceType ?? '',
            zone: instance.AvailabilityZone ?? '',
            templateVersion: instance.LaunchTemplate?.Version ?? null,
          },
    ),
  };
}

/** What Auto Scaling says of an instance or a hook that is not there any more, or not yet. */
const GONE = /not found|no active lifecycle action|cannot be terminated|not part of/i;

async function unlessGone(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error && /Validation/.test(error.name) && GONE.test(error.message)) return;
    throw error;
  }
}
