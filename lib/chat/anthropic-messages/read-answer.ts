/** A whole message of the Messages API into the hub. */
import type { HubPart, HubReasoning } from '../hub';
import { parseExactly } from '../exact-json';
import { type JsonObject, isObject } from '../json';
import type { HubAnswerRead } from '../through-hub';
import { invalidFault, reportedFault } from '../upstream-fault';
import { NO_USAGE, finishOf, hubUsage, refusalOf, updateUsage } from './usage';

export function readMessage(text: string): HubAnswerRead {
  const body = parseExactly(text);
  if (body === null) return invalidFault('the answer is not a JSON object');
  if (body['type'] === 'error') return reportedFault(body);
  const { id, model, content, stop_reason: stopReason, usage } = body;
  if (!Array.isArray(content)) return invalidFault('the answer has no content');
  if (typeof stopReason !== 'string') return invalidFault('the answer has no stop reason');
  const finish = finishOf(stopReason);
  return {
    ok: true,
    answer: {
      id: String(id),
      model: String(model),
      parts: content.flatMap((block) => (isObject(block) ? readBlock(block) : [])),
      finish,
      refusal: refusalOf(body['stop_details']),
      usage: isObject(usage) ? hubUsage(updateUsage(NO_USAGE, usage)) : null,
    },
  };
}

/** A kind of block that is not known (server tools, citations, what comes next) is no part of a chat completion. */
function readBlock({ type, text, thinking, signature, data, id, name, input }: JsonObject): HubPart[] {
  if (type === 'text') return [{ kind: 'text', text: String(text) }];
  if (type === 'thinking') return [reasoning(thinking, signature)];
  if (type === 'redacted_thinking') return [{ kind: 'reasoning', text: '', redacted: String(data) }];
  if (type !== 'tool_use') return [];
  return [{ kind: 'tool_call', id: String(id), name: String(name), argumentsJson: JSON.stringify(input ?? {}) }];
}

/** Thoughts that are told without their seal are text and no more. */
export const reasoning = (text: unknown, signature: unknown): HubReasoning => ({
  kind: 'reasoning',
  text: String(text),
  ...(typeof signature === 'string' && signature !== '' && { signature }),
});
