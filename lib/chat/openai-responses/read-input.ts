/** The caller's instructions and input into the hub. */
import type { HubPart } from '../hub';
import { type JsonObject, isObject } from '../json';
import { isGiven, refuse, unsupported } from '../openai-chat/mistakes';
import { readThoughtSignature } from '../openai-chat/thought-signature';
import { Conversation, type PlacedMessage } from './conversation';
import { readSeal } from './seal';
import { ANSWER, ANY, type PartReaders, TEXT_ONLY, readContent } from './read-content';

export function readInput({ instructions, input }: JsonObject): readonly PlacedMessage[] {
  const conversation = new Conversation();
  if (typeof instructions === 'string' && instructions !== '') {
    conversation.say('system', [{ kind: 'text', text: instructions }], 'instructions', ['instructions']);
  }
  if (typeof input === 'string') conversation.say('user', [{ kind: 'text', text: input }], 'input', ['input']);
  else (input as readonly JsonObject[]).forEach((item, index) => readItem(item, `input[${index}]`, conversation));
  return conversation.end();
}

type ReadItem = (item: JsonObject, at: string, conversation: Conversation) => void;

const READERS: Readonly<Record<string, ReadItem>> = {
  message: readMessage,
  function_call: readCall,
  function_call_output: readOutput,
  reasoning: readReasoning,
  item_reference: (_item, at) => unsupported(`${at}.type`, 'the router stores no items; send the item itself'),
};

/** A message may leave its type out. */
function readItem(item: JsonObject, at: string, conversation: Conversation): void {
  const type = item['type'] ?? 'message';
  if (typeof type !== 'string') refuse(`${at}.type`, 'the type of an item', type);
  const read = Object.hasOwn(READERS, type) ? READERS[type] : undefined;
  if (read === undefined) {
    unsupported(`${at}.type`, `only items of type ${Object.keys(READERS).slice(0, -1).join(', ')} can be translated`);
  }
  read(item, at, conversation);
}

const ROLES: Readonly<Record<string, PartReaders>> = {
  system: TEXT_ONLY,
  developer: TEXT_ONLY,
  user: ANY,
  assistant: ANSWER,
};

function readMessage({ role, content }: JsonObject, at: string, conversation: Conversation): void {
  const readers = typeof role === 'string' && Object.hasOwn(ROLES, role) ? ROLES[role] : undefined;
  if (readers === undefined) refuse(`${at}.role`, "'user', 'assistant', 'system' or 'developer'", role);
  const parts = readContent(content, `${at}.content`, readers);
  const places = placesOf(parts, content, `${at}.content`);
  if (role === 'assistant') conversation.answer(parts, at, places);
  else conversation.say(role === 'user' ? 'user' : 'system', parts, at, places);
}

const placesOf = (parts: readonly HubPart[], content: unknown, at: string): string[] =>
  parts.map((_part, index) => (Array.isArray(content) ? `${at}[${index}]` : at));

/** `arguments` stay the text the model wrote, empty or not JSON: each target has its own rule for those. */
function readCall(item: JsonObject, at: string, conversation: Conversation): void {
  const { call_id: id, name, arguments: argumentsJson } = item;
  if (typeof id !== 'string' || id === '') refuse(`${at}.call_id`, 'an id', id);
  if (typeof name !== 'string' || name === '') refuse(`${at}.name`, 'a name', name);
  if (typeof argumentsJson !== 'string') refuse(`${at}.arguments`, 'JSON in a string', argumentsJson);
  const thoughtSignature = readThoughtSignature(item);
  const call = { kind: 'tool_call', id, name, argumentsJson, ...(thoughtSignature !== null && { thoughtSignature }) };
  conversation.answer([call as HubPart], at, [at]);
}

function readOutput({ call_id: id, output }: JsonObject, at: string, conversation: Conversation): void {
  if (typeof id !== 'string' || id === '') refuse(`${at}.call_id`, 'the id of a function call', id);
  const parts = readContent(output, `${at}.output`, ANY);
  const text = parts.map((part) => (part.kind === 'text' ? part.text : '')).join('');
  const placed = parts.map((part, index) => ({ part, at: `${at}.output[${index}]` }));
  const shown = placed.filter(({ part }) => part.kind !== 'text');
  conversation.result(id, text, shown, at);
}

/** The thoughts themselves, or what was told of them. What OpenAI has sealed only OpenAI could read. */
function readReasoning(item: JsonObject, at: string, conversation: Conversation): void {
  const text = textOf(item['content']) || textOf(item['summary']);
  const seal = readSeal(item['encrypted_content']);
  if (text !== '' || seal !== null) conversation.answer([{ kind: 'reasoning', text, ...seal }], at, [at]);
}

const textOf = (parts: unknown): string =>
  (Array.isArray(parts) ? parts.filter(isObject) : [])
    .map(({ text }) => (typeof text === 'string' ? text : ''))
    .join('\n\n');

/** Thoughts of earlier turns with OpenAI's own seal, which go to nobody else. */
export const hasSealedReasoning = ({ input }: JsonObject): boolean =>
  Array.isArray(input) &&
  input
    .filter(isObject)
    .some(
      ({ type, encrypted_content: sealed }) => type === 'reasoning' && isGiven(sealed) && readSeal(sealed) === null,
    );
