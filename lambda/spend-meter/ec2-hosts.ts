/** The GPU hosts of a deployment, and what the spot market asks for their kind, as EC2 says. */
import {
  DescribeInstancesCommand,
  DescribeSpotPriceHistoryCommand,
  type EC2Client,
  type Instance,
} from '@aws-sdk/client-ec2';
import type { Host } from '../../lib/spend/gpu-cost';
import { type HostKind, spotKey } from '../../lib/spend/gpu-prices';
import { DEPLOYMENT_TAG, FLEET_TAG, UNKNOWN_FLEET } from '../../lib/spend/meter-names';

/** Every instance tagged with the deployment's name, also those that ended within about the last hour. */
export async function listHosts(ec2: EC2Client, deployment: string): Promise<Host[]> {
  const hosts: Host[] = [];
  let token: string | undefined;
  do {
    const page = await ec2.send(
      new DescribeInstancesCommand({
        Filters: [{ Name: `tag:${DEPLOYMENT_TAG}`, Values: [deployment] }],
        ...(token !== undefined && { NextToken: token }),
      }),
    );
    for (const { Instances = [] } of page.Reservations ?? []) hosts.push(...Instances.map(hostOf));
    token = page.NextToken;
  } while (token !== undefined && token !== '');
  return hosts;
}

/** Names of fleets become names of attributes and dimensions, and anyone who may tag instances can write one. */
const FLEET_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
/** EC2 bills an instance in these states. */
const LIVE_STATES: ReadonlySet<string | undefined> = new Set(['pending', 'running']);

function hostOf(instance: Instance): Host {
  const { InstanceId, InstanceType, LaunchTime } = instance;
  if (InstanceId === undefined || InstanceType === undefined || LaunchTime === undefined) {
    throw new Error(`EC2 listed an instance without id, type or launch time (${InstanceId ?? 'no id'})`);
  }
  const fleet = instance.Tags?.find(({ Key }) => Key === FLEET_TAG)?.Value ?? '';
  const live = LIVE_STATES.has(instance.State?.Name);
  return {
    id: InstanceId,
    fleet: FLEET_NAME.test(fleet) ? fleet : UNKNOWN_FLEET,
    instanceType: InstanceType,
    zone: instance.Placement?.AvailabilityZone ?? '',
    spot: instance.InstanceLifecycle === 'spot',
    launchMs: LaunchTime.getTime(),
    live,
    endMs: live ? null : endOf(instance.StateTransitionReason),
  };
}

/** `User initiated (2026-11-21 10:00:00 GMT)`; of interrupted spot instances the reason has no time. */
function endOf(reason: string | undefined): number | null {
  const [, day, time] = /\((\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) (?:GMT|UTC)\)/.exec(reason ?? '') ?? [];
  return day === undefined || time === undefined ? null : Date.parse(`${day}T${time}Z`);
}

/** Spot prices that hold now, by `spotKey`. Of each type in each zone the newest counts. */
export async function spotPrices(
  ec2: EC2Client,
  kinds: readonly HostKind[],
  nowMs: number,
): Promise<Map<string, number>> {
  const types = new Set(kinds.filter(({ spot }) => spot).map(({ instanceType }) => instanceType));
  const newest = new Map<string, { readonly usd: number; readonly sinceMs: number }>();
  if (types.size === 0) return new Map();
  let token: string | undefined;
  do {
    // A history that begins now holds the last change before it: the price in force.
    const page = await ec2.send(
      new DescribeSpotPriceHistoryCommand({
        InstanceTypes: [...types] as never[],
        ProductDescriptions: ['Linux/UNIX'],
        StartTime: new Date(nowMs),
        ...(token !== undefined && { NextToken: token }),
      }),
    );
    for (const { InstanceType, AvailabilityZone, SpotPrice, Timestamp } of page.SpotPriceHistory ?? []) {
      const usd = Number(SpotPrice);
      if (InstanceType === undefined || AvailabilityZone === undefined || !(usd > 0)) continue;
      const key = spotKey(InstanceType, AvailabilityZone);
      const sinceMs = Timestamp?.getTime() ?? 0;
      if (sinceMs >= (newest.get(key)?.sinceMs ?? 0)) newest.set(key, { usd, sinceMs });
    }
    token = page.NextToken;
  } while (token !== undefined && token !== '');
  return new Map([...newest].map(([key, { usd }]) => [key, usd]));
}
