/**
 * What a replay means for callers. Requests are a steady flow, not single ones: 45 days of them would be millions.
 *
 * They come at a share of what the wanted replicas can serve. What those that are there cannot take waits in a queue, first
 * come, first served; whoever has waited for a minute is lost. What runs on a replica that ends goes on elsewhere: it is resumed,
 * and waits in the queue like the others where nobody has room. A replica that is told of its end keeps what it has, and gets
 * what the others have no room for.
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
  /** For so long a replica serves that was told of its end. */
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
  /** When those that were lost waited, in minutes from the start. */
  readonly lostMinutes: readonly Minutes[];
}

export interface Minutes {
  readonly fromMinute: number;
  readonly toMinute: number;
}

const MINUTE_MS = 60_000;
const PATIENCE_MS = MINUTE_MS;
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
  const running = load * demand * concurrency;
  const queue: Waiting[] = [];
  const lostMinutes: Minutes[] = [];
  let [requests, lost, resumed, held] = [0, 0, 0, 0];

  for (const { fromMs, toMs, serving, ended, stopped } of spans) {
    const onEach = Math.min(concurrency, running / Math.max(1, serving + ended + stopped));
    const noRoom = Math.max(0, running - serving * concurrency);
    const fromStopped = stopped === 0 ? 0 : Math.min(stopped * concurrency, stopped * onEach * outlasts + noRoom);
    const cut = onEach * ended + fromStopped;
    resumed += cut;
    if (cut > 0) queue.unshift({ sinceMs: fromMs, count: cut });
    requests += perMs * (toMs - fromMs);
    const servedPerMs = (serving * concurrency) / meanMs;
    for (let atMs = fromMs; atMs < toMs; atMs += STEP_MS) {
      if (queue.length === 0 && servedPerMs >= perMs) break;
      const stepMs = Math.min(STEP_MS, toMs - atMs);
      queue.push({ sinceMs: atMs, count: perMs * stepMs });
      held += perMs * stepMs;
      take(queue, servedPerMs * stepMs);
      const gone = giveUp(queue, atMs + stepMs - PATIENCE_MS);
      lost += gone.count;
      if (gone.count > 0) addMinutes(lostMinutes, gone.sinceMs, atMs + stepMs);
    }
  }
  return {
    requests: Math.round(requests),
    lost: Math.round(lost),
    resumed: Math.round(resumed),
    held: Math.round(held),
    lostMinutes,
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

/** Those that came before, and when the first of them did. */
function giveUp(queue: Waiting[], beforeMs: number): Waiting {
  const gone: Waiting = { sinceMs: queue[0]?.sinceMs ?? beforeMs, count: 0 };
  while (queue[0] !== undefined && queue[0].sinceMs < beforeMs) gone.count += queue.shift()?.count ?? 0;
  return gone;
}

/** Joins what touches or overlaps. */
export function addMinutes(all: Minutes[], fromMs: number, toMs: number): void {
  const last = all.at(-1);
  const [fromMinute, toMinute] = [fromMs / MINUTE_MS, toMs / MINUTE_MS];
  if (last !== undefined && fromMinute <= last.toMinute) all[all.length - 1] = { ...last, toMinute };
  else all.push({ fromMinute, toMinute });
}

/** Of the requests that run at some moment, how many take longer from there on: long ones run more often than short ones. */
const shareLongerThan = (answerSeconds: readonly number[], seconds: number): number =>
  total(answerSeconds.map((one) => Math.max(0, one - seconds))) / total(answerSeconds);

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
