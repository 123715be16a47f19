/** What else a plan should be read with: how much of the time spot replicas answer, what the router carries and costs. */
import { TOGETHER_IN_ONE_POOL, expectedAvailability } from '../economics/availability';
import { requestsPerSecond } from '../economics/lambda-rate';
import { lambdaUsdPerRequest } from '../economics/waiting';
import type { Chosen } from './choose';
import type { PlanReport } from './plan-report';

/** From the order of a host to its first answer. Assumed until a fleet has measured its own. */
const BOOT_SECONDS = 240;
/** Until some pool has capacity: three pools in several zones. Assumed. */
const CAPACITY_WAIT_SECONDS = 300;
/** An answer that is streamed, from the request to its end. Assumed. */
const HELD_SECONDS = 24;
/** Of an account in a region, where nobody raised it. */
const LAMBDA_CONCURRENCY = 1_000;
const ROUTER_MEMORY_MIB = 1_024;
const REPLICAS = [1, 2, 3];

export function outlook(fleets: readonly (readonly [string, Chosen])[]): PlanReport['outlook'] {
  return [...fleets.flatMap(([name, chosen]) => availabilityRows(name, chosen)), ...routerRows()];
}

/** Replicas of one pool go together, so two or three are taken to be in pools of their own as far as there are some. */
function availabilityRows(name: string, { asked, pools }: Chosen): PlanReport['outlook'] {
  const bucket = pools[0]?.instance.interruptedPerMonth ?? null;
  if (!asked.spot || bucket === null) return [];
  const interruptedPerMonth = bucket.to ?? bucket.from;
  const shares = REPLICAS.map((replicas) =>
    expectedAvailability(replicas, {
      interruptedPerMonth,
      bootSeconds: BOOT_SECONDS,
      capacityWaitSeconds: CAPACITY_WAIT_SECONDS,
      servedNoticeSeconds: 0,
      togetherShare: pools.length >= replicas ? 0 : TOGETHER_IN_ONE_POOL,
    }),
  );
  return [
    {
      name: `${name}: spot replicas answer with 1, 2, 3 of them`,
      value: shares.map(nines).join(', '),
      source: `${percent(interruptedPerMonth)} of hosts interrupted in a month (${bucket.asOf}), back after ${(BOOT_SECONDS + CAPACITY_WAIT_SECONDS) / 60} minutes`,
    },
  ];
}

function routerRows(): PlanReport['outlook'] {
  const held = { memoryMiB: ROUTER_MEMORY_MIB, heldSeconds: HELD_SECONDS };
  return [
    {
      name: 'requests a second that the router carries',
      value: requestsPerSecond(LAMBDA_CONCURRENCY, HELD_SECONDS).toFixed(0),
      source: `${LAMBDA_CONCURRENCY} functions at once, ${HELD_SECONDS} s an answer`,
    },
    {
      name: 'a thousand answers of the router',
      value: `$${(lambdaUsdPerRequest(held) * 1000).toFixed(2)}`,
      source: `Lambda waits with them: ${ROUTER_MEMORY_MIB} MiB for ${HELD_SECONDS} s each; from when a container is cheaper is in docs/economics.md`,
    },
  ];
}

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;

/** As many digits as it has nines. Beyond five of them other things fail first. */
function nines(share: number): string {
  if (share > 0.99999) return 'over 99.999 %';
  const digits = Math.max(1, Math.ceil(-Math.log10(1 - share)) - 1);
  return `${(share * 100).toFixed(digits)} %`;
}
