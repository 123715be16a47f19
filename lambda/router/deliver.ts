/** Brings an answer that has begun to the caller, and books what it cost. */
import type { HubUsage } from '../../lib/chat/hub';
import type { RouterError } from '../../lib/policy/errors';
import type { AttemptFailure } from '../../lib/policy/reasons';
import { costUsd } from '../../lib/spend/price';
import type { Answering, ChainInput } from './chain';
import type { Sink } from './request';
import { STREAM_HEADERS, sendJson } from './respond';
import type { Trace } from './trace';
import type { StreamedAnswer } from './upstream/streamed-answer';
import { promptUsage, tokensOfEvents, tokensOfText } from './usage';

export async function deliver(input: ChainInput, answering: Answering, sink: Sink): Promise<void> {
  const { trace, facts } = input;
  const { result, upstream, priced } = answering;
  trace.answered = answering.entry;
  trace.covers = answering.covers;
  trace.dropped = upstream.dropped;
  trace.set = [...Object.entries(priced.call.set).map(([key, value]) => `${key}=${value}`), ...upstream.changed];
  trace.timeToFirstTokenMs = trace.elapsedMs();
  try {
    if (result.kind === 'stream') {
      await deliverStream(input, answering, result.stream, result.first, sink);
      return;
    }
    const { answer } = result;
    trace.finish = answer.finish;
    trace.usageEstimated = answer.usage === null;
    await settle(input, answering, answer.usage ?? promptUsage(facts, tokensOfText(answer.body)));
    await sendJson(sink, 200, trace.headers(), answer.body);
    trace.close('answered', 200, null);
  } catch (error) {
    // A fault of ours: what was set aside is booked whole rather than held for the rest of the month.
    if (trace.usage === null) await answering.reservation.settle(priced.boundUsd, 0);
    throw error;
  } finally {
    answering.leave();
  }
}

async function deliverStream(
  input: ChainInput,
  answering: Answering,
  stream: StreamedAnswer,
  first: string,
  sink: Sink,
): Promise<void> {
  const { trace, facts, cooldown, leftMs } = input;
  const sentBytes = await pump(stream, first, sink, leftMs(), trace);
  trace.finish = stream.finish;
  if (stream.failure !== null && BREAKS.has(stream.failure)) cooldown.failed(answering.place);

  // Some tell their usage as they go: of an answer that broke off, what was sent is known better.
  const told = stream.failure === null ? stream.usage : null;
  trace.usageEstimated = told === null;
  await settle(input, answering, told ?? estimated(stream.usage ?? promptUsage(facts), sentBytes));

  const error = stream.failure === null ? null : interruption(stream.failure, stream.fault?.status);
  await sink.end(error === null || stream.failure === 'client_gone' ? undefined : brokenBy(error, input, stream));
  const outcome = error === null ? 'answered' : stream.failure === 'client_gone' ? 'client_gone' : 'interrupted';
  trace.close(outcome, 200, error?.code ?? null);
}

/** A reader that has counted events tells the error with the next number. */
const brokenBy = (error: RouterError, { body, trace }: ChainInput, stream: StreamedAnswer): string =>
  stream.errorEvent(error) ?? body.ingress.errors.event(error, trace.requestId);

/** Bytes sent. A caller that reads too slowly for the deadline is left there: what waits for it waits no longer. */
async function pump(stream: StreamedAnswer, first: string, sink: Sink, leftMs: number, trace: Trace): Promise<number> {
  let sentBytes = 0;
  let onDeadline: () => void = () => undefined;
  const late = new Promise<void>((resolve) => (onDeadline = resolve));
  const deadline = setTimeout(() => {
    stream.stop('deadline');
    onDeadline();
  }, leftMs);
  try {
    if (!sink.started) sink.start(200, { ...STREAM_HEADERS, ...trace.headers() });
    for (let text: string | null = first; text !== null; text = await stream.next()) {
      if (text === '') continue;
      sentBytes += text.length;
      const drained = sink.write(text);
      if (drained !== undefined) await Promise.race([drained, late]);
    }
    return sentBytes;
  } finally {
    clearTimeout(deadline);
  }
}

/** Failures in the middle of an answer that speak against the place it came from. */
const BREAKS: ReadonlySet<AttemptFailure> = new Set([
  'truncated',
  'idle_timeout',
  'upstream_error_event',
  'upstream_invalid',
  'engine_aborted',
]);

/** `status`: what an error of the target's own stands for. */
function interruption(failure: AttemptFailure, status: number | undefined): RouterError {
  switch (failure) {
    case 'deadline':
      return { code: 'deadline_exceeded', message: 'the answer took longer than a request may', param: null };
    case 'upstream_error_event':
    case 'upstream_invalid': {
      const code = status === 429 ? 'rate_limit_exceeded' : 'upstream_error';
      return { code, message: `the model failed while it answered (${failure})`, param: null };
    }
    default:
      return { code: 'upstream_interrupted', message: `the answer broke off (${failure})`, param: null };
  }
}

const estimated = (usage: HubUsage, sentBytes: number): HubUsage => ({
  ...usage,
  completionTokens: Math.max(usage.completionTokens, tokensOfEvents(sentBytes)),
});

async function settle(input: ChainInput, answering: Answering, usage: HubUsage): Promise<void> {
  const { named, reservation, covers, priced } = answering;
  const { trace, lane, afterwards } = input;
  trace.usage = usage;
  trace.costUsd = costUsd(named.model.price, usage);
  if (covers !== null && lane.wakes !== undefined) afterwards.push(lane.wakes.covered(covers, trace.costUsd ?? 0));
  // Of an answer that was served at a price nobody knows, what was set aside stays booked.
  await reservation.settle(trace.costUsd ?? priced.boundUsd, usage.promptTokens + usage.completionTokens);
}
