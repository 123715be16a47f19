/**
 * A target that speaks the caller's protocol, chat completions or plain completions. The request goes on as it came but for
 * the few fields that must change, the answer comes back byte for byte; both are read only for what the router must know.
 */
import type { AnswerRead, ChatCall, Dialect, UpstreamFault } from '../dialect';
import { type JsonObject, isObject, parseObject } from '../json';
import { type Edit, splice } from '../splice';
import { abortedFault, invalidFault, reportedFault, statusFault } from '../upstream-fault';
import { ABORTED } from './finish';
import { mendReasoning } from './mend';
import { ownFields } from './own-fields';
import { passThroughStream } from './pass-through-stream';
import { asksForUsage, readUsage } from './usage';

export interface PassedThrough {
  readonly path: string;
  /** What the target calls the limit on the answer. */
  readonly maxTokensField: (call: ChatCall) => ChatCall['maxTokensField'];
  /** Whether a choice of a stream's chunk holds a part of the answer itself. */
  readonly hasContent: (choice: JsonObject) => boolean;
}

export const openAiChat = openAiPassThrough({
  path: '/chat/completions',
  maxTokensField: (call) => call.maxTokensField,
  hasContent: ({ delta }) => hasContent(delta),
});

export function openAiPassThrough({ path, maxTokensField, hasContent }: PassedThrough): Dialect {
  return {
    path: () => path,
    request(call) {
      const { edit, dropped } = editOf(call, maxTokensField(call));
      return { text: splice(call.text, edit), dropped, changed: [] };
    },
    answer: (_call, text) => readWhole(text),
    stream: (call) => passThroughStream(call, hasContent),
    fault: statusFault,
  };
}

function editOf(
  call: ChatCall,
  field: ChatCall['maxTokensField'],
): { readonly edit: Edit; readonly dropped: readonly string[] } {
  const { body, metadata, text } = call;
  const { max_tokens: limit, ...sampling } = call.set;
  // Engines at addresses of the config's own get what their callers say, OpenAI's API what it does not refuse.
  const isOpenAi = call.maxTokensField === 'max_completion_tokens';
  const own = isOpenAi ? ownFields(body, text) : { remove: [], set: {}, dropped: [] };
  const set: Record<string, string> = { ...own.set, model: JSON.stringify(call.model) };
  const remove: string[] = [...own.remove];

  for (const [name, value] of Object.entries(sampling)) set[name] = String(value);
  // A limit under a name that the target does not know would be no limit.
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
  return { edit: { set, remove }, dropped: own.dropped };
}

function readWhole(text: string): AnswerRead | UpstreamFault {
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
    usage: readUsage(body['usage'], body['service_tier']),
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

/** Parts of a delta that are the answer itself; `role` alone only says that one will come. */
const CONTENT_FIELDS = [
  'content',
  'reasoning_content',
  'reasoning',
  'tool_calls',
  'refusal',
  'function_call',
  'audio',
] as const;

function hasContent(delta: unknown): boolean {
  if (!isObject(delta)) return false;
  return CONTENT_FIELDS.some((field) => {
    const value = delta[field];
    return typeof value === 'string' || Array.isArray(value) ? value.length > 0 : isObject(value);
  });
}
