/** A whole chat completion into the hub. */
import type { HubChoice, HubPart } from '../hub';
import { type JsonObject, isObject, parseObject } from '../json';
import type { HubAnswerRead } from '../through-hub';
import { abortedFault, invalidFault, reportedFault } from '../upstream-fault';
import { ABORTED, finishOf, isGivenUp } from './finish';
import { readLogprobs } from './logprobs';
import { readThoughtSignature } from './thought-signature';
import { readUsage } from './usage';

export function readAnswer(text: string): HubAnswerRead {
  const body = parseObject(text);
  if (body === null) return invalidFault('the answer is not a JSON object');
  if (isObject(body['error'])) return reportedFault(body);
  const choices = Array.isArray(body['choices']) ? body['choices'].filter(isObject) : [];
  if (choices.some(({ finish_reason: reason }) => reason === ABORTED)) return abortedFault();
  if (choices.some(({ finish_reason: reason }) => isGivenUp(reason))) return invalidFault('the model was given up');
  if (choices.some(({ finish_reason: reason }) => typeof reason !== 'string')) {
    return invalidFault('the answer has no finish reason');
  }
  const [first, ...others] = choices.map(readChoice);
  if (first === undefined) return invalidFault('the answer has no choices');
  return {
    ok: true,
    answer: {
      id: String(body['id']),
      model: String(body['model']),
      ...first,
      usage: readUsage(body['usage'], body['service_tier']),
      ...(others.length > 0 && { others }),
    },
  };
}

function readChoice({ message, finish_reason: reason, logprobs }: JsonObject): HubChoice {
  const { content, refusal, tool_calls: calls, ...rest } = isObject(message) ? message : {};
  const reasoning = rest['reasoning_content'] ?? rest['reasoning'];
  const parts: HubPart[] = [];
  if (typeof reasoning === 'string' && reasoning !== '') parts.push({ kind: 'reasoning', text: reasoning });
  if (typeof content === 'string' && content !== '') parts.push({ kind: 'text', text: content });
  const called = Array.isArray(calls) ? calls.filter(isObject).flatMap(readCall) : [];
  const tokens = readLogprobs(logprobs);
  return {
    parts: [...parts, ...called],
    finish: finishOf(String(reason), called.length > 0),
    refusal: typeof refusal === 'string' && refusal !== '' ? refusal : null,
    ...(tokens !== null && { logprobs: tokens }),
  };
}

function readCall(call: JsonObject): HubPart[] {
  const { id, function: called } = call;
  if (!isObject(called)) return [];
  const { name, arguments: json } = called;
  const argumentsJson = typeof json === 'string' && json.trim() !== '' ? json : '{}';
  const signature = readThoughtSignature(call);
  return [
    {
      kind: 'tool_call',
      id: String(id),
      name: String(name),
      argumentsJson,
      ...(signature !== null && { thoughtSignature: signature }),
    },
  ];
}
