import { CallerMistake } from '../../../lib/chat/dialect';
import type { HubRequest } from '../../../lib/chat/hub';
import type { JsonObject } from '../../../lib/chat/json';
import { readCall, readRequest } from '../../../lib/chat/openai-responses/read-request';
import { askOf } from './support';

const PNG = 'data:image/png;base64,iVBORw0KGgo=';
const PDF = 'data:application/pdf;base64,JVBERi0=';
const read = (body: JsonObject): HubRequest => readRequest({ model: 'auto', input: 'hello', ...body });
const messagesOf = (input: unknown, instructions?: string): { role: string; parts: readonly object[] }[] =>
  read({ input, ...(instructions !== undefined && { instructions }) }).messages.map(({ role, parts }) => ({
    role,
    parts,
  }));

function mistakeOf(body: JsonObject): Pick<CallerMistake, 'param' | 'code'> {
  try {
    read(body);
  } catch (error) {
    if (error instanceof CallerMistake) return { param: error.param, code: error.code };
    throw error;
  }
  throw new Error('it was taken');
}

const text = (said: string): object => ({ kind: 'text', text: said });
const call = (id: string, name = 'f'): object => ({ kind: 'tool_call', id, name, argumentsJson: '{}' });
const called = (id: string): object => ({
  type: 'function_call',
  id: `fc_${id}`,
  call_id: id,
  name: 'f',
  arguments: '{}',
});
const output = (id: string, said: unknown = `of ${id}`): object => ({
  type: 'function_call_output',
  call_id: id,
  output: said,
});

describe('the input', () => {
  test('of text is what the user says, behind the instructions', () => {
    expect(messagesOf('hello', 'be brief')).toEqual([
      { role: 'system', parts: [text('be brief')] },
      { role: 'user', parts: [text('hello')] },
    ]);
  });

  test.each<[string, object, object]>([
    ['a message without a type', { role: 'user', content: 'a' }, { role: 'user', parts: [text('a')] }],
    ['a system message', { type: 'message', role: 'system', content: 'a' }, { role: 'system', parts: [text('a')] }],
    [
      'a developer message',
      { role: 'developer', content: [{ type: 'input_text', text: 'a' }] },
      { role: 'system', parts: [text('a')] },
    ],
    [
      'an answer as it was given',
      {
        type: 'message',
        id: 'msg_1',
        status: 'completed',
        role: 'assistant',
        content: [
          { type: 'output_text', text: 'a', annotations: [], logprobs: [] },
          { type: 'refusal', refusal: 'b' },
        ],
      },
      { role: 'assistant', parts: [text('a'), text('b')] },
    ],
    [
      'an image in the body',
      { role: 'user', content: [{ type: 'input_image', image_url: PNG, detail: 'auto' }] },
      { role: 'user', parts: [{ kind: 'image', source: { mediaType: 'image/png', base64: 'iVBORw0KGgo=' } }] },
    ],
    [
      'an image elsewhere',
      { role: 'user', content: [{ type: 'input_image', image_url: 'https://x.example/a.png' }] },
      { role: 'user', parts: [{ kind: 'image', source: { url: 'https://x.example/a.png' } }] },
    ],
    [
      'a file',
      { role: 'user', content: [{ type: 'input_file', filename: 'a.pdf', file_data: PDF }] },
      { role: 'user', parts: [{ kind: 'file', name: 'a.pdf', mediaType: 'application/pdf', base64: 'JVBERi0=' }] },
    ],
    ['a call', called('c1'), { role: 'assistant', parts: [call('c1')] }],
    [
      'a call with a sealed thought',
      { ...called('c1'), extra_content: { google: { thought_signature: 's' } } },
      { role: 'assistant', parts: [{ ...call('c1'), thoughtSignature: 's' }] },
    ],
    ['an output', output('c1'), { role: 'tool', parts: [{ kind: 'tool_result', id: 'c1', text: 'of c1' }] }],
    [
      'an output in parts',
      output('c1', [
        { type: 'input_text', text: 'a' },
        { type: 'input_text', text: 'b' },
      ]),
      { role: 'tool', parts: [{ kind: 'tool_result', id: 'c1', text: 'ab' }] },
    ],
    [
      'thoughts',
      { type: 'reasoning', id: 'rs_1', summary: [], content: [{ type: 'reasoning_text', text: 'hm' }] },
      { role: 'assistant', parts: [{ kind: 'reasoning', text: 'hm' }] },
    ],
    [
      'what was told of thoughts',
      {
        type: 'reasoning',
        summary: [
          { type: 'summary_text', text: 'a' },
          { type: 'summary_text', text: 'b' },
        ],
      },
      { role: 'assistant', parts: [{ kind: 'reasoning', text: 'a\n\nb' }] },
    ],
  ])('%s', (_name, item, message) => {
    expect(messagesOf([item])).toEqual([message]);
  });

  test("C1 the items of one turn of the assistant are one message, so that all its calls' results are behind it", () => {
    const thought = { type: 'reasoning', summary: [], content: [{ type: 'reasoning_text', text: 'hm' }] };
    const said = { role: 'assistant', content: 'I look.' };
    expect(
      messagesOf([
        { role: 'user', content: 'go' },
        thought,
        said,
        called('a'),
        called('b'),
        output('a'),
        output('b'),
        thought,
        called('c'),
        output('c'),
        said,
      ]),
    ).toEqual([
      { role: 'user', parts: [text('go')] },
      { role: 'assistant', parts: [{ kind: 'reasoning', text: 'hm' }, text('I look.'), call('a'), call('b')] },
      { role: 'tool', parts: [{ kind: 'tool_result', id: 'a', text: 'of a' }] },
      { role: 'tool', parts: [{ kind: 'tool_result', id: 'b', text: 'of b' }] },
      { role: 'assistant', parts: [{ kind: 'reasoning', text: 'hm' }, call('c')] },
      { role: 'tool', parts: [{ kind: 'tool_result', id: 'c', text: 'of c' }] },
      { role: 'assistant', parts: [text('I look.')] },
    ]);
  });

  test('what the assistant says between a call and its result is of the same turn, two answers are two', () => {
    const said = { role: 'assistant', content: 'a' };
    expect(messagesOf([called('a'), said, output('a')]).map(({ role }) => role)).toEqual(['assistant', 'tool']);
    expect(messagesOf([said, said]).map(({ role }) => role)).toEqual(['assistant', 'assistant']);
  });

  test('what results show is shown by the user behind the last of them', () => {
    const image = { type: 'input_image', image_url: PNG };
    const input = [called('a'), called('b'), output('a', [{ type: 'input_text', text: 'see' }, image]), output('b')];
    expect(messagesOf([...input, { role: 'user', content: 'and?' }])).toEqual([
      { role: 'assistant', parts: [call('a'), call('b')] },
      { role: 'tool', parts: [{ kind: 'tool_result', id: 'a', text: 'see' }] },
      { role: 'tool', parts: [{ kind: 'tool_result', id: 'b', text: 'of b' }] },
      {
        role: 'user',
        parts: [
          text('Shown by the tool call a:'),
          { kind: 'image', source: { mediaType: 'image/png', base64: 'iVBORw0KGgo=' } },
        ],
      },
      { role: 'user', parts: [text('and?')] },
    ]);
    expect(messagesOf(input).at(-1)?.role).toBe('user');
  });
});

describe('parameters', () => {
  const TOOL = {
    type: 'function',
    name: 'f',
    parameters: { type: 'object', properties: {}, additionalProperties: false },
  };

  test('that the hub has', () => {
    const body = {
      tools: [{ ...TOOL, description: 'd', strict: false }],
      tool_choice: { type: 'function', name: 'f' },
      parallel_tool_calls: false,
      max_output_tokens: 20,
      temperature: 0.5,
      top_p: 0.9,
      stream: true,
      text: { format: { type: 'json_schema', name: 'n', schema: { type: 'object' }, strict: true }, verbosity: 'low' },
      reasoning: { effort: 'high' },
    };
    expect(read(body)).toMatchObject({
      tools: [{ name: 'f', description: 'd', parameters: TOOL.parameters, strict: false }],
      toolChoice: { name: 'f' },
      parallelToolCalls: false,
      maxTokens: 20,
      temperature: 0.5,
      topP: 0.9,
      stop: [],
      stream: true,
      responseFormat: { kind: 'json_schema', name: 'n', schema: { type: 'object' }, strict: true },
      reasoningEffort: 'high',
      other: { verbosity: 'low' },
    });
  });

  test.each<[string, JsonObject | null, boolean]>([
    [
      'closed and all required',
      { type: 'object', properties: { a: { type: 'string' } }, required: ['a'], additionalProperties: false },
      true,
    ],
    ['open', { type: 'object', properties: {} }, false],
    [
      'with an optional property',
      { type: 'object', properties: { a: {} }, required: [], additionalProperties: false },
      false,
    ],
    [
      'open further in',
      {
        type: 'object',
        properties: { a: { type: 'array', items: { type: 'object' } } },
        required: ['a'],
        additionalProperties: false,
      },
      false,
    ],
    ['absent', null, false],
  ])('a tool is strict unasked where its schema can be held to as it stands: %s', (_name, parameters, strict) => {
    expect(read({ tools: [{ type: 'function', name: 'f', parameters }] }).tools[0]?.strict).toBe(strict);
  });

  test('`allowed_tools` leaves the others out', () => {
    const choice = { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'g' }] };
    const { tools, toolChoice } = read({ tools: [TOOL, { ...TOOL, name: 'g' }], tool_choice: choice });
    expect([tools.map(({ name }) => name), toolChoice]).toEqual([['g'], 'required']);
  });

  test.each<[string, JsonObject, JsonObject]>([
    [
      'probabilities',
      { include: ['message.output_text.logprobs'], top_logprobs: 3 },
      { logprobs: true, top_logprobs: 3 },
    ],
    [
      'what else is included',
      { include: ['reasoning.encrypted_content', 'file_search_call.results'] },
      { include: ['file_search_call.results'] },
    ],
    ['a summary of thoughts', { reasoning: { summary: 'auto' } }, { 'reasoning.summary': 'auto' }],
    [
      'sealed thoughts',
      {
        input: [
          { type: 'reasoning', summary: [], encrypted_content: 'x' },
          { role: 'user', content: 'a' },
        ],
      },
      { 'reasoning.encrypted_content': true },
    ],
    ['truncation', { truncation: 'auto' }, { truncation: 'auto' }],
    ['no truncation', { truncation: 'disabled' }, {}],
    [
      'who asks',
      { user: 'u', safety_identifier: 's', prompt_cache_key: 'p', service_tier: 'flex' },
      { user: 'u', safety_identifier: 's', prompt_cache_key: 'p', service_tier: 'flex' },
    ],
    ['storing', { store: true }, { store: true }],
    [
      'what the answer repeats',
      { metadata: { a: 'b' }, stream_options: { include_obfuscation: false }, background: false },
      {},
    ],
  ])('that it has not: %s', (_name, body, other) => {
    expect(read(body).other).toEqual(other);
  });

  test('that the policy sets replace those of the caller', () => {
    const body = { max_output_tokens: 900, temperature: 1, metadata: { task: 'code', a: 'b' } };
    const policy = { set: { max_tokens: 100, temperature: 0, top_p: 0.5 }, metadata: { a: 'b' } };
    expect(readCall(askOf(body, policy))).toMatchObject({ maxTokens: 100, temperature: 0, topP: 0.5 });
  });
});

test.each<[string, JsonObject, string]>([
  ['an earlier response', { previous_response_id: 'resp_1' }, 'previous_response_id'],
  ['a conversation', { conversation: 'conv_1' }, 'conversation'],
  ['a template', { prompt: { id: 'pmpt_1' } }, 'prompt'],
  ['an item by reference', { input: [{ type: 'item_reference', id: 'msg_1' }] }, 'input[0].type'],
  ['an item of a tool of OpenAI', { input: [{ type: 'web_search_call', id: 'ws_1' }] }, 'input[0].type'],
  ['an answer later', { background: true }, 'background'],
  ['a tool of OpenAI', { tools: [{ type: 'web_search' }] }, 'tools[0].type'],
  ['a tool without a schema', { tools: [{ type: 'custom', name: 'x' }] }, 'tools[0].type'],
  ['the choice of such a tool', { tool_choice: { type: 'web_search' } }, 'tool_choice.type'],
  [
    'an uploaded image',
    { input: [{ role: 'user', content: [{ type: 'input_image', file_id: 'f' }] }] },
    'input[0].content[0].file_id',
  ],
  [
    'an uploaded file',
    { input: [{ role: 'user', content: [{ type: 'input_file', file_id: 'f' }] }] },
    'input[0].content[0].file_id',
  ],
  [
    'a file elsewhere',
    { input: [{ role: 'user', content: [{ type: 'input_file', file_url: 'https://x.example' }] }] },
    'input[0].content[0].file_url',
  ],
  ['sound', { input: [{ role: 'user', content: [{ type: 'input_audio' }] }] }, 'input[0].content[0].type'],
])('%s cannot be translated, and is named', (_name, body, param) => {
  expect(mistakeOf(body)).toEqual({ param, code: 'unsupported_parameter' });
});

test.each<[string, JsonObject, string]>([
  ['no input', { input: null }, 'input'],
  ['an empty input', { input: [] }, 'input'],
  ['an item that is none', { input: ['a'] }, 'input[0]'],
  ['a type that is none', { input: [{ type: 1 }] }, 'input[0].type'],
  ['a role that is none', { input: [{ role: 'tool', content: 'a' }] }, 'input[0].role'],
  ['a part that is none', { input: [{ role: 'user', content: [{ type: 'image_url' }] }] }, 'input[0].content[0].type'],
  [
    'an image for the system',
    { input: [{ role: 'system', content: [{ type: 'input_image', image_url: PNG }] }] },
    'input[0].content[0].type',
  ],
  [
    'an image that is no URL',
    { input: [{ role: 'user', content: [{ type: 'input_image', image_url: 'x' }] }] },
    'input[0].content[0].image_url',
  ],
  ['a call without an id', { input: [{ ...called('a'), call_id: '' }] }, 'input[0].call_id'],
  ['a call with an object', { input: [{ ...called('a'), arguments: {} }] }, 'input[0].arguments'],
  ['an output without an id', { input: [{ ...output('a'), call_id: null }] }, 'input[0].call_id'],
  ['an output that is none', { input: [output('a', 1)] }, 'input[0].output'],
  ['instructions that are none', { instructions: ['a'] }, 'instructions'],
  ['no model', { model: '' }, 'model'],
  ['a stream that is none', { stream: 'yes' }, 'stream'],
  ['half a token', { max_output_tokens: 0.5 }, 'max_output_tokens'],
  ['tools that are none', { tools: {} }, 'tools'],
  ['a tool without a name', { tools: [{ type: 'function', function: { name: 'f' } }] }, 'tools[0].name'],
  ['a choice of nothing', { tool_choice: 'required' }, 'tool_choice'],
  ['a choice of another tool', { tool_choice: { type: 'function', name: 'g' } }, 'tool_choice.name'],
  ['a format that is none', { text: { format: { type: 'xml' } } }, 'text.format.type'],
  ['a schema without a name', { text: { format: { type: 'json_schema', schema: {} } } }, 'text.format.name'],
  ['metadata that are none', { metadata: 'a' }, 'metadata'],
  ['a temperature that is none', { temperature: 3 }, 'temperature'],
])('%s is refused, and named', (_name, body, param) => {
  expect(mistakeOf(body)).toEqual({ param, code: 'invalid_request' });
});
