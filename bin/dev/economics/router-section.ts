/** What is left out of such sums altogether: the router in front, and replicas that are away. */
import { hostPrices } from '../../../config/catalog/host-prices';
import { expectedAvailability, TOGETHER_IN_ONE_POOL } from '../../../lib/economics/availability';
import { requestsPerSecond } from '../../../lib/economics/lambda-rate';
import { HOURS_PER_MONTH, MONTHS_PER_YEAR } from '../../../lib/economics/time';
import { containersPayFrom, fargateUsdPerHour, lambdaUsdPerRequest } from '../../../lib/economics/waiting';
import { table, usd } from './markdown';

const MEMORY_MIB = 1_024;
/** Two tasks of 1 vCPU and 2 GB that hold 200 requests each (assumed), and a load balancer. */
const CONTAINERS = { usdPerHour: fargateUsdPerHour(1, 2), heldRequestsEach: 200, min: 2, fixedUsdPerMonth: 16.425 };
const HELD_SECONDS = [5, 20, 60];
const BOOT_SECONDS = 240;
/** Mean time without capacity in one zone, the shortest of nine. Source: skypilot-org/spot-traces, V100, 2023. */
const CAPACITY_WAIT_SECONDS = 0.8 * 3_600;

export function routerSection(): string {
  return `## What such sums leave out

A Lambda function is paid for while it waits for the model. Containers hold many requests at once: two small Fargate tasks behind a load balancer are cheaper from a steady rate on.

${table([
  ['an answer takes', 'a million requests by Lambda', 'containers pay from', '1,000 environments carry'],
  ...HELD_SECONDS.map((heldSeconds) => {
    const held = { memoryMiB: MEMORY_MIB, heldSeconds };
    const pay = containersPayFrom(held, CONTAINERS);
    return [
      `${heldSeconds} s`,
      usd(lambdaUsdPerRequest(held) * 1e6),
      pay === null ? 'never' : `${pay.requestsPerSecond.toFixed(2)} requests a second`,
      `${requestsPerSecond(1_000, heldSeconds).toFixed(0)} requests a second`,
    ];
  }),
])}
Spot hosts go away. Time in a year in which no replica answers, when a boot takes ${BOOT_SECONDS / 60} minutes (assumed) and capacity takes ${CAPACITY_WAIT_SECONDS / 60} minutes to find (the best zone of public traces):

${table([
  [
    'host',
    'interrupted in a month',
    '1 replica',
    '2 in pools of their own',
    '3 in pools of their own',
    '2 in one pool',
  ],
  ...['g6e.xlarge', 'g5.xlarge'].map(availabilityRow),
])}
"Pools of their own" takes for granted that they go one by one. They do not always: in the same traces all four zones of us-east-1 were without capacity for 29 % of the time. Against that only hosts on demand help, or another region.
`;
}

function availabilityRow(instanceType: string): string[] {
  const bucket = hostPrices.find((row) => row.instanceType === instanceType)?.interruptedPerMonth;
  if (bucket === undefined || bucket === null) throw new Error(`how often ${instanceType} is interrupted is not known`);
  // An open bucket, "more than 20 %", is taken as twice that.
  const interruptedPerMonth = bucket.to ?? bucket.from * 2;
  const share = (replicas: number, togetherShare: number): string => {
    const available = expectedAvailability(replicas, {
      interruptedPerMonth,
      bootSeconds: BOOT_SECONDS,
      capacityWaitSeconds: CAPACITY_WAIT_SECONDS,
      servedNoticeSeconds: 0,
      togetherShare,
    });
    return away((1 - available) * HOURS_PER_MONTH * MONTHS_PER_YEAR);
  };
  return [
    instanceType,
    bucket.to === null ? `more than ${bucket.from * 100} %` : `${bucket.from * 100} to ${bucket.to * 100} %`,
    share(1, 0),
    share(2, 0),
    share(3, 0),
    share(2, TOGETHER_IN_ONE_POOL),
  ];
}

/** From hours. */
function away(hours: number): string {
  if (hours >= 1) return `${hours.toFixed(1)} hours`;
  return hours * 60 >= 1 ? `${(hours * 60).toFixed(0)} minutes` : 'under a minute';
}
