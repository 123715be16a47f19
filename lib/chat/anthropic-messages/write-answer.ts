/** A hub answer as a message of the Messages API. */
import type { HubAnswer, HubPart, HubToolCall } from '../hub';
import { parseObject } from '../json';
import { writeThoughtSignature } from '../openai-chat/thought-signature';
import { headOf } from './message-head';
import { stopFields } from './stop-reason';
import { writeToolId } from './tool-ids';
import { NO_HUB_USAGE, writeUsage } from './usage';

export function writeAnswer({ id, model, parts, finish, refusal, usage }: HubAnswer): string {
  const said: readonly HubPart[] = refusal === null ? parts : [...parts, { kind: 'text', text: refusal }];
  const hasCalls = parts.some(({ kind }) => kind === 'tool_call');
  const head = JSON.stringify(headOf(id, model)).slice(0, -1);
  const content = said.flatMap(writePart).join(',');
  const tail = {
    ...stopFields({ finish, hasCalls, refused: refusal !== null }),
    usage: writeUsage(usage ?? NO_HUB_USAGE),
  };
  // The arguments of tool calls go on as the model wrote them.
  return `${head},"content":[${content}],${JSON.stringify(tail).slice(1)}`;
}

/** JSON texts. */
function writePart(part: HubPart): string[] {
  switch (part.kind) {
    case 'text':
      // Anthropic would refuse white space alone when the caller sends it back.
      return part.text.trim() === '' ? [] : [JSON.stringify({ type: 'text', text: part.text })];
    case 'reasoning':
      if (part.redacted !== undefined) return [JSON.stringify({ type: 'redacted_thinking', data: part.redacted })];
      return [JSON.stringify({ type: 'thinking', thinking: part.text, signature: part.signature ?? '' })];
    case 'tool_call':
      return [writeCall(part)];
    default:
      return [];
  }
}

function writeCall({ id, name, argumentsJson, thoughtSignature }: HubToolCall): string {
  const block = { type: 'tool_use', id: writeToolId(id), name, ...writeThoughtSignature(thoughtSignature) };
  return `${JSON.stringify(block).slice(0, -1)},"input":${writeInput(argumentsJson)}}`;
}

/**
 * What is no object cannot stand there; under this name the model is told by its tool what it wrote.
 * Source: https://docs.anthropic.com/en/docs/agents-and-tools/tool-use/fine-grained-tool-streaming
 */
function writeInput(argumentsJson: string): string {
  if (argumentsJson.trim() === '') return '{}';
  return parseObject(argumentsJson) === null ? JSON.stringify({ INVALID_JSON: argumentsJson }) : argumentsJson;
}
