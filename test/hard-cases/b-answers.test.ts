/** B1–B6, B18–B28: what an answer of any provider is to a caller of chat completions. Tool calls are in a file of their own. */
import * as anthropic from '../chat/streams/anthropic';
import * as bedrock from '../chat/streams/bedrock';
import * as gemini from '../chat/streams/gemini';
import * as openai from '../chat/streams/openai';
import {
  MODELS,
  PROTOCOLS,
  type Protocol,
  TARGETS,
  type World,
  askStream,
  askWhole,
  playEvents,
  playJson,
  startWorld,
} from './support';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const TEXTS: Readonly<Record<Protocol, readonly string[]>> = {
  openai: openai.text,
  anthropic: anthropic.text,
  gemini: gemini.text,
  bedrock: bedrock.text,
};

const message = (content: readonly object[], stopReason = 'end_turn', more: object = {}): object => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: TARGETS.anthropic,
  content,
  stop_reason: stopReason,
  usage: { input_tokens: 10, output_tokens: 7 },
  ...more,
});
const converse = (content: readonly object[], stopReason = 'end_turn'): object => ({
  output: { message: { role: 'assistant', content } },
  stopReason,
  usage: { inputTokens: 10, outputTokens: 7, totalTokens: 17 },
});
const completion = (...messages: readonly object[]): object => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1_780_000_000,
  model: TARGETS.openai,
  choices: messages.map((one, index) => ({ index, message: { role: 'assistant', ...one }, finish_reason: 'stop' })),
  usage: { prompt_tokens: 10, completion_tokens: 7, total_tokens: 17 },
});
const candidates = (...all: readonly object[]): object => ({
  candidates: all.map((one, index) => ({ index, finishReason: 'STOP', ...one })),
  ...gemini.usage(),
  modelVersion: TARGETS.gemini,
  responseId: 'r1',
});

/** A whole answer of one text. */
const WHOLE: Readonly<Record<Protocol, (text: string) => object>> = {
  openai: (content) => completion({ content }),
  anthropic: (text) => message([{ type: 'text', text }]),
  gemini: (text) => candidates(gemini.parts({ text })),
  bedrock: (text) => converse([{ text }]),
};

describe.each(PROTOCOLS)('%s', (protocol) => {
  const model = MODELS[protocol];

  test('B1 the role is told once, and all chunks have one id, one created and one model', async () => {
    world.upstream.serve = playEvents(protocol, TEXTS[protocol]);
    const { chunks } = await askStream(world, model, { body: { stream_options: { include_usage: true } } });
    expect(chunks.length).toBeGreaterThan(2);
    const deltas = chunks.flatMap(({ choices }) => choices.map(({ delta }) => delta));
    expect(deltas.map(({ role }) => role).filter((role) => role !== undefined)).toEqual(['assistant']);
    expect(deltas[0]?.role).toBe('assistant');
    for (const field of ['id', 'created', 'model', 'object'] as const) {
      const values = new Set(chunks.map((chunk) => (chunk as unknown as Record<string, unknown>)[field]));
      expect([field, values.size]).toEqual([field, 1]);
    }
    expect(Number.isInteger(chunks[0]?.created)).toBe(true);
  });

  test('B2 one chunk has a finish reason, and it is the last with a choice', async () => {
    world.upstream.serve = playEvents(protocol, TEXTS[protocol]);
    const { chunks, finishes, done } = await askStream(world, model);
    expect({ finishes, done }).toEqual({ finishes: ['stop'], done: true });
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('stop');
  });

  test('B25 the answer names the model that gave it, a header the name that was asked for', async () => {
    world.upstream.serve = playJson(WHOLE[protocol]('Yes.'));
    const whole = await askWhole(world, model);
    expect(whole.body.model).toBe(TARGETS[protocol]);
    expect(whole.headers.get('x-hybrid-model')).toBe(model);
    expect(whole.headers.get('x-hybrid-target')).toBe(`${protocol}/${TARGETS[protocol]}`);
  });
});

/** Why an answer ended, streamed and whole. */
async function finishesOf(protocol: Protocol, events: readonly string[], whole: object): Promise<unknown[]> {
  world.upstream.serve = playEvents(protocol, events);
  const streamed = await askStream(world, MODELS[protocol]);
  world.upstream.serve = playJson(whole);
  const answer = await askWhole(world, MODELS[protocol]);
  return [...streamed.finishes, answer.body.choices[0]?.finish_reason];
}

test.each([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['pause_turn', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool_calls'],
  ['refusal', 'content_filter'],
  ['what_comes_next', 'stop'],
])('B3, B2 stop_reason %s of Anthropic is %s', async (reason, finish) => {
  const events = anthropic.whole(reason, ...anthropic.textBlock(0, 'x'));
  const whole = message([{ type: 'text', text: 'x' }], reason);
  expect(await finishesOf('anthropic', events, whole)).toEqual([finish, finish]);
});

test('B4 a refusal of Anthropic without content is a content_filter with its explanation', async () => {
  const details = { stop_details: { type: 'refusal', category: 'cyber', explanation: 'I cannot help with that.' } };
  world.upstream.serve = playEvents('anthropic', [
    anthropic.messageStart(),
    anthropic.messageDelta('refusal', { output_tokens: 1 }, details),
    anthropic.MESSAGE_STOP,
  ]);
  expect(await askStream(world, 'claude')).toMatchObject({
    text: '',
    refusal: 'I cannot help with that.',
    finishes: ['content_filter'],
    done: true,
    error: null,
  });
  world.upstream.serve = playJson(message([], 'refusal', details));
  expect((await askWhole(world, 'claude')).body.choices[0]).toMatchObject({
    message: { content: null, refusal: 'I cannot help with that.' },
    finish_reason: 'content_filter',
  });
});

test.each([
  ['STOP', 'stop'],
  ['MAX_TOKENS', 'length'],
  ...['SAFETY', 'RECITATION', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'SPII', 'IMAGE_SAFETY'].map((reason) => [
    reason,
    'content_filter',
  ]),
])('B5 finishReason %s of Gemini is %s', async (reason = '', finish = '') => {
  const events = [gemini.said(gemini.saidText('x')), gemini.finish(reason)];
  const whole = candidates({ ...gemini.parts({ text: 'x' }), finishReason: reason });
  expect(await finishesOf('gemini', events, whole)).toEqual([finish, finish]);
});

test('B5 STOP of Gemini is tool_calls where an earlier chunk had a call', async () => {
  const call = gemini.called({ name: 'f', args: {} });
  const events = [gemini.said(call), gemini.said(gemini.saidText('x')), gemini.finish('STOP')];
  const whole = candidates(gemini.parts(call, { text: 'x' }));
  expect(await finishesOf('gemini', events, whole)).toEqual(['tool_calls', 'tool_calls']);
});

test('B5 a malformed call of Gemini is an error, streamed and whole', async () => {
  world.upstream.serve = playEvents('gemini', [
    gemini.said(gemini.saidText('x')),
    gemini.finish('MALFORMED_FUNCTION_CALL'),
  ]);
  expect(await askStream(world, 'flash')).toMatchObject({
    finishes: [],
    done: false,
    error: { code: 'upstream_error' },
  });
  world.upstream.serve = playJson(candidates({ ...gemini.parts(), finishReason: 'MALFORMED_FUNCTION_CALL' }));
  expect((await askWhole(world, 'flash')).status).toBe(502);
});

test.each([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['max_tokens', 'length'],
  ['tool_use', 'tool_calls'],
  ['guardrail_intervened', 'content_filter'],
  ['content_filtered', 'content_filter'],
])('B6 stopReason %s of Bedrock is %s', async (reason, finish) => {
  const events = bedrock.whole(reason, ...bedrock.textBlock(0, 'x'));
  expect(await finishesOf('bedrock', events, converse([{ text: 'x' }], reason))).toEqual([finish, finish]);
});

test('B18 thoughts of Claude come as reasoning, apart from the text', async () => {
  world.upstream.serve = playEvents('anthropic', anthropic.thinking);
  expect(await askStream(world, 'claude')).toMatchObject({ reasoning: 'Hm.', text: 'Yes.', finishes: ['stop'] });
  const thinking = { type: 'thinking', thinking: 'Hm.', signature: 'c2ln' };
  world.upstream.serve = playJson(message([thinking, { type: 'text', text: 'Yes.' }]));
  expect((await askWhole(world, 'claude')).body.choices[0]?.message).toMatchObject({
    content: 'Yes.',
    reasoning_content: 'Hm.',
  });
});

test.each(['reasoning', 'reasoning_content'])('B19 %s of an engine comes as reasoning_content', async (field) => {
  const events = [{ [field]: 'H' }, { [field]: 'm.' }, { content: 'Yes.' }].map((delta) => openai.chunk({ delta }));
  for (const model of ['fast', 'gpt']) {
    world.upstream.serve = playEvents('openai', [...events, openai.STOP, openai.DONE]);
    const streamed = await askStream(world, model);
    expect(streamed).toMatchObject({ reasoning: 'Hm.', text: 'Yes.', done: true });
    world.upstream.serve = playJson(completion({ content: 'Yes.', [field]: 'Hm.' }));
    const { message: whole } = (await askWhole(world, model)).body.choices[0] ?? {};
    expect(whole).toEqual({ role: 'assistant', content: 'Yes.', reasoning_content: 'Hm.' });
  }
});

test('B20 several choices are kept apart, or refused where there is only one', async () => {
  world.upstream.serve = playEvents('openai', openai.twoChoices);
  const { chunks, finishes } = await askStream(world, 'gpt', { body: { n: 2 } });
  expect(chunks.map(({ choices }) => choices[0]?.index)).toEqual([0, 1, 0, 1]);
  expect(finishes).toEqual(['stop', 'length']);
  world.upstream.serve = playJson(completion({ content: 'a' }, { content: 'b' }));
  expect((await askWhole(world, 'gpt', { body: { n: 2 } })).body.choices).toHaveLength(2);
  world.upstream.serve = playJson(candidates(gemini.parts({ text: 'a' }), gemini.parts({ text: 'b' })));
  expect((await askWhole(world, 'flash', { body: { n: 2 } })).body.choices).toHaveLength(2);

  const before = world.upstream.requests.length;
  for (const model of ['claude', 'nova']) {
    const refused = await askWhole(world, model, { body: { n: 2 } });
    expect(refused).toMatchObject({ status: 400, body: { error: { code: 'no_capable_target' } } });
  }
  expect(world.upstream.requests).toHaveLength(before);
});

test('B21 log probabilities go through, or are refused where there are none', async () => {
  const logprobs = { content: [{ token: 'Yes', logprob: -0.0001, bytes: [89], top_logprobs: [] }], refusal: null };
  const [choice] = (completion({ content: 'Yes' }) as { choices: object[] }).choices;
  world.upstream.serve = playJson({ ...completion({}), choices: [{ ...choice, logprobs }] });
  const body = { logprobs: true, top_logprobs: 2 };
  expect((await askWhole(world, 'gpt', { body })).body.choices[0]).toMatchObject({ logprobs });
  expect(world.upstream.requests.at(-1)?.body).toMatchObject(body);
  for (const model of ['claude', 'nova']) {
    const refused = await askWhole(world, model, { body });
    expect(refused).toMatchObject({ status: 400, body: { error: { code: 'no_capable_target' } } });
  }
});

describe('B22, B23 tool calls', () => {
  const WITH: Readonly<Record<Exclude<Protocol, 'openai'>, (text: readonly string[]) => object>> = {
    anthropic: (texts) =>
      message(
        [...texts.map((text) => ({ type: 'text', text })), { type: 'tool_use', id: 't', name: 'f', input: { q: 1 } }],
        'tool_use',
      ),
    gemini: (texts) =>
      candidates(gemini.parts(...texts.map((text) => ({ text })), gemini.called({ name: 'f', args: { q: 1 } }))),
    bedrock: (texts) =>
      converse(
        [...texts.map((text) => ({ text })), { toolUse: { toolUseId: 't', name: 'f', input: { q: 1 } } }],
        'tool_use',
      ),
  };
  const CALL = { type: 'function', function: { name: 'f', arguments: '{"q":1}' } };

  test.each(['anthropic', 'gemini', 'bedrock'] as const)('B22 alone have the content null: %s', async (protocol) => {
    world.upstream.serve = playJson(WITH[protocol]([]));
    const { body } = await askWhole(world, MODELS[protocol]);
    expect(body.choices[0]).toMatchObject({
      message: { content: null, tool_calls: [CALL] },
      finish_reason: 'tool_calls',
    });
  });

  test.each(['anthropic', 'gemini', 'bedrock'] as const)('B23 beside text are both kept: %s', async (protocol) => {
    world.upstream.serve = playJson(WITH[protocol](['Looking.']));
    const { body } = await askWhole(world, MODELS[protocol]);
    expect(body.choices[0]?.message).toMatchObject({ content: 'Looking.', tool_calls: [CALL] });
    const events = { anthropic: anthropic.tools, gemini: gemini.tools, bedrock: bedrock.tools }[protocol];
    world.upstream.serve = playEvents(protocol, events);
    const streamed = await askStream(world, MODELS[protocol]);
    expect(streamed).toMatchObject({ text: 'Looking.', finishes: ['tool_calls'], done: true });
    expect(streamed.calls.map(({ name }) => name)).toEqual(['tool_a', 'tool_b']);
  });
});

test('B24 kinds of blocks and events that are not known end no stream', async () => {
  world.upstream.serve = playEvents(
    'anthropic',
    anthropic.whole(
      'end_turn',
      anthropic.start(0, { type: 'server_tool_use', id: 's', name: 'web_search', input: {} }),
      anthropic.delta(0, { type: 'input_json_delta', partial_json: '{"query":"x"}' }),
      anthropic.stop(0),
      anthropic.start(1, {
        type: 'web_search_tool_result',
        tool_use_id: 's',
        content: [{ type: 'web_search_result' }],
      }),
      anthropic.stop(1),
      JSON.stringify({ type: 'what_comes_next', index: 2 }),
      anthropic.start(2, { type: 'text', text: '' }),
      anthropic.delta(2, { type: 'citations_delta', citation: { type: 'web_search_result_location' } }),
      anthropic.delta(2, { type: 'text_delta', text: 'Found.' }),
      anthropic.stop(2),
    ),
  );
  expect(await askStream(world, 'claude')).toMatchObject({ text: 'Found.', calls: [], finishes: ['stop'], done: true });
  world.upstream.serve = playEvents(
    'bedrock',
    bedrock.whole(
      'end_turn',
      bedrock.delta(0, { citation: { title: 'x' } }),
      '{"whatComesNext":{}}',
      ...bedrock.textBlock(1, 'Found.'),
    ),
  );
  expect(await askStream(world, 'nova')).toMatchObject({ text: 'Found.', finishes: ['stop'], done: true });
  world.upstream.serve = playEvents('gemini', [
    gemini.said(
      { executableCode: { language: 'PYTHON', code: '1' } },
      { whatComesNext: {} },
      gemini.saidText('Found.'),
    ),
    gemini.finish('STOP'),
  ]);
  expect(await askStream(world, 'flash')).toMatchObject({ text: 'Found.', finishes: ['stop'], done: true });
});

describe('B28 an answer after a schema', () => {
  const schema = {
    type: 'object',
    properties: { q: { type: 'number' } },
    required: ['q'],
    additionalProperties: false,
  };
  const tool = { type: 'function', function: { name: 'tool_a', parameters: { type: 'object' } } };
  const body = {
    tools: [tool],
    response_format: { type: 'json_schema', json_schema: { name: 'answer', schema, strict: true } },
  };

  test('is content, no tool call, and the schema goes to the target as its own', async () => {
    const events = anthropic.whole('end_turn', ...anthropic.textBlock(0, '{"q":1}'));
    world.upstream.serve = playEvents('anthropic', events);
    expect(await askStream(world, 'claude', { body })).toMatchObject({
      text: '{"q":1}',
      calls: [],
      finishes: ['stop'],
    });
    expect(world.upstream.requests.at(-1)?.body).toMatchObject({
      output_config: { format: { type: 'json_schema', schema } },
      tools: [{ name: 'tool_a' }],
    });
    world.upstream.serve = playJson(message([{ type: 'text', text: '{"q":1}' }]));
    const { choices } = (await askWhole(world, 'claude', { body })).body;
    expect(choices[0]).toMatchObject({ message: { content: '{"q":1}' }, finish_reason: 'stop' });
    expect(choices[0]?.message).not.toHaveProperty('tool_calls');
  });

  test('is the same on Bedrock, where the model can', async () => {
    world.upstream.serve = playEvents('bedrock', bedrock.whole('end_turn', ...bedrock.textBlock(0, '{"q":1}')));
    const model = 'bedrock/anthropic.claude-sonnet-4-5-20250929-v1:0';
    expect(await askStream(world, model, { body })).toMatchObject({ text: '{"q":1}', calls: [], finishes: ['stop'] });
    expect(world.upstream.requests.at(-1)?.body).toMatchObject({
      outputConfig: { textFormat: { structure: { jsonSchema: { schema: JSON.stringify(schema) } } } },
    });
    expect(await askStream(world, 'nova', { body })).toMatchObject({
      status: 400,
      error: { code: 'no_capable_target' },
    });
  });

  test('leaves calls of real tools what they are', async () => {
    world.upstream.serve = playEvents(
      'anthropic',
      anthropic.whole('tool_use', ...anthropic.toolBlock(0, 'a', '{"q":1}')),
    );
    expect(await askStream(world, 'claude', { body })).toMatchObject({
      text: '',
      calls: [{ name: 'tool_a', arguments: '{"q":1}' }],
      finishes: ['tool_calls'],
    });
  });
});
