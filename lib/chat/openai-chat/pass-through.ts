/**
 * A target that speaks the caller's protocol. The request goes on as it came but for the few fields that must change,
 * the answer comes back byte for byte; both are read only for what the router must know.
 */
import type { AnswerRead, ChatCall, Dialect, UpstreamBody, UpstreamFault } from '../dialect';
import { type JsonObject, isObject, parseObject } from '../json';
import { splice } from '../splice';
import { abortedFault, invalidFault, reportedFault, statusFault } from '../upstream-fault';
import { mendReasoning } from './mend';
import { ABORTED, passThroughStream } from './pass-through-stream';
import { asksForUsage, readUsage } from './usage';

export const openAiChat: Dialect = {
  path: () => '/chat/completions',
  request,
  answer,
  stream: passThroughStream,
  fault: statusFault,
};

function request(call: ChatCall): UpstreamBody {
  const { text, body, metadata } = call;
  const { max_tokens: limit, ...sampling } = call.set;
  const set: Record<string, string> = { model: JSON.stringify(call.model) };
  const remove: string[] = [];

  for (const [name, value] of Object.entries(sampling)) set[name] = String(value);
  // A limit under a name that the target does not know would be no limit.
  const field = call.maxTokensField;
  const otherName = field === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens';
  // Of two limits the one that was decided upon goes on, alone: the target might heed the other.
  const callersLimit = body['max_completion_tokens'] ?? body['max_tokens'] ?? null;
  if (limit !== undefined) set[field] = String(limit);
  else if (callersLimit !== null && callersLimit !== body[field]) set[field] = JSON.stringify(callersLimit);
  remove.push(otherName);

  if (metadata === null) remove.push('metadata');
  else if (metadata !== undefined) set['metadata'] = JSON.stringify(metadata);
  if (body['stream'] === true && !asksForUsage(body)) {
    const options = body['stream_options'] ?? {};
    // Anything but an object is the caller's mistake, and the target's to name.
    if (isObject(options)) set['stream_options'] = JSON.stringify({ ...options, include_usage: true });
  }
  return { text: splice(text, { set, remove }), dropped: [], changed: [] };
}

function answer(_call: ChatCall, text: string): AnswerRead | UpstreamFault {
  const body = parseObject(text);
  if (body === null) return invalidFault('the answer is not a JSON object');
  if (body['error'] !== undefined && body['error'] !== null) return reportedFault(body);
  const choices = body['choices'];
  if (!Array.isArray(choices) || choices.length === 0) return invalidFault('the answer has no choices');
  const finishes = choices.map((choice) => (isObject(choice) ? choice['finish_reason'] : null));
  if (finishes.includes(ABORTED)) return abortedFault();
  const [finish] = finishes;
  return {
    ok: true,
    body: mended(text, choices),
    usage: readUsage(body['usage']),
    finish: typeof finish === 'string' ? finish : null,
  };
}

function mended(text: string, choices: readonly unknown[]): string {
  const better = choices.map((choice) => {
    const message = isObject(choice) && isObject(choice['message']) ? mendReasoning(choice['message']) : null;
    return message === null ? choice : { ...(choice as JsonObject), message };
  });
  const isRight = better.every((choice, position) => choice === choices[position]);
  return isRight ? text : splice(text, { set: { choices: JSON.stringify(better) } });
}
