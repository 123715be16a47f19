/** Calls of the Responses API, and a stream of it written from hub events. */
import type { ChatCall, JsonObject } from '../../../lib/chat/dialect';
import type { HubEvent, HubUsage } from '../../../lib/chat/hub';
import { responsesCaller } from '../../../lib/chat/openai-responses/caller';
import { callOf, dataOf } from '../support';

export const USAGE: HubUsage = {
  promptTokens: 9,
  completionTokens: 3,
  cacheReadTokens: 4,
  cacheWriteTokens: 0,
  reasoningTokens: 2,
};

export function askOf(body: JsonObject = {}, policy: Partial<ChatCall> = {}): ChatCall {
  return callOf(JSON.stringify({ model: 'auto', input: 'hello', ...body }), policy);
}

export const START: HubEvent = { kind: 'start', id: 'msg_1', model: 'claude' };

/** The data of its events. */
export function streamed(events: readonly HubEvent[], call = askOf({ stream: true })): string[] {
  const writer = responsesCaller.stream(call);
  return dataOf(events.map((event) => writer.write(event)).join('') + writer.end());
}

export const typesOf = (events: readonly string[]): string[] =>
  events.map((data) => (data === '[DONE]' ? data : (JSON.parse(data) as { type: string }).type));
