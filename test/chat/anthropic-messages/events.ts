/** Streams of the Messages API read as a strict client does. */
import type { ChatCall, JsonObject } from '../../../lib/chat/dialect';
import { callOf } from '../support';

export interface MessageEvent {
  readonly name: string;
  readonly data: JsonObject;
}

/** A Messages request as the router makes it of a caller's body. */
export const messagesCall = (body: JsonObject | string = {}, policy: Partial<ChatCall> = {}): ChatCall =>
  callOf(typeof body === 'string' ? body : { max_tokens: 100, ...body }, policy);

export function eventsOf(out: string): MessageEvent[] {
  return out
    .split('\n\n')
    .filter((event) => event !== '' && !event.startsWith(':'))
    .map((event) => {
      const [, name = '', data = ''] = /^event: (.*)\ndata: (.*)$/.exec(event) ?? [];
      return { name, data: JSON.parse(data) as JsonObject };
    });
}

export interface Read {
  readonly content: readonly JsonObject[];
  readonly stopReason: unknown;
  readonly usage: unknown;
  readonly isWhole: boolean;
  readonly message: JsonObject;
}

/** Puts an answer together; throws where the order of events is none that Anthropic documents. */
export function readMessageEvents(out: string): Read {
  const content: Record<string, unknown>[] = [];
  let open: number | null = null;
  let json = '';
  let message: JsonObject | null = null;
  let stopped: JsonObject | null = null;
  let isWhole = false;
  const must = (holds: boolean, what: string): void => {
    if (!holds) throw new Error(`${what}:\n${out}`);
  };
  for (const { name, data } of eventsOf(out)) {
    const {
      type,
      index,
      delta,
      content_block: block,
    } = data as { type: string; index: number } & Record<string, unknown>;
    const change = (delta ?? {}) as Record<string, string>;
    must(name === type, 'an event has the name of its type');
    must(!isWhole, 'nothing follows message_stop');
    if (type === 'ping' || type === 'error') continue;
    must((type === 'message_start') === (message === null), 'one message_start, and first');
    if (type === 'message_start') message = data['message'] as JsonObject;
    else if (type === 'content_block_start') {
      must(
        open === null && index === content.length && stopped === null,
        'one block open at a time, numbered in order',
      );
      open = index;
      json = '';
      content.push({ ...(block as JsonObject) });
    } else if (type === 'content_block_delta') {
      must(open === index, 'a delta of the open block');
      const last = content[index] as Record<string, unknown>;
      const add = (field: string, text: string | undefined): void => {
        last[field] = `${String(last[field])}${text}`;
      };
      if (change['type'] === 'text_delta') add('text', change['text']);
      else if (change['type'] === 'thinking_delta') add('thinking', change['thinking']);
      else if (change['type'] === 'signature_delta') last['signature'] = change['signature'];
      else json += change['partial_json'];
    } else if (type === 'content_block_stop') {
      must(open === index, 'the open block stops');
      if ((content[index] as JsonObject)['type'] === 'tool_use')
        (content[index] as Record<string, unknown>)['input'] = json;
      open = null;
    } else if (type === 'message_delta') {
      must(open === null, 'no block is open at the end');
      stopped = data;
    } else {
      must(type === 'message_stop' && stopped !== null, 'message_stop behind message_delta');
      isWhole = true;
    }
  }
  return {
    content,
    stopReason: (stopped?.['delta'] as JsonObject | undefined)?.['stop_reason'],
    usage: stopped?.['usage'],
    isWhole,
    message: message ?? {},
  };
}
