/**
 * OpenAI's own Responses API. The request goes on as it came but for the few fields that must change, so it may name what
 * is stored there, and the answer comes back byte for byte; both are read only for what the router must know.
 */
import type { AnswerRead, ChatCall, Dialect, UpstreamFault } from '../dialect';
import { isObject, parseObject } from '../json';
import { type Edit, splice } from '../splice';
import { invalidFault, reportedFault, statusFault } from '../upstream-fault';
import { finishOf } from './finish';
import { passThroughStream } from './pass-through-stream';
import { readUsage } from './usage';

export const openAiResponses: Dialect = {
  path: () => '/responses',
  request: (call) => ({ text: splice(call.text, editOf(call)), dropped: [], changed: [] }),
  answer: (_call, text) => readWhole(text),
  stream: passThroughStream,
  fault: statusFault,
};

function editOf({ model, set: { max_tokens: limit, ...sampling }, metadata }: ChatCall): Edit {
  const set: Record<string, string> = { model: JSON.stringify(model) };
  for (const [name, value] of Object.entries(sampling)) set[name] = String(value);
  if (limit !== undefined) set['max_output_tokens'] = String(limit);
  if (metadata !== undefined && metadata !== null) set['metadata'] = JSON.stringify(metadata);
  return { set, remove: metadata === null ? ['metadata'] : [] };
}

function readWhole(text: string): AnswerRead | UpstreamFault {
  const body = parseObject(text);
  if (body === null) return invalidFault('the answer is not a JSON object');
  if (isObject(body['error'])) return reportedFault(body);
  if (!Array.isArray(body['output'])) return invalidFault('the answer has no output');
  const finish = finishOf(body);
  if (finish === null) return invalidFault('the answer has not come to its end');
  return { ok: true, body: text, usage: readUsage(body['usage']), finish };
}
