import { CallerMistake, type ChatCall, type JsonObject, type UpstreamBody } from '../../../lib/chat/dialect';
import { geminiGenerateContent } from '../dialects';
import { callOf } from '../support';

const NEW = { model: 'gemini-3.5-flash' };
const request = (body: JsonObject, policy: Partial<ChatCall> = NEW): UpstreamBody =>
  geminiGenerateContent.request(callOf(body, policy));
const written = (body: JsonObject): JsonObject => JSON.parse(request(body).text) as JsonObject;
const configOf = (body: JsonObject, policy: Partial<ChatCall> = NEW): unknown =>
  (JSON.parse(request(body, policy).text) as JsonObject)['generationConfig'];

const SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties: { a: { $ref: '#/$defs/x' }, b: { anyOf: [{ type: 'string' }, { type: 'null' }] } },
  $defs: { x: { type: 'number', exclusiveMinimum: 0 } },
  additionalProperties: false,
};
const FUNCTION = { name: 'f', description: 'd', parameters: SCHEMA };
const TOOLS = [{ type: 'function', function: FUNCTION }];

describe('the path', () => {
  const path = (body: JsonObject, model: string): string => geminiGenerateContent.path(callOf(body, { model }));

  test('names the model, and the method by whether the answer is streamed', () => {
    expect(path({}, 'gemini-2.5-flash')).toBe('/v1beta/models/gemini-2.5-flash:generateContent');
    expect(path({ stream: true }, 'gemini-2.5-flash')).toBe(
      '/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse',
    );
  });

  test.each([
    ['../../files?x=#', '..%2F..%2Ffiles%3Fx%3D%23'],
    ['..', '..'],
    ['a\ud800', 'a%EF%BF%BD'],
  ])('is not left by the name of a model: %j', (model, segment) => {
    const { pathname, search } = new URL(path({}, model), 'https://x.example');
    expect({ pathname, search }).toEqual({ pathname: `/v1beta/models/${segment}:generateContent`, search: '' });
  });
});

describe('the body', () => {
  test('has the turns, and no limit that nobody set', () => {
    expect(request({ seed: null, stream: true })).toEqual({
      text: JSON.stringify({ generationConfig: {}, contents: [{ role: 'user', parts: [{ text: 'hello' }] }] }),
      dropped: [],
      changed: [],
    });
  });

  test('has what the policy set', () => {
    const set = { max_tokens: 5, temperature: 0.5, top_p: 0.1 };
    expect(configOf({ max_completion_tokens: 9 }, { ...NEW, set })).toEqual({
      maxOutputTokens: 5,
      temperature: 0.5,
      topP: 0.1,
    });
  });

  test.each<[string, JsonObject, JsonObject, string[], string[]]>([
    ['C15 a limit', { max_tokens: 6 }, { maxOutputTokens: 6 }, [], []],
    ['C15 a limit by its newer name', { max_completion_tokens: 6 }, { maxOutputTokens: 6 }, [], []],
    ['C16 temperature and top_p, both', { temperature: 2, top_p: 0.9 }, { temperature: 2, topP: 0.9 }, [], []],
    ['C14 a stop string is a list of one', { stop: 'X' }, { stopSequences: ['X'] }, [], []],
    ['C14 empty stops are left out', { stop: ['\n', ''] }, { stopSequences: ['\n'] }, [], ['stop']],
    ['C14 no stop is left', { stop: [''] }, {}, ['stop'], []],
    ['a seed', { seed: -7 }, { seed: -7 }, [], []],
    ['a seed that is too large', { seed: 2 ** 31 }, {}, ['seed'], []],
    ['a seed that is no integer', { seed: 0.5 }, {}, ['seed'], []],
    ['top_k', { top_k: 40 }, { topK: 40 }, [], []],
    ['top_k for all tokens', { top_k: -1 }, {}, ['top_k'], []],
    ['penalties', { presence_penalty: 1, frequency_penalty: -1 }, { presencePenalty: 1, frequencyPenalty: -1 }, [], []],
    ['B20 n', { n: 2 }, { candidateCount: 2 }, [], []],
    ['B21 logprobs', { logprobs: true }, { responseLogprobs: true }, [], []],
    ['B21 top_logprobs', { logprobs: true, top_logprobs: 3 }, { responseLogprobs: true, logprobs: 3 }, [], []],
    ['B21 top_logprobs without logprobs', { top_logprobs: 3 }, {}, ['top_logprobs'], []],
    ['C13 json_object', { response_format: { type: 'json_object' } }, { responseMimeType: 'application/json' }, [], []],
    [
      'C10, C12 json_schema is native and goes as it is',
      { response_format: { type: 'json_schema', json_schema: { name: 'x', schema: SCHEMA } } },
      { responseMimeType: 'application/json', responseJsonSchema: SCHEMA },
      [],
      [],
    ],
    ['a text format asks for nothing', { response_format: { type: 'text' } }, {}, [], []],
    [
      'C17, C26 what the target does not know is left out and listed',
      { user: 'u', logit_bias: {}, store: true, service_tier: 'auto', guided_json: {}, metadata: { team: 'a' } },
      {},
      ['user', 'logit_bias', 'store', 'service_tier', 'guided_json', 'metadata'],
      [],
    ],
    ['a parameter by the name of a method of objects', { constructor: 1 }, {}, ['constructor'], []],
    [
      'what asks for nothing is left out and not listed',
      { n: 1, logprobs: false, top_logprobs: 0, presence_penalty: 0, frequency_penalty: 0, store: false },
      {},
      [],
      [],
    ],
  ])('%s', (_name, body, config, dropped, changed) => {
    expect(configOf(body)).toEqual(config);
    expect(request(body)).toMatchObject({ dropped, changed });
  });

  test.each(['seed', 'top_k', 'presence_penalty', 'frequency_penalty', 'top_logprobs'])(
    '%s that is no number is refused',
    (param) => {
      expect(mistakeOf({ [param]: '1' })).toMatchObject({ param, code: 'invalid_request' });
    },
  );
});

describe('C18 reasoning_effort', () => {
  const FLASH_2 = 'gemini-2.5-flash';
  const PRO_2 = 'gemini-2.5-pro';
  const PRO_3 = 'gemini-3.1-pro-preview';

  test.each<[string, string, JsonObject, boolean]>([
    ['gemini-3.5-flash', 'none', { thinkingLevel: 'minimal' }, false],
    ['gemini-3.5-flash', 'minimal', { thinkingLevel: 'minimal', includeThoughts: true }, true],
    ['gemini-3.5-flash', 'medium', { thinkingLevel: 'medium', includeThoughts: true }, true],
    ['gemini-3.5-flash', 'xhigh', { thinkingLevel: 'high', includeThoughts: true }, false],
    ['gemini-flash-latest', 'low', { thinkingLevel: 'low', includeThoughts: true }, true],
    [PRO_3, 'none', { thinkingLevel: 'low' }, false],
    [PRO_3, 'minimal', { thinkingLevel: 'low', includeThoughts: true }, false],
    [PRO_3, 'low', { thinkingLevel: 'low', includeThoughts: true }, true],
    [FLASH_2, 'none', { thinkingBudget: 0 }, true],
    [FLASH_2, 'minimal', { thinkingBudget: 1_024, includeThoughts: true }, true],
    [FLASH_2, 'medium', { thinkingBudget: 8_192, includeThoughts: true }, true],
    [FLASH_2, 'max', { thinkingBudget: 24_576, includeThoughts: true }, false],
    [PRO_2, 'none', { thinkingBudget: 128 }, false],
    [PRO_2, 'high', { thinkingBudget: 24_576, includeThoughts: true }, true],
  ])('%s thinks %s', (model, effort, thinkingConfig, isExact) => {
    const policy = { model };
    expect(configOf({ reasoning_effort: effort }, policy)).toEqual({ thinkingConfig });
    const { dropped, changed } = request({ reasoning_effort: effort }, policy);
    expect({ dropped, changed }).toEqual({ dropped: [], changed: isExact ? [] : ['reasoning_effort'] });
  });

  test.each([
    ['gemini-2.0-flash', 'high'],
    ['gemma-3-27b-it', 'high'],
    ['gemini-3.5-flash', 'constructor'],
  ])('is left out and listed: %s, %s', (model, effort) => {
    const { text, dropped } = request({ reasoning_effort: effort }, { model });
    expect(text).not.toContain('thinkingConfig');
    expect(dropped).toEqual(['reasoning_effort']);
  });
});

describe('tools', () => {
  const config = (functionCallingConfig: object): JsonObject => ({ toolConfig: { functionCallingConfig } });

  test.each<[string, JsonObject, JsonObject]>([
    ['C10 are offered with their schema as it is', {}, {}],
    ['auto is what no choice means', { tool_choice: 'auto' }, {}],
    ['C8 none', { tool_choice: 'none' }, config({ mode: 'NONE' })],
    ['required', { tool_choice: 'required' }, config({ mode: 'ANY' })],
    [
      'one by name',
      { tool_choice: { type: 'function', function: { name: 'f' } } },
      config({ mode: 'ANY', allowedFunctionNames: ['f'] }),
    ],
    ['parallel calls are what no choice means', { parallel_tool_calls: true }, {}],
  ])('%s', (_name, body, fields) => {
    const declaration = { name: 'f', description: 'd', parametersJsonSchema: SCHEMA };
    expect(written({ tools: TOOLS, ...body })).toEqual({
      ...written({}),
      tools: [{ functionDeclarations: [declaration] }],
      ...fields,
    });
  });

  test('without parameters take none', () => {
    const tools = [
      { type: 'function', function: { name: 'f' } },
      { type: 'function', function: { name: 'g', parameters: { properties: {} } } },
    ];
    expect(written({ tools })['tools']).toEqual([
      {
        functionDeclarations: [{ name: 'f' }, { name: 'g', parametersJsonSchema: { type: 'object', properties: {} } }],
      },
    ]);
  });

  test('choices are not sent without tools', () => {
    expect(written({ tool_choice: 'none', parallel_tool_calls: false })).toEqual(written({}));
  });

  test('C9 strict schemas and one call at a time are listed as dropped', () => {
    const tools = [{ type: 'function', function: { ...FUNCTION, strict: true } }];
    expect(request({ tools, parallel_tool_calls: false }).dropped).toEqual([
      'tools.function.strict',
      'parallel_tool_calls',
    ]);
  });

  test.each(['a.b', '_a:b-c', 'x'.repeat(128)])('C21 the name %j is taken', (name) => {
    expect(request({ tools: [{ type: 'function', function: { name } }] }).text).toContain(JSON.stringify(name));
  });
});

function mistakeOf(body: JsonObject): CallerMistake {
  try {
    request(body);
  } catch (error) {
    if (error instanceof CallerMistake) return error;
    throw error;
  }
  throw new Error('no mistake was found');
}
