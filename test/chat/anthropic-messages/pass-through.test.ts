import { messagesPassThrough } from '../../../lib/chat/anthropic-messages/pass-through';
import type { ChatCall, JsonObject } from '../../../lib/chat/dialect';
import { MODEL } from '../support';
import { messagesCall } from './events';

const asked = (body: JsonObject | string, policy: Partial<ChatCall> = {}): JsonObject =>
  JSON.parse(messagesPassThrough.request(messagesCall(body, policy)).text) as JsonObject;

test('a request goes on as it was written but for the name of the model', () => {
  const text =
    '{ "model": "auto", "max_tokens":5, "messages": [{"role":"user","content":"x"}],' +
    ' "tools":[{"type":"web_search_20250305","name":"web_search","max_uses":12345678901234567890}], "unknown": 1.0 }';
  const { text: sent, ...rest } = messagesPassThrough.request(messagesCall(text));
  expect(sent).toBe(text.replace('"auto"', `"${MODEL}"`));
  expect(rest).toEqual({ dropped: [], changed: [] });
  expect(messagesPassThrough.path(messagesCall())).toBe('/v1/messages');
});

describe('a route', () => {
  test.each<[JsonObject, ChatCall['set'], JsonObject]>([
    [{}, { max_tokens: 7 }, { max_tokens: 7 }],
    [{ temperature: 0.1 }, { temperature: 1.7 }, { temperature: 1 }],
    [{ top_p: 0.1 }, { temperature: 0.2 }, { temperature: 0.2, top_p: undefined }],
    [{ temperature: 0.1 }, { top_p: 0.2 }, { temperature: undefined, top_p: 0.2 }],
    [
      { thinking: { type: 'enabled', budget_tokens: 9_000 } },
      { max_tokens: 4_000 },
      { thinking: { type: 'enabled', budget_tokens: 3_999 } },
    ],
    [{ thinking: { type: 'enabled', budget_tokens: 9_000 } }, { max_tokens: 1_000 }, { thinking: undefined }],
    [
      { thinking: { type: 'enabled', budget_tokens: 2_000 } },
      { max_tokens: 4_000 },
      { thinking: { type: 'enabled', budget_tokens: 2_000 } },
    ],
  ])('changes %j by %j', (body, set, sent) => {
    const request = asked(body, { set });
    for (const [field, value] of Object.entries(sent)) expect(request[field]).toEqual(value);
  });

  test('lists what it takes out', () => {
    const call = messagesCall({ top_p: 0.1 }, { set: { temperature: 0.2 } });
    expect(messagesPassThrough.request(call).dropped).toEqual(['top_p']);
  });
});

test('metadata for the router stays here', () => {
  const body = { metadata: { user_id: 'u', task: 'code' } };
  expect(asked(body, { metadata: { user_id: 'u' } })['metadata']).toEqual({ user_id: 'u' });
  expect(asked(body, { metadata: null })).not.toHaveProperty('metadata');
});

test('what another model wrote into the history is no obstacle', () => {
  const text =
    '{"model":"auto","max_tokens":5,"messages":[{"role":"user","content":[{"type":"thinking"}]},' +
    '{"role":"assistant","content":[{"type":"thinking","thinking":"a","signature":""},' +
    '{"type":"tool_use","id":"a","name":"f","input":{"n":12345678901234567890},"extra_content":{}}]},' +
    '{"role":"assistant","content":[{"type":"thinking","thinking":"b","signature":"real"}]},' +
    '{"role":"assistant","content":[{"type":"thinking","thinking":"c"}]}]}';
  const { text: sent, dropped } = messagesPassThrough.request(messagesCall(text));
  expect(sent).toBe(
    `{"model":"${MODEL}","max_tokens":5,"messages":[{"role":"user","content":[{"type":"thinking"}]},` +
      '{"role":"assistant","content":[' +
      '{"type":"tool_use","id":"a","name":"f","input":{"n":12345678901234567890}}]},' +
      '{"role":"assistant","content":[{"type":"thinking","thinking":"b","signature":"real"}]},' +
      '{"role":"assistant","content":[{"type":"text","text":"(no content)"}]}]}',
  );
  expect(dropped).toEqual(['thinking']);
});

test.each<[Record<string, string>, Record<string, string>]>([
  [{}, {}],
  [{ 'anthropic-beta': 'a-2025-01-01, b' }, { 'anthropic-beta': 'a-2025-01-01, b' }],
  [{ 'anthropic-beta': 'a\r\nx: y' }, {}],
  [{ 'anthropic-beta': 'a'.repeat(513) }, {}],
  [{ 'anthropic-version': '2024-01-01' }, { 'anthropic-version': '2024-01-01' }],
  [{ 'anthropic-version': 'latest' }, {}],
  [{ 'x-api-key': 'hk_secret', authorization: 'Bearer hk_secret', cookie: 'c' }, {}],
])('of the headers %j the target hears %j', (given, heard) => {
  expect(messagesPassThrough.headers?.(given)).toEqual(heard);
});

test('a whole answer comes back as it came, and its usage is read', () => {
  const usage = { input_tokens: 3, cache_read_input_tokens: 4, output_tokens: 5 };
  const text = JSON.stringify({
    type: 'message',
    id: 'msg_1',
    model: 'c',
    content: [{ type: 'server_tool_use' }],
    stop_reason: 'pause_turn',
    usage,
  });
  expect(messagesPassThrough.answer(messagesCall(), text)).toMatchObject({
    ok: true,
    body: text,
    finish: 'stop',
    usage: { promptTokens: 7, completionTokens: 5, cacheReadTokens: 4 },
  });
  const error = JSON.stringify({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } });
  expect(messagesPassThrough.answer(messagesCall(), error)).toMatchObject({ ok: false, status: 503 });
});
