/**
 * How much of the time a fleet of spot replicas can be expected to answer.
 *
 * A replica runs for 1/λ hours on average and is then away for d, so it is away a share q = d / (d + 1/λ) of the time.
 * λ = −ln(1 − p) / 730 for a share p of hosts that is interrupted in a month (AWS's Spot Advisor states p). At the notice
 * the host takes no new requests, finishes those it has, and its successor is asked for: d = wait for capacity + boot time.
 * A host that takes new requests until the notice ends is away for max(0, d − notice).
 *
 * Replicas in one pool (same type, same zone) go together: in 92 % of cases within three minutes (arXiv 2604.16457). With a
 * share c of interruptions that take all replicas, none answers for c × q + (1 − c) × q^n of the time.
 */
import { HOURS_PER_MONTH, SECONDS_PER_HOUR } from './time';

/** Share of interruptions that take all hosts of one pool. Source: arXiv 2604.16457. */
export const TOGETHER_IN_ONE_POOL = 0.92;

export interface Interruptions {
  /** Share of hosts that is interrupted in a month, 0 up to but not 1. */
  readonly interruptedPerMonth: number;
  /** From the order of a host to its first answer. */
  readonly bootSeconds: number;
  /** Mean time until some pool has capacity. */
  readonly capacityWaitSeconds: number;
  /** Seconds between the notice and the end in which the host still takes new requests: 0 for ours, which drain at once. */
  readonly servedNoticeSeconds: number;
  /** Share of interruptions that take all replicas at once: 0 when each is in a pool of its own. */
  readonly togetherShare: number;
}

/** Share of time that one replica is away. */
export function awayShare(interruptions: Interruptions): number {
  const { interruptedPerMonth, bootSeconds, capacityWaitSeconds, servedNoticeSeconds } = interruptions;
  const perHour = -Math.log1p(-interruptedPerMonth) / HOURS_PER_MONTH;
  const awayHours = Math.max(0, capacityWaitSeconds + bootSeconds - servedNoticeSeconds) / SECONDS_PER_HOUR;
  return (awayHours * perHour) / (awayHours * perHour + 1);
}

/** Share of time that at least one of so many replicas answers. It says nothing of whether one is enough for the load. */
export function expectedAvailability(replicas: number, interruptions: Interruptions): number {
  if (replicas < 1) return 0;
  const away = awayShare(interruptions);
  const { togetherShare } = interruptions;
  return 1 - togetherShare * away - (1 - togetherShare) * away ** replicas;
}
