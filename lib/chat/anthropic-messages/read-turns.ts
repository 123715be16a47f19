/**
 * Turns of the Messages API as messages of the hub. What tools gave back is a message of its own there, directly behind
 * the calls, so that an index of the hub is none of the caller's: each part remembers its place.
 */
import type { HubMessage } from '../hub';
import { type JsonObject, isObject } from '../json';
import { refuse } from '../openai-chat/mistakes';
import { ASSISTANT, type Placed, SYSTEM, USER, readBlock, readContent } from './read-blocks';
import { systemBlocks } from './system';

export interface PlacedMessage {
  readonly role: HubMessage['role'];
  readonly parts: readonly Placed[];
  /** In the caller's body. */
  readonly at: string;
}

export const hubMessage = ({ role, parts }: PlacedMessage): HubMessage => ({
  role,
  parts: parts.map(({ part }) => part),
});

/** Throws `CallerMistake`. */
export function readTurns(body: JsonObject): PlacedMessage[] {
  const messages = (body['messages'] as unknown[]).map((message, index) => ({ message, at: `messages[${index}]` }));
  const turns: PlacedMessage[] = readSystem(body);
  /** Messages of the user without one of the assistant between them: one turn, whose results come first. */
  let run: PlacedMessage[] = [];
  const endRun = (): void => {
    turns.push(...resultsFirst(run));
    run = [];
  };
  for (const { message, at } of messages) {
    if (!isObject(message)) refuse(at, 'an object', message);
    if (message['role'] === 'user') {
      run.push({ role: 'user', parts: readContent(message['content'], `${at}.content`, USER), at });
      continue;
    }
    if (message['role'] === 'system') {
      run.push({ role: 'user', parts: readContent(message['content'], `${at}.content`, SYSTEM).map(reminder), at });
      continue;
    }
    endRun();
    turns.push({ role: 'assistant', parts: readContent(message['content'], `${at}.content`, ASSISTANT), at });
  }
  endRun();
  return turns;
}

/**
 * What the system says within a conversation stays in its place, as a part of the user's turn: many chat templates take
 * system text at the front only, and there it would change what is cached. Claude Code marks its own reminders so.
 */
const reminder = ({ part, at }: Placed): Placed =>
  part.kind === 'text'
    ? { part: { ...part, text: `<system-reminder>\n${part.text}\n</system-reminder>` }, at }
    : { part, at };

function readSystem(body: JsonObject): PlacedMessage[] {
  const parts = systemBlocks(body).flatMap(({ block, at }) => readBlock(block, at, SYSTEM));
  return parts.length === 0 ? [] : [{ role: 'system', parts, at: 'system' }];
}

function resultsFirst(run: readonly PlacedMessage[]): PlacedMessage[] {
  const [first] = run;
  if (first === undefined) return [];
  const results = run.flatMap(({ parts }) => parts.filter(isResult));
  const said = run
    .map((message) => ({ ...message, parts: message.parts.filter((part) => !isResult(part)) }))
    .filter(({ parts }) => parts.length > 0);
  return results.length === 0 && said.length === 0
    ? [first]
    : [...(results.length === 0 ? [] : [{ role: 'tool' as const, parts: results, at: first.at }]), ...said];
}

const isResult = ({ part }: Placed): boolean => part.kind === 'tool_result';
