/** A hub answer as the body of a chat completion. */
import type { HubAnswer, HubChoice } from '../hub';
import type { JsonObject } from '../json';
import { writeLogprobs } from './logprobs';
import { writeThinkingBlock } from './thinking-blocks';
import { writeThoughtSignature } from './thought-signature';
import { writeUsage } from './usage';
import { textOf } from './write-messages';

export function writeAnswer(answer: HubAnswer, createdSeconds: number): string {
  return JSON.stringify({
    id: answer.id,
    object: 'chat.completion',
    created: createdSeconds,
    model: answer.model,
    choices: [answer, ...(answer.others ?? [])].map((choice, index) => ({
      index,
      message: writeMessage(choice),
      logprobs: writeLogprobs(choice.logprobs),
      finish_reason: choice.finish,
    })),
    ...(answer.usage && { usage: writeUsage(answer.usage) }),
  });
}

function writeMessage({ parts, refusal }: HubChoice): JsonObject {
  const text = textOf(parts, 'text');
  const reasoning = textOf(parts, 'reasoning');
  const blocks = parts.flatMap((part) => (part.kind === 'reasoning' ? (writeThinkingBlock(part) ?? []) : []));
  const calls = parts.flatMap((part) => (part.kind === 'tool_call' ? [part] : []));
  return {
    role: 'assistant',
    // No text beside tool calls or a refusal is `null`, an answer that is empty is empty.
    content: text === '' && (calls.length > 0 || refusal !== null) ? null : text,
    refusal,
    ...(reasoning !== '' && { reasoning_content: reasoning }),
    ...(blocks.length > 0 && { thinking_blocks: blocks }),
    ...(calls.length > 0 && {
      tool_calls: calls.map(({ id, name, argumentsJson, thoughtSignature }) => ({
        id,
        type: 'function',
        function: { name, arguments: argumentsJson },
        ...writeThoughtSignature(thoughtSignature),
      })),
    }),
  };
}
