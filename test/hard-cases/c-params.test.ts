/** Section C of the hard cases, the parameters of a request and its body as such. */
import { TARGETS, TRANSLATED, call, called, result, tool, useWorld, user } from './exchange';
import { KEY } from '../support/router';

const world = useWorld({
  routes: [
    { name: 'steady', when: { task: 'agentic' }, to: ['gpt', 'claude'] },
    { name: 'default', to: ['claude', 'flash'] },
  ],
});
const sent: typeof world.sent = (...ask) => world.sent(...ask);

const TOOLS = [tool('a')];
const HISTORY = [user('q'), called(call('1', 'a')), result('1', 'x')];
const SCHEMA = { type: 'object', properties: { x: { type: 'integer' } }, required: ['x'], additionalProperties: false };
const FORMAT = { type: 'json_schema', json_schema: { name: 'n', schema: SCHEMA } };

describe('tools', () => {
  test('C8 `tool_choice: none` keeps every target from calling', async () => {
    const body = { tools: TOOLS, tool_choice: 'none' };
    expect((await sent('claude', body)).body).toMatchObject({ tool_choice: { type: 'none' } });
    expect((await sent('flash', body)).body).toMatchObject({ toolConfig: { functionCallingConfig: { mode: 'NONE' } } });
    expect((await sent('converse', body)).body['toolConfig']).toBeUndefined();
    expect((await sent('converse', { ...body, messages: HISTORY })).body).toMatchObject({
      toolConfig: { tools: [{ toolSpec: { name: 'unavailable' } }] },
    });
    expect((await sent('gpt', body)).body).toMatchObject({ tool_choice: 'none' });
  });

  test('C9 `parallel_tool_calls: false` reaches who knows it and is listed where nobody does', async () => {
    const body = { tools: TOOLS, parallel_tool_calls: false };
    expect((await sent('claude', body)).body).toMatchObject({ tool_choice: { disable_parallel_tool_use: true } });
    for (const target of ['flash', 'converse'])
      expect((await sent(target, body)).dropped).toContain('parallel_tool_calls');
  });

  test('C10 a schema goes to Gemini as JSON Schema, with all that its own dialect has not', async () => {
    const parameters = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: { x: { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }], exclusiveMinimum: 0 } },
      $defs: { node: { type: 'object', properties: { next: { $ref: '#/$defs/node' } } } },
      additionalProperties: false,
    };
    const { body } = await sent('flash', { tools: [tool('a', parameters)] });
    expect(body).toMatchObject({
      tools: [{ functionDeclarations: [{ name: 'a', parametersJsonSchema: parameters }] }],
    });
  });
});

describe('answers in JSON', () => {
  test.each<[string, object]>([
    ['claude', { output_config: { format: { type: 'json_schema', schema: SCHEMA } } }],
    ['flash', { generationConfig: { responseMimeType: 'application/json', responseJsonSchema: SCHEMA } }],
    [
      'converse',
      {
        outputConfig: {
          textFormat: { type: 'json_schema', structure: { jsonSchema: { name: 'n', schema: JSON.stringify(SCHEMA) } } },
        },
      },
    ],
  ])('C12 `json_schema` is asked for in the provider’s own words: %s', async (target, written) => {
    expect((await sent(target, { response_format: FORMAT })).body).toMatchObject(written);
  });

  test('C13 `json_object` goes to who has it, and is never left out in silence', async () => {
    const body = { response_format: { type: 'json_object' } };
    expect((await sent('auto', body)).record.attempts.map(({ model }) => model)).toEqual(['flash']);
    for (const target of ['claude', 'converse']) {
      const { status, answer, request } = await sent(target, body);
      expect([status, answer, request]).toMatchObject([400, { error: { code: 'no_capable_target' } }, undefined]);
    }
  });
});

describe('sampling', () => {
  test.each<[string, (body: Record<string, unknown>) => unknown]>([
    ['claude', ({ stop_sequences: stops }) => stops],
    ['flash', ({ generationConfig }) => (generationConfig as Record<string, unknown>)['stopSequences']],
    ['converse', ({ inferenceConfig }) => (inferenceConfig as Record<string, unknown> | undefined)?.['stopSequences']],
  ])('C14 one stop is a list of one, and empty ones are left out: %s', async (target, stopsOf) => {
    expect(stopsOf((await sent(target, { stop: 'X' })).body)).toEqual(['X']);
    const partly = await sent(target, { stop: ['', 'X', 'Y', 'Z', 'W'] });
    expect([stopsOf(partly.body), partly.changed]).toEqual([['X', 'Y', 'Z', 'W'], expect.arrayContaining(['stop'])]);
    expect((await sent(target, { stop: '' })).dropped).toContain('stop');
  });

  test('C15 either name of the limit is the provider’s own, and Anthropic always has one', async () => {
    for (const limit of [
      { max_tokens: 9 },
      { max_completion_tokens: 9 },
      { max_tokens: 99, max_completion_tokens: 9 },
    ]) {
      expect((await sent('claude', limit)).body).toMatchObject({ max_tokens: 9 });
      expect((await sent('flash', limit)).body).toMatchObject({ generationConfig: { maxOutputTokens: 9 } });
      expect((await sent('converse', limit)).body).toMatchObject({ inferenceConfig: { maxTokens: 9 } });
      const { max_tokens: old, max_completion_tokens: own } = (await sent('gpt', limit)).body;
      expect([old, own]).toEqual([undefined, 9]);
      const lab = (await sent('lab', limit)).body;
      expect([lab['max_tokens'], lab['max_completion_tokens']]).toEqual([9, undefined]);
    }
    const none = await sent('claude');
    expect([none.body['max_tokens'], none.changed]).toEqual([4096, ['max_tokens']]);
  });

  test.each([
    ['claude', 'temperature'],
    ['converse', 'inferenceConfig.temperature'],
  ])('C16 a temperature above the scale is its end, and is listed: %s', async (target, place) => {
    const { body, changed, dropped } = await sent(target, { temperature: 1.7, top_p: 0.5, max_tokens: 9 });
    expect(body).toHaveProperty(place, 1);
    expect([changed, dropped]).toEqual([['temperature'], ['top_p']]);
  });

  test('C17 the second target gets its own words, not those of the first', async () => {
    world.upstreams.openai.replies = [{ status: 500 }];
    const body = { seed: 7, user: 'u', logit_bias: { '1': 2 }, stop: 'X', max_tokens: 9 };
    const { status, dropped, record } = await sent('auto', body, { headers: { 'x-hybrid-task': 'agentic' } });
    expect([status, record.attempts.map(({ model }) => model)]).toEqual([200, ['gpt', 'claude']]);
    const { max_tokens: _, ...rest } = body;
    expect(world.upstreams.openai.requests[0]?.body).toMatchObject({ ...rest, max_completion_tokens: 9 });
    const [request] = world.upstreams.anthropic.requests;
    expect(request?.body).toEqual({
      model: 'claude-sonnet-4-5',
      max_tokens: 9,
      stop_sequences: ['X'],
      messages: [{ role: 'user', content: [{ type: 'text', text: 'hello' }] }],
    });
    expect(dropped).toEqual(['seed', 'user', 'logit_bias']);
  });

  test('C17 what the second target cannot do at all keeps it out of the chain', async () => {
    world.upstreams.openai.replies = [{ status: 500 }];
    const { status, record } = await sent('auto', { n: 2 }, { headers: { 'x-hybrid-task': 'agentic' } });
    expect([status, record.attempts.map(({ model }) => model)]).toEqual([502, ['gpt']]);
    expect(record.decision?.chain).toContainEqual(
      expect.objectContaining({ model: 'claude', reason: 'n_unsupported' }),
    );
  });
});

describe('a body', () => {
  const post = (body: string | Uint8Array<ArrayBuffer>): Promise<Response> =>
    fetch(`${world.router.url}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}` },
      body,
    });
  const chatOf = (rest: string): string => `{"model":"gpt","messages":[{"role":"user","content":"x"}]${rest}}`;

  test.each<[string, string, number, string | null]>([
    ['of no bytes', '', 400, 'invalid_json'],
    ['that is no JSON', '{"model":', 400, 'invalid_json'],
    ['that is no object', '[1]', 400, 'invalid_json'],
    // Too deep to be looked through, so it may hold anything: it does not leave.
    ['nested 100,000 deep', chatOf(`,"x":${'['.repeat(100_000)}${']'.repeat(100_000)}`), 403, 'boundary_forbidden'],
    ['nested 50 deep', chatOf(`,"x":${'['.repeat(50)}${']'.repeat(50)}`), 200, null],
    ['with a name twice', chatOf(',"n":1,"n":2'), 400, 'invalid_json'],
    ['above 6 MB', chatOf(`,"x":"${'y'.repeat(6 * 1024 * 1024)}"`), 413, 'request_too_large'],
  ])('C27 %s is an error in OpenAI’s shape or goes on', async (_name, body, status, code) => {
    const response = await post(body);
    const answer = (await response.json()) as { error?: Record<string, unknown> };
    expect([response.status, answer.error?.['code'] ?? null]).toEqual([status, code]);
    if (code !== null) expect(Object.keys(answer.error ?? {}).sort()).toEqual(['code', 'message', 'param', 'type']);
    expect(world.requests).toHaveLength(code === null ? 1 : 0);
  });

  test('C27 `__proto__` in a body changes nothing but itself', async () => {
    const response = await post(chatOf(',"__proto__":{"stream":true},"constructor":{"prototype":{"n":9}}'));
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(({} as Record<string, unknown>)['n']).toBeUndefined();
  });

  test.each(['lab', 'fast'])(
    'C26, C28 an engine gets every byte as it was written, unknown fields too: %s',
    async (target) => {
      const rest =
        ',"guided_json":{"b":1.0,"a":1e2},"chat_template_kwargs":{"enable_thinking":false},"seed":12345678901234567890';
      const body = `{"model":"${target}","messages":[{"role":"user","content":"x"}]${rest}}`;
      expect((await post(body)).status).toBe(200);
      expect(world.requests[0]?.text).toContain(rest);
    },
  );

  test('C26 OpenAI’s own API gets no field of engines, and every other', async () => {
    const engines = { guided_json: {}, structured_outputs: {}, chat_template_kwargs: {}, top_k: 5, min_p: 0.1 };
    const { status, text, body, dropped } = await sent('gpt', { ...engines, verbosity: 'low', of_tomorrow: { a: 1 } });
    expect([status, dropped]).toEqual([200, Object.keys(engines)]);
    expect(body).toMatchObject({ verbosity: 'low', of_tomorrow: { a: 1 } });
    for (const name of Object.keys(engines)) expect(text).not.toContain(name);
  });

  test('C26 no other protocol gets a field that it does not know', async () => {
    const fields = { guided_json: {}, structured_outputs: {}, chat_template_kwargs: {}, made_up: 1 };
    for (const target of TRANSLATED) {
      const { status, text, dropped } = await sent(target, fields);
      expect([status, dropped]).toEqual([200, Object.keys(fields)]);
      for (const name of Object.keys(fields)) expect(text).not.toContain(name);
    }
  });

  test.each(TARGETS)('C28 the answer’s arguments keep their digits: %s', async (target) => {
    const input = '{"n":12345678901234567890,"f":1.10}';
    const bodies: Record<string, string> = {
      gpt: `{"id":"1","choices":[{"index":0,"message":{"role":"assistant","tool_calls":[${JSON.stringify(call('1', 'a', input))}]},"finish_reason":"tool_calls"}]}`,
      claude: `{"id":"1","model":"m","content":[{"type":"tool_use","id":"1","name":"a","input":${input}}],"stop_reason":"tool_use"}`,
      flash: `{"candidates":[{"content":{"parts":[{"functionCall":{"name":"a","args":${input}}}]},"finishReason":"STOP"}]}`,
      converse: `{"output":{"message":{"content":[{"toolUse":{"toolUseId":"1","name":"a","input":${input}}}]}},"stopReason":"tool_use"}`,
    };
    const upstreams = { gpt: 'openai', claude: 'anthropic', flash: 'gemini', converse: 'bedrock' } as const;
    world.upstreams[upstreams[target]].replies = [{ body: bodies[target] }];
    const { answer } = await sent(target, { tools: TOOLS });
    expect(answer).toMatchObject({ choices: [{ message: { tool_calls: [{ function: { arguments: input } }] } }] });
  });
});
