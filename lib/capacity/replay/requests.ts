/**
 * What a replay means for callers. Requests are a steady flow, not single ones: 45 days of them would be millions.
 *
 * They come at a share of what the wanted replicas can serve. What those that are there cannot take waits in a queue, first
 * come, first served; whoever has waited for a minute is lost. Requests on a replica that ends go on elsewhere: they are
 * resumed, and wait in the queue like the others where nobody has room.
 */
import type { Span } from './play';

export interface RequestOptions {
  readonly demand: number;
  /** Requests that one replica serves at once. */
  readonly concurrency: number;
  /** Part of what the wanted replicas can serve, from 0 to 1. */
  readonly load: number;
  /** Seconds that answers take, each as likely as the others. */
  readonly answerSeconds: readonly number[];
  /** From the notice to SIGTERM. */
  readonly drainMs: number;
}

export interface RequestCounts {
  readonly requests: number;
  /** Without progress for a minute. */
  readonly lost: number;
  /** Their replica ended before they did. */
  readonly resumed: number;
  /** They waited for a replica. */
  readonly held: number;
}

const PATIENCE_MS = 60_000;
const STEP_MS = 5_000;

interface Waiting {
  readonly sinceMs: number;
  count: number;
}

export function countRequests(spans: readonly Span[], options: RequestOptions): RequestCounts {
  const { demand, concurrency, load, answerSeconds, drainMs } = options;
  const meanMs = (1000 * total(answerSeconds)) / answerSeconds.length;
  const perMs = (load * demand * concurrency) / meanMs;
  const outlasts = shareLongerThan(answerSeconds, drainMs / 1000);
  const queue: Waiting[] = [];
  let [requests, lost, resumed, held] = [0, 0, 0, 0];

  for (const { fromMs, toMs, serving, ended, noticed } of spans) {
    const onEach = Math.min(concurrency, (load * demand * concurrency) / Math.max(1, serving + ended));
    resumed += onEach * (ended + noticed * outlasts);
    if (ended > 0) queue.unshift({ sinceMs: fromMs, count: onEach * ended });
    requests += perMs * (toMs - fromMs);
    const servedPerMs = (serving * concurrency) / meanMs;
    for (let atMs = fromMs; atMs < toMs; atMs += STEP_MS) {
      if (queue.length === 0 && servedPerMs >= perMs) break;
      const stepMs = Math.min(STEP_MS, toMs - atMs);
      queue.push({ sinceMs: atMs, count: perMs * stepMs });
      held += perMs * stepMs;
      take(queue, servedPerMs * stepMs);
      lost += giveUp(queue, atMs + stepMs - PATIENCE_MS);
    }
  }
  return {
    requests: Math.round(requests),
    lost: Math.round(lost),
    resumed: Math.round(resumed),
    held: Math.round(held),
  };
}

/** Serves the first of the queue, as many as there is room for. */
function take(queue: Waiting[], room: number): void {
  for (let left = room; left > 0 && queue[0] !== undefined;) {
    const served = Math.min(left, queue[0].count);
    queue[0].count -= served;
    left -= served;
    if (queue[0].count <= 0) queue.shift();
  }
}

/** Those that came before. */
function giveUp(queue: Waiting[], beforeMs: number): number {
  let gone = 0;
  while (queue[0] !== undefined && queue[0].sinceMs < beforeMs) gone += queue.shift()?.count ?? 0;
  return gone;
}

/** Of the requests that run at some moment, how many take longer from there on: long ones run more often than short ones. */
const shareLongerThan = (answerSeconds: readonly number[], seconds: number): number =>
  total(answerSeconds.map((one) => Math.max(0, one - seconds))) / total(answerSeconds);

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
