/** Hub messages as those of a chat completion. */
import type { HubMessage, HubPart } from '../hub';
import type { JsonObject } from '../json';
import { writeThoughtSignature } from './thought-signature';

export interface WrittenMessages {
  readonly messages: readonly JsonObject[];
  /** Reasoning of earlier turns was left out. */
  readonly droppedReasoning: boolean;
}

/** @param takes.reasoning whether the target takes back what the model thought in earlier turns */
export function writeMessages(
  messages: readonly HubMessage[],
  takes: { readonly reasoning: boolean },
): WrittenMessages {
  return {
    messages: messages.flatMap((message) => writeMessage(message, takes.reasoning)),
    droppedReasoning: !takes.reasoning && messages.some(({ parts }) => parts.some(({ kind }) => kind === 'reasoning')),
  };
}

function writeMessage({ role, parts }: HubMessage, withReasoning: boolean): JsonObject[] {
  switch (role) {
    case 'system':
    case 'user':
      return [{ role, content: writeContent(parts) }];
    case 'tool':
      return parts.flatMap((part) =>
        part.kind === 'tool_result' ? [{ role, tool_call_id: part.id, content: part.text }] : [],
      );
    case 'assistant':
      return [writeAssistant(parts, withReasoning)];
  }
}

/** Text alone as a string: engines that know no parts are many. */
function writeContent(parts: readonly HubPart[]): string | JsonObject[] {
  const [first] = parts;
  if (first?.kind === 'text' && parts.length === 1) return first.text;
  return parts.flatMap(writePart);
}

function writePart(part: HubPart): JsonObject[] {
  switch (part.kind) {
    case 'text':
      return [{ type: 'text', text: part.text }];
    case 'image': {
      const { source } = part;
      const url = 'url' in source ? source.url : `data:${source.mediaType};base64,${source.base64}`;
      return [{ type: 'image_url', image_url: { url } }];
    }
    case 'file': {
      const file = { file_data: `data:${part.mediaType};base64,${part.base64}` };
      return [{ type: 'file', file: { ...file, filename: part.name ?? 'file' } }];
    }
    default:
      return [];
  }
}

function writeAssistant(parts: readonly HubPart[], withReasoning: boolean): JsonObject {
  const text = textOf(parts, 'text');
  const reasoning = withReasoning ? textOf(parts, 'reasoning') : '';
  const calls = parts.flatMap((part) => (part.kind === 'tool_call' ? [part] : []));
  return {
    role: 'assistant',
    content: text === '' && calls.length > 0 ? null : text,
    ...(reasoning !== '' && { reasoning_content: reasoning }),
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

/** What parts of one kind say together. */
export function textOf(parts: readonly HubPart[], kind: 'text' | 'reasoning'): string {
  return parts.map((part) => (part.kind === kind ? part.text : '')).join('');
}
