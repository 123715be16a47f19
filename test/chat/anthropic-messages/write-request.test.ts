import { anthropicMessages } from '../dialects';
import { CallerMistake, type ChatCall, type JsonObject, type UpstreamBody } from '../../../lib/chat/dialect';
import { MODEL, callOf } from '../support';

const request = (body: JsonObject, policy: Partial<ChatCall> = {}): UpstreamBody =>
  anthropicMessages.request(callOf(body, policy));
const written = (body: JsonObject): JsonObject => JSON.parse(request(body).text) as JsonObject;

const FUNCTION = { name: 'f', description: 'd', parameters: { type: 'object', properties: { a: {} } } };
const TOOLS = [{ type: 'function', function: FUNCTION }];
const user = (text: string): object => ({ role: 'user', content: [{ type: 'text', text }] });

describe('the body', () => {
  test("C15 always has a limit, and says when it is not the caller's", () => {
    expect(request({ seed: null })).toEqual({
      text: JSON.stringify({ model: MODEL, max_tokens: 4_096, messages: [user('hello')] }),
      dropped: [],
      changed: ['max_tokens'],
    });
    expect(request({ max_tokens: 5 })).toMatchObject({ changed: [] });
    expect(written({ max_completion_tokens: 6 })).toMatchObject({ max_tokens: 6 });
  });

  test('has what the policy set', () => {
    const { text, changed } = request({ max_completion_tokens: 9 }, { set: { max_tokens: 5, temperature: 0.5 } });
    expect(JSON.parse(text)).toMatchObject({ max_tokens: 5, temperature: 0.5 });
    expect(changed).toEqual([]);
  });

  test.each<[string, JsonObject, JsonObject, string[], string[]]>([
    ['C14 a stop string is a list of one', { stop: 'X' }, { stop_sequences: ['X'] }, [], []],
    ['C14 stops of white space are left out', { stop: ['X', '\n', ''] }, { stop_sequences: ['X'] }, [], ['stop']],
    ['C14 no stop is left', { stop: ['\n'] }, {}, ['stop'], []],
    ['C16 a temperature over 1 becomes 1', { temperature: 1.5 }, { temperature: 1 }, [], ['temperature']],
    ['C16 a temperature of 0 stays', { temperature: 0 }, { temperature: 0 }, [], []],
    ['C16 top_p gives way to temperature', { temperature: 0.5, top_p: 0.9 }, { temperature: 0.5 }, ['top_p'], []],
    ['C16 top_p alone stays', { top_p: 0.9 }, { top_p: 0.9 }, [], []],
    ['C18 effort is left out', { reasoning_effort: 'high' }, {}, ['reasoning_effort'], []],
    [
      'C17, C26 what the target does not know is left out and listed',
      { seed: 1, user: 'u', logit_bias: {}, presence_penalty: 1, store: true, service_tier: 'auto', guided_json: {} },
      {},
      ['seed', 'user', 'logit_bias', 'presence_penalty', 'store', 'service_tier', 'guided_json'],
      [],
    ],
    ['metadata is left out and listed', { metadata: { team: 'a' } }, {}, ['metadata'], []],
    [
      'what asks for nothing is left out and not listed',
      { n: 1, logprobs: false, presence_penalty: 0, frequency_penalty: 0, store: false, stream_options: {} },
      {},
      [],
      [],
    ],
    ['streaming stays', { stream: true }, { stream: true }, [], []],
    [
      'C12 json_schema is native',
      { response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'object' } } } },
      { output_config: { format: { type: 'json_schema', schema: { type: 'object' } } } },
      [],
      [],
    ],
    ['a text format asks for nothing', { response_format: { type: 'text' } }, {}, [], []],
  ])('%s', (_name, body, fields, dropped, changed) => {
    const upstream = request({ max_tokens: 5, ...body });
    expect(JSON.parse(upstream.text)).toEqual({ model: MODEL, max_tokens: 5, messages: [user('hello')], ...fields });
    expect(upstream).toMatchObject({ dropped, changed });
  });

  test.each<[JsonObject, string]>([
    [{ n: 2 }, 'n'],
    [{ logprobs: true }, 'logprobs'],
    [{ response_format: { type: 'json_object' } }, 'response_format.type'],
  ])('B20, B21, C13 %j is refused, not ignored', (body, param) => {
    expect(mistakeOf(body)).toMatchObject({ param, code: 'unsupported_parameter' });
  });
});

describe('tools', () => {
  test.each<[string, JsonObject, JsonObject]>([
    ['are offered with their schema', {}, {}],
    ['auto is what no choice means', { tool_choice: 'auto' }, {}],
    ['C8 none', { tool_choice: 'none' }, { tool_choice: { type: 'none' } }],
    [
      'C8 none is not changed by parallel calls',
      { tool_choice: 'none', parallel_tool_calls: false },
      { tool_choice: { type: 'none' } },
    ],
    ['required', { tool_choice: 'required' }, { tool_choice: { type: 'any' } }],
    [
      'one by name',
      { tool_choice: { type: 'function', function: { name: 'f' } } },
      { tool_choice: { type: 'tool', name: 'f' } },
    ],
    [
      'C9 one call at a time',
      { parallel_tool_calls: false },
      { tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
    ],
    [
      'C9 one call at a time, required',
      { tool_choice: 'required', parallel_tool_calls: false },
      { tool_choice: { type: 'any', disable_parallel_tool_use: true } },
    ],
    ['parallel calls are what no choice means', { parallel_tool_calls: true }, {}],
  ])('%s', (_name, body, fields) => {
    const { parameters, ...rest } = FUNCTION;
    expect(written({ tools: TOOLS, ...body })).toEqual({
      ...written({}),
      tools: [{ ...rest, input_schema: parameters }],
      ...fields,
    });
  });

  test('without parameters take none', () => {
    const tools = [
      { type: 'function', function: { name: 'f' } },
      { type: 'function', function: { name: 'g', parameters: { properties: {} } } },
    ];
    expect(written({ tools })['tools']).toEqual([
      { name: 'f', input_schema: { type: 'object', properties: {} } },
      { name: 'g', input_schema: { type: 'object', properties: {} } },
    ]);
  });

  test('choices are not sent without tools', () => {
    expect(written({ tool_choice: 'none', parallel_tool_calls: false })).not.toHaveProperty('tool_choice');
  });

  test('strict schemas are listed as dropped', () => {
    expect(request({ tools: [{ type: 'function', function: { ...FUNCTION, strict: true } }] }).dropped).toEqual([
      'tools.function.strict',
    ]);
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
