import { bedrockConverse } from '../dialects';
import { CallerMistake, type ChatCall, type JsonObject, type UpstreamBody } from '../../../lib/chat/dialect';
import { assistant, call, result, user } from '../messages';
import { callOf } from '../support';

const NOVA = 'amazon.nova-lite-v1:0';
const CLAUDE = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
const GPT = 'openai.gpt-oss-120b-1:0';

const request = (body: JsonObject, model = NOVA, policy: Partial<ChatCall> = {}): UpstreamBody =>
  bedrockConverse.request(callOf(body, { model, ...policy }));
const written = (body: JsonObject, model = NOVA): JsonObject => JSON.parse(request(body, model).text) as JsonObject;

const MESSAGES = [{ role: 'user', content: [{ text: 'hello' }] }];
const SCHEMA = { type: 'object', properties: { a: {} } };
const FUNCTION = { name: 'f', description: 'd', parameters: SCHEMA };
const TOOLS = [{ type: 'function', function: FUNCTION }];
const SPEC = { toolSpec: { name: 'f', description: 'd', inputSchema: { json: SCHEMA } } };

describe('the path', () => {
  test.each([
    [NOVA, false, '/model/amazon.nova-lite-v1%3A0/converse'],
    [NOVA, true, '/model/amazon.nova-lite-v1%3A0/converse-stream'],
    [
      'arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abc',
      true,
      '/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A111122223333%3Aapplication-inference-profile%2Fabc/converse-stream',
    ],
  ])('of %s, streamed: %s', (model, stream, path) => {
    expect(bedrockConverse.path(callOf({ stream }, { model }))).toBe(path);
  });

  test.each(['.', '..', 'a?b', 'a#b', 'a%2fb', "a'b", 'ü', ''])('is not made of a name that is no id: %j', (model) => {
    expect(() => request({}, model)).toThrow(expect.objectContaining({ param: 'model' }) as Error);
  });
});

describe('the body', () => {
  test('has nothing that was not asked for', () => {
    expect(request({ seed: null })).toEqual({ text: JSON.stringify({ messages: MESSAGES }), dropped: [], changed: [] });
  });

  test('has what the policy set', () => {
    const { text, changed } = request({ max_completion_tokens: 9 }, NOVA, { set: { max_tokens: 5, temperature: 0.5 } });
    expect(JSON.parse(text)).toMatchObject({ inferenceConfig: { maxTokens: 5, temperature: 0.5 } });
    expect(changed).toEqual([]);
  });

  test('C6 has system text beside the turns', () => {
    const messages = [{ role: 'system', content: 'Be kind.' }, user('hello')];
    expect(written({ messages })).toEqual({ system: [{ text: 'Be kind.' }], messages: MESSAGES });
  });

  const inference = (fields: object): object => ({ inferenceConfig: fields });
  const own = (fields: object): object => ({ additionalModelRequestFields: fields });

  test.each<[string, string, JsonObject, object, string[], string[]]>([
    ['C15 a limit', NOVA, { max_completion_tokens: 6 }, inference({ maxTokens: 6 }), [], []],
    ['C14 a stop string is a list of one', NOVA, { stop: 'X' }, inference({ stopSequences: ['X'] }), [], []],
    ['C14 a stop of white space stays', NOVA, { stop: ['\n', ''] }, inference({ stopSequences: ['\n'] }), [], ['stop']],
    ['C14 but not for Claude', CLAUDE, { stop: ['X', '\n'] }, inference({ stopSequences: ['X'] }), [], ['stop']],
    ['C14 no stop is left', CLAUDE, { stop: ['\n'] }, {}, ['stop'], []],
    [
      'C16 a temperature over 1 becomes 1',
      NOVA,
      { temperature: 1.5 },
      inference({ temperature: 1 }),
      [],
      ['temperature'],
    ],
    ['C16 a temperature of 0 stays', NOVA, { temperature: 0 }, inference({ temperature: 0 }), [], []],
    [
      'C16 temperature and top_p together',
      NOVA,
      { temperature: 0.5, top_p: 0.9 },
      inference({ temperature: 0.5, topP: 0.9 }),
      [],
      [],
    ],
    [
      'C16 top_p gives way to temperature for Claude',
      CLAUDE,
      { temperature: 0.5, top_p: 0.9 },
      inference({ temperature: 0.5 }),
      ['top_p'],
      [],
    ],
    ['C16 top_p alone stays', CLAUDE, { top_p: 0.9 }, inference({ topP: 0.9 }), [], []],
    ['C18 effort for models of OpenAI', GPT, { reasoning_effort: 'high' }, own({ reasoning_effort: 'high' }), [], []],
    ['C18 an effort they do not know', GPT, { reasoning_effort: 'xhigh' }, {}, ['reasoning_effort'], []],
    ['C18 effort for others is left out', NOVA, { reasoning_effort: 'high' }, {}, ['reasoning_effort'], []],
    [
      'C18 effort for Claude is thinking',
      CLAUDE,
      { reasoning_effort: 'medium', max_tokens: 20_000 },
      {
        inferenceConfig: { maxTokens: 20_000 },
        ...own({ thinking: { type: 'enabled', budget_tokens: 8_192 } }),
      },
      [],
      [],
    ],
    ['C26 top_k for Claude', CLAUDE, { top_k: 40 }, own({ top_k: 40 }), [], []],
    ['C26 top_k for others is left out', NOVA, { top_k: 40 }, {}, ['top_k'], []],
    [
      'C17, C26 what has no place here is left out and listed',
      NOVA,
      {
        seed: 1,
        user: 'u',
        logit_bias: {},
        presence_penalty: 1,
        service_tier: 'auto',
        guided_json: {},
        metadata: { a: 'b' },
      },
      {},
      ['seed', 'user', 'logit_bias', 'presence_penalty', 'service_tier', 'guided_json', 'metadata'],
      [],
    ],
    [
      'what asks for nothing is left out and not listed',
      NOVA,
      { n: 1, logprobs: false, presence_penalty: 0, store: false, stream_options: {}, stream: true },
      {},
      [],
      [],
    ],
    [
      'C12 json_schema is native, its schema a text',
      CLAUDE,
      { response_format: { type: 'json_schema', json_schema: { name: 'x', schema: SCHEMA } } },
      {
        outputConfig: {
          textFormat: { type: 'json_schema', structure: { jsonSchema: { name: 'x', schema: JSON.stringify(SCHEMA) } } },
        },
      },
      [],
      [],
    ],
    ['a text format asks for nothing', NOVA, { response_format: { type: 'text' } }, {}, [], []],
  ])('%s', (_name, model, body, fields, dropped, changed) => {
    const upstream = request(body, model);
    expect(JSON.parse(upstream.text)).toEqual({ messages: MESSAGES, ...fields });
    expect(upstream).toMatchObject({ dropped, changed });
  });

  test('B18 lists reasoning that it left out', () => {
    const messages = [user('q'), { role: 'assistant', reasoning_content: 'hm', content: 'a' }, user('b')];
    expect(request({ messages }).dropped).toEqual(['reasoning_content']);
  });

  test.each<[JsonObject, string]>([
    [{ n: 2 }, 'n'],
    [{ logprobs: true }, 'logprobs'],
    [{ response_format: { type: 'json_object' } }, 'response_format.type'],
  ])('B20, B21, C13 %j is refused, not ignored', (body, param) => {
    expect(() => request(body)).toThrow(CallerMistake);
    expect(() => request(body)).toThrow(expect.objectContaining({ param, code: 'unsupported_parameter' }) as Error);
  });
});

describe('tools', () => {
  test.each<[string, JsonObject, object]>([
    ['are offered with their schema', {}, {}],
    ['auto is what no choice means', { tool_choice: 'auto' }, {}],
    ['required', { tool_choice: 'required' }, { toolChoice: { any: {} } }],
    [
      'one by name',
      { tool_choice: { type: 'function', function: { name: 'f' } } },
      { toolChoice: { tool: { name: 'f' } } },
    ],
  ])('%s', (_name, body, more) => {
    expect(written({ tools: TOOLS, ...body })).toEqual({ messages: MESSAGES, toolConfig: { tools: [SPEC], ...more } });
  });

  test('without parameters or description have a schema of an object, and no empty description', () => {
    const tools = [
      { type: 'function', function: { name: 'f', description: '' } },
      { type: 'function', function: { name: 'g', parameters: { properties: { a: {} } } } },
    ];
    expect(written({ tools })['toolConfig']).toEqual({
      tools: [
        { toolSpec: { name: 'f', inputSchema: { json: { type: 'object', properties: {} } } } },
        { toolSpec: { name: 'g', inputSchema: { json: SCHEMA } } },
      ],
    });
  });

  test('C9 list what has no place here', () => {
    const strict = [{ type: 'function', function: { ...FUNCTION, strict: true } }];
    expect(request({ tools: strict, parallel_tool_calls: false }).dropped).toEqual([
      'tools.function.strict',
      'parallel_tool_calls',
    ]);
    expect(request({ tools: TOOLS, parallel_tool_calls: true }).dropped).toEqual([]);
  });

  const history = [user('q'), assistant(null, call('a')), result('a')];
  const namesOf = (body: JsonObject): unknown => {
    const config = written(body)['toolConfig'] as { tools: { toolSpec: { name: string } }[] } | undefined;
    return config?.tools.map(({ toolSpec }) => toolSpec.name);
  };

  test('C8 none: no tool is offered', () => {
    expect(namesOf({ tools: TOOLS, tool_choice: 'none' })).toBeUndefined();
  });

  test('C8, C3 with calls in the history there is one that does nothing where none is offered', () => {
    expect(namesOf({ messages: history })).toEqual(['unavailable']);
    expect(namesOf({ messages: history, tools: TOOLS, tool_choice: 'none' })).toEqual(['unavailable']);
    expect(namesOf({ messages: history, tools: TOOLS })).toEqual(['f']);
  });
});
