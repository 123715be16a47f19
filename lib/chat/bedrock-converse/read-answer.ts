/** A whole answer of Converse into the hub. */
import type { ChatCall } from '../dialect';
import { reasoning } from '../anthropic-messages/read-answer';
import { parseExactly } from '../exact-json';
import type { HubPart } from '../hub';
import { type JsonObject, isObject } from '../json';
import type { HubAnswerRead } from '../through-hub';
import { invalidFault } from '../upstream-fault';
import { finishOf, readUsage } from './usage';

/** An answer of Converse has no id and does not name its model. */
export function readAnswer(text: string, { id, model }: Pick<ChatCall, 'id' | 'model'>): HubAnswerRead {
  const body = parseExactly(text);
  if (body === null) return invalidFault('the answer is not a JSON object');
  const { output, stopReason, usage, serviceTier } = body;
  const message = isObject(output) ? output['message'] : null;
  const content = isObject(message) ? message['content'] : null;
  if (!Array.isArray(content)) return invalidFault('the answer has no content');
  if (typeof stopReason !== 'string') return invalidFault('the answer has no stop reason');
  const finish = finishOf(stopReason);
  if (finish === null) return invalidFault(`the model stopped with ${stopReason}`);
  return {
    ok: true,
    answer: {
      id,
      model,
      parts: content.flatMap((block) => (isObject(block) ? readBlock(block) : [])),
      finish,
      refusal: null,
      usage: readUsage(usage, serviceTier),
    },
  };
}

/** A kind of block that is not known (citations, guarded content, what comes next) is no part of a chat completion. */
function readBlock({ text, reasoningContent, toolUse }: JsonObject): HubPart[] {
  if (typeof text === 'string') return [{ kind: 'text', text }];
  if (isObject(reasoningContent)) {
    const { reasoningText, redactedContent: redacted } = reasoningContent;
    if (typeof redacted === 'string') return [{ kind: 'reasoning', text: '', redacted }];
    return isObject(reasoningText) ? [reasoning(reasoningText['text'], reasoningText['signature'])] : [];
  }
  if (!isObject(toolUse)) return [];
  const { toolUseId, name, input } = toolUse;
  return [{ kind: 'tool_call', id: String(toolUseId), name: String(name), argumentsJson: JSON.stringify(input ?? {}) }];
}
