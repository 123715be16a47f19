/**
 * What it costs that a Lambda function waits while a model writes, and from which steady rate a container is cheaper.
 *
 * A function is charged for the whole time it holds a request, whether it works or waits; a container holds hundreds at once.
 */
import { computeUsd } from '../../config/catalog/compute-prices';
import { type Crossing, cheaperFrom } from './staircase';
import { HOURS_PER_MONTH, SECONDS_PER_HOUR } from './time';

const MIB_PER_GIB = 1_024;
const SECONDS_PER_MONTH = HOURS_PER_MONTH * SECONDS_PER_HOUR;

export interface HeldRequests {
  /** Memory of the function. */
  readonly memoryMiB: number;
  /** Mean time from the request to the end of the answer. */
  readonly heldSeconds: number;
}

/** US dollars for one request: memory in GB × seconds × price of a GB-second, plus the price of a request. Arm. */
export const lambdaUsdPerRequest = ({ memoryMiB, heldSeconds }: HeldRequests): number =>
  (memoryMiB / MIB_PER_GIB) * heldSeconds * computeUsd('lambda-gb-second-arm64') + computeUsd('lambda-request');

export interface Containers {
  /** Of one task or instance. */
  readonly usdPerHour: number;
  /** Requests that one holds at a time, with room for peaks. */
  readonly heldRequestsEach: number;
  /** So many run in any case, in different zones. */
  readonly min: number;
  /** The load balancer in front of them. */
  readonly fixedUsdPerMonth: number;
}

/** US dollars an hour of a Fargate task. Linux on Arm. */
export const fargateUsdPerHour = (vcpus: number, memoryGiB: number): number =>
  vcpus * computeUsd('fargate-vcpu-hour-arm64') + memoryGiB * computeUsd('fargate-gb-hour-arm64');

export interface ContainersPay {
  /** A steady rate; above it containers are cheaper and stay so. */
  readonly requestsPerSecond: number;
  readonly containers: number;
  /** What either costs there. */
  readonly usdPerMonth: number;
}

/** `null`: a full container costs more than the functions that it replaces. */
export function containersPayFrom(held: HeldRequests, containers: Containers): ContainersPay | null {
  const crossing: Crossing | null = cheaperFrom({
    unitUsd: lambdaUsdPerRequest(held),
    stepUsd: containers.usdPerHour * HOURS_PER_MONTH,
    stepUnits: (containers.heldRequestsEach / held.heldSeconds) * SECONDS_PER_MONTH,
    fixedUsd: containers.fixedUsdPerMonth,
    minSteps: containers.min,
  });
  return crossing === null
    ? null
    : { requestsPerSecond: crossing.units / SECONDS_PER_MONTH, containers: crossing.steps, usdPerMonth: crossing.usd };
}
