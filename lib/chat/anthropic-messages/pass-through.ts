/**
 * A target that speaks the caller's Messages API. The request goes on as it came but for the few fields that must change,
 * the answer comes back byte for byte; both are read only for what the router must know.
 */
import type { CallerHeaders, ChatCall, Dialect, StreamReader, UpstreamBody } from '../dialect';
import { isObject } from '../json';
import { splice, type Edit } from '../splice';
import { sseEvent } from '../sse';
import { statusFault, truncatedFault } from '../upstream-fault';
import { withoutForeign } from './foreign-blocks';
import { readMessage } from './read-answer';
import { MessagesStream } from './read-stream';

export const messagesPassThrough: Dialect = {
  path: () => '/v1/messages',
  headers: callersHeaders,
  request,
  answer(_call, text) {
    const read = readMessage(text);
    return read.ok ? { ok: true, body: text, usage: read.answer.usage, finish: read.answer.finish } : read;
  },
  stream: () => passThroughStream(),
  fault: statusFault,
};

/** Betas are asked for by header, and what they change only Anthropic knows. */
function callersHeaders({ 'anthropic-beta': beta = '', 'anthropic-version': version = '' }: CallerHeaders): {
  [name: string]: string;
} {
  return {
    ...(BETAS.test(beta) && { 'anthropic-beta': beta }),
    ...(VERSION.test(version) && { 'anthropic-version': version }),
  };
}

const BETAS = /^[\w.,: -]{1,512}$/;
const VERSION = /^\d{4}-\d{2}-\d{2}$/;

function request(call: ChatCall): UpstreamBody {
  const { text, body, metadata } = call;
  const sampling = samplingOf(call);
  const thinking = thinkingOf(call);
  const messages = withoutForeign(text, body);
  const { max_tokens: maxTokens } = call.set;
  const set = {
    model: JSON.stringify(call.model),
    ...(maxTokens !== undefined && { max_tokens: String(maxTokens) }),
    ...sampling.set,
    ...thinking.set,
    ...(messages !== null && { messages }),
    ...(metadata !== undefined && metadata !== null && { metadata: JSON.stringify(metadata) }),
  };
  const remove = [...(sampling.remove ?? []), ...(thinking.remove ?? []), ...(metadata === null ? ['metadata'] : [])];
  return {
    text: splice(text, { set, remove }),
    dropped: [...(sampling.remove ?? []), ...(thinking.remove ?? []), ...(messages === null ? [] : ['thinking'])],
    changed: thinking.set === undefined ? [] : ['thinking.budget_tokens'],
  };
}

/** The scale ends at 1, and models since Claude 4.1 take `temperature` or `top_p`, never both: the route's word counts. */
function samplingOf({ body, set: { temperature, top_p: topP } }: ChatCall): Edit {
  if (temperature !== undefined) {
    const set = { temperature: String(Math.min(temperature, 1)) };
    return { set, ...(typeof body['top_p'] === 'number' && { remove: ['top_p'] }) };
  }
  if (topP === undefined) return {};
  return { set: { top_p: String(topP) }, ...(typeof body['temperature'] === 'number' && { remove: ['temperature'] }) };
}

/** The least that a budget may be. */
const LEAST_BUDGET = 1_024;

/** A budget must be less than the limit on the answer, which a route may have lowered below it. */
function thinkingOf({ body, set: { max_tokens: maxTokens } }: ChatCall): Edit {
  const { thinking } = body;
  const budget = isObject(thinking) ? thinking['budget_tokens'] : null;
  if (maxTokens === undefined || !isObject(thinking) || typeof budget !== 'number' || budget < maxTokens) return {};
  if (maxTokens <= LEAST_BUDGET) return { remove: ['thinking'] };
  return { set: { thinking: JSON.stringify({ ...thinking, budget_tokens: maxTokens - 1 }) } };
}

/** Each event is read once and goes on as it came, under its own name. */
function passThroughStream(): StreamReader {
  const stream = new MessagesStream();
  let isStarted = false;
  return {
    read(event, data) {
      const { events, fault, ended } = stream.read(event, data);
      const usage = events.findLast((one) => one.kind === 'usage')?.usage;
      const finish = events.find((one) => one.kind === 'finish')?.finish;
      const starts = events.some(({ kind }) => kind === 'start');
      // A provider that retries inside one stream begins again, which clients do not expect.
      const isHidden = fault !== undefined || data === '' || (starts && isStarted);
      isStarted ||= starts;
      return {
        out: isHidden ? '' : sseEvent(data, event),
        ...(fault && { fault }),
        ...(usage && { usage }),
        ...(finish && { finish }),
        ...(stream.hasContent && { content: true }),
        ...(ended && { ended }),
      };
    },
    close: () => ({ out: '', fault: truncatedFault() }),
  };
}
