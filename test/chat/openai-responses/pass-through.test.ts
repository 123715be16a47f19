import type { ChatCall, JsonObject } from '../../../lib/chat/dialect';
import { openAiResponses } from '../../../lib/chat/openai-responses/pass-through';
import { dataOf, runEvents } from '../support';
import { askOf, typesOf } from './support';

const RESPONSE = { id: 'resp_1', object: 'response', status: 'completed', error: null, output: [], usage: null };
const USAGE = {
  input_tokens: 20,
  input_tokens_details: { cached_tokens: 16, cache_write_tokens: 2 },
  output_tokens: 5,
  output_tokens_details: { reasoning_tokens: 3 },
  total_tokens: 25,
};
const HUB_USAGE = {
  promptTokens: 20,
  completionTokens: 5,
  cacheReadTokens: 16,
  cacheWriteTokens: 2,
  reasoningTokens: 3,
};
const read = (body: JsonObject): ReturnType<typeof openAiResponses.answer> =>
  openAiResponses.answer(askOf(), JSON.stringify(body));

describe('the request', () => {
  const written = (body: JsonObject, policy: Partial<ChatCall>): JsonObject =>
    JSON.parse(openAiResponses.request(askOf(body, policy)).text) as JsonObject;

  test('C26, C28 changes the model and no other byte, whatever it names that is stored', () => {
    const text =
      '{ "input":"x \\u00e9","previous_response_id":"resp_9","model":"auto", "tools":[{"type":"web_search","n":1.0}] }\n';
    const call = { ...askOf(), text };
    expect(openAiResponses.request(call)).toEqual({
      text: text.replace('"auto"', '"target-model"'),
      dropped: [],
      changed: [],
    });
    expect(openAiResponses.path(call)).toBe('/responses');
  });

  test('has what the policy sets, by the names of this API', () => {
    const set = { max_tokens: 100, temperature: 0, top_p: 0.5 };
    const body = written({ max_output_tokens: 900, temperature: 1, metadata: { a: 'b' } }, { set, metadata: null });
    expect(body).toEqual({ model: 'target-model', input: 'hello', max_output_tokens: 100, temperature: 0, top_p: 0.5 });
    expect(written({ metadata: { a: 'b', task: 'code' } }, { metadata: { a: 'b' } })['metadata']).toEqual({ a: 'b' });
  });
});

describe('a whole answer', () => {
  test('goes on byte for byte, read for its usage and its end', () => {
    const text = `${JSON.stringify({ ...RESPONSE, usage: USAGE })}\n`;
    expect(openAiResponses.answer(askOf(), text)).toEqual({ ok: true, body: text, usage: HUB_USAGE, finish: 'stop' });
  });

  test.each<[string, JsonObject, string]>([
    ['a call', { output: [{ type: 'reasoning' }, { type: 'function_call' }] }, 'tool_calls'],
    ['a call of a custom tool', { output: [{ type: 'custom_tool_call' }] }, 'tool_calls'],
    ['the limit', { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }, 'length'],
    ['a filter', { status: 'incomplete', incomplete_details: { reason: 'content_filter' } }, 'content_filter'],
  ])('ends by %s', (_name, body, finish) => {
    expect(read({ ...RESPONSE, ...body })).toMatchObject({ ok: true, finish });
  });

  test.each<[string, JsonObject, object]>([
    [
      'an error',
      { status: 'failed', error: { code: 'server_error', message: 'm' } },
      { kind: 'error_event', status: 500, message: 'm' },
    ],
    ['a rate', { error: { code: 'rate_limit_exceeded', message: 'm' } }, { kind: 'error_event', status: 429 }],
    ['no output', { output: null }, { kind: 'invalid' }],
    ['no end', { status: 'in_progress' }, { kind: 'invalid' }],
  ])('with %s is none', (_name, body, fault) => {
    expect(read({ ...RESPONSE, ...body })).toMatchObject({ ok: false, ...fault });
  });
});

describe('a stream', () => {
  const event = (number: number, type: string, rest: JsonObject = {}): string =>
    JSON.stringify({ type, sequence_number: number, ...rest });
  const TEXT = [
    event(0, 'response.created', { response: { ...RESPONSE, status: 'in_progress' } }),
    event(1, 'response.output_item.added', { output_index: 0, item: { type: 'reasoning' } }),
    event(2, 'response.output_item.added', { output_index: 1, item: { type: 'message' } }),
    event(3, 'response.output_text.delta', { delta: 'é' }),
    event(4, 'response.completed', { response: { ...RESPONSE, usage: USAGE } }),
  ];
  const stream = (events: readonly string[]): ReturnType<typeof runEvents> =>
    runEvents(openAiResponses, askOf({ stream: true }), events);
  const BROKEN = { code: 'upstream_interrupted', message: 'm', param: null } as const;

  test('goes on event by event as it came, and is over with its response', () => {
    const { events, last, usage, finish, content } = stream([...TEXT, event(5, 'response.more')]);
    expect(events).toEqual(TEXT);
    expect(last).toMatchObject({ ended: true });
    expect([usage, finish]).toEqual([HUB_USAGE, 'stop']);
    expect(content).toEqual([false, false, false, true, false]);
  });

  test('keeps the names of events', () => {
    const { out } = openAiResponses.stream(askOf()).read('response.created', TEXT[0] ?? '');
    expect(out).toBe(`event: response.created\ndata: ${TEXT[0]}\n\n`);
  });

  test('that ends at the limit is whole', () => {
    const response = { ...RESPONSE, status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } };
    const { last, finish } = stream([...TEXT.slice(0, -1), event(4, 'response.incomplete', { response })]);
    expect([last.ended, finish]).toEqual([true, 'length']);
  });

  test.each(['function_call', 'web_search_call'])('has begun with an item of type %s', (type) => {
    const { content } = stream([event(0, 'response.output_item.added', { item: { type } })]);
    expect(content).toEqual([true]);
  });

  test('A8, A9 broken off after any event it is truncated, and the error has the next number', () => {
    for (let count = 0; count < TEXT.length; count += 1) {
      const { last, events } = stream(TEXT.slice(0, count));
      expect([last.fault?.kind, events]).toEqual(['truncated', TEXT.slice(0, count)]);
      const reader = openAiResponses.stream(askOf());
      for (const data of TEXT.slice(0, count)) reader.read(undefined, data);
      const [error] = dataOf(reader.error?.(BROKEN) ?? '').map((data) => JSON.parse(data) as object);
      expect(error).toMatchObject({ type: 'error', sequence_number: count, error: { code: BROKEN.code } });
    }
  });

  test('[DONE] is no end', () => {
    expect(stream([...TEXT.slice(0, -1), '[DONE]']).last.fault?.kind).toBe('truncated');
  });

  test.each<[string, string, object]>([
    ['an error', event(4, 'error', { code: 'server_error', message: 'm', param: null }), { status: 500, message: 'm' }],
    [
      'an error of a gateway',
      JSON.stringify({ error: { code: 'rate_limit_exceeded', message: 'm' } }),
      { status: 429 },
    ],
    [
      'a failure',
      event(4, 'response.failed', {
        response: { ...RESPONSE, status: 'failed', error: { code: 'rate_limit_exceeded', message: 'm' } },
      }),
      { status: 429, message: 'm' },
    ],
    ['what is no JSON', '{', { kind: 'invalid' }],
  ])('A12, A14 ends where %s comes, which is not forwarded', (_name, data, fault) => {
    const { last, events } = stream([...TEXT.slice(0, 4), data, ...TEXT.slice(4)]);
    expect(last).toMatchObject({ out: '', fault });
    expect(typesOf(events)).toEqual(typesOf(TEXT.slice(0, 4)));
  });
});
