/** Brings an answer that has begun to the caller, and books what it cost. */
import type { HubUsage } from '../../lib/chat/hub';
import { errorEvent } from '../../lib/chat/openai-chat/error';
import type { RouterError } from '../../lib/policy/errors';
import type { AttemptFailure } from '../../lib/policy/reasons';
import { costUsd } from '../../lib/spend/price';
import type { Answering, ChainInput } from './chain';
import type { Sink } from './request';
import { STREAM_HEADERS, sendJson } from './respond';
import type { Trace } from './trace';
import type { StreamedAnswer } from './upstream/streamed-answer';

export async function deliver(input: ChainInput, answering: Answering, sink: Sink): Promise<void> {
  const { trace } = input;
  const { result, upstream, priced } = answering;
  trace.answered = answering.entry;
  trace.dropped = upstream.dropped;
  trace.set = [...Object.entries(priced.call.set).map(([key, value]) => `${key}=${value}`), ...upstream.changed];
  trace.timeToFirstTokenMs = trace.elapsedMs();
  if (result.kind === 'stream') return deliverStream(input, answering, result.stream, result.first, sink);

  trace.finish = result.answer.finish;
  await settle(trace, answering, result.answer.usage);
  await sendJson(sink, 200, trace.headers(), result.answer.body);
  trace.close('answered', 200, null);
}

async function deliverStream(
  { trace, lane, request }: ChainInput,
  answering: Answering,
  stream: StreamedAnswer,
  first: string,
  sink: Sink,
): Promise<void> {
  const leftMs = Math.min(lane.plan.limits.totalMs, request.remainingMs) - trace.elapsedMs();
  const deadline = setTimeout(() => stream.stop('deadline'), leftMs);
  let sentBytes = 0;
  try {
    sink.start(200, { ...STREAM_HEADERS, ...trace.headers() });
    for (let text: string | null = first; text !== null; text = await stream.next()) {
      if (text === '') continue;
      sentBytes += text.length;
      const drained = sink.write(text);
      if (drained !== undefined) await drained;
    }
  } finally {
    clearTimeout(deadline);
  }
  trace.finish = stream.finish;
  const partial = stream.failure === null ? null : estimate(trace, sentBytes);
  trace.usageEstimated = stream.usage === null && partial !== null;
  await settle(trace, answering, stream.usage ?? partial);

  const error = stream.failure === null ? null : interruption(stream.failure);
  if (error !== null && stream.failure !== 'client_gone') void sink.write(errorEvent(error));
  await sink.end();
  const outcome = error === null ? 'answered' : stream.failure === 'client_gone' ? 'client_gone' : 'interrupted';
  trace.close(outcome, 200, error?.code ?? null);
}

function interruption(failure: AttemptFailure): RouterError {
  switch (failure) {
    case 'deadline':
      return { code: 'deadline_exceeded', message: 'the answer took longer than a request may', param: null };
    case 'upstream_error_event':
    case 'upstream_invalid':
      return { code: 'upstream_error', message: `the model failed while it answered (${failure})`, param: null };
    default:
      return { code: 'upstream_interrupted', message: `the answer broke off (${failure})`, param: null };
  }
}

async function settle(trace: Trace, { named, reservation }: Answering, usage: HubUsage | null): Promise<void> {
  trace.usage = usage;
  trace.costUsd = usage === null ? null : costUsd(named.model.price, usage);
  await reservation.settle(trace.costUsd ?? 0, usage === null ? 0 : usage.promptTokens + usage.completionTokens);
}

/** About what an answer that broke off has used. A server-sent event carries some 200 bytes around a token. */
const BYTES_PER_EVENT = 200;

function estimate(trace: Trace, sentBytes: number): HubUsage {
  return {
    promptTokens: trace.facts?.promptTokens ?? 0,
    completionTokens: Math.ceil(sentBytes / BYTES_PER_EVENT),
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: null,
  };
}
