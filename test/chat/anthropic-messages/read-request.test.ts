import { CallerMistake, type ChatCall, type JsonObject } from '../../../lib/chat/dialect';
import type { HubPart, HubRequest } from '../../../lib/chat/hub';
import { leftOut, readCall } from '../../../lib/chat/anthropic-messages/read-request';
import { messagesCall } from './events';

const read = (body: JsonObject, policy: Partial<ChatCall> = {}): HubRequest => readCall(messagesCall(body, policy));
const user = (...content: unknown[]): JsonObject => ({ messages: [{ role: 'user', content }] });
const partsOf = (...content: unknown[]): readonly HubPart[] =>
  read(user(...content)).messages.flatMap(({ parts }) => parts);
const CACHED = { cache_control: { type: 'ephemeral', ttl: '1h' } };
const cache = '1h';
const tool = { name: 't', input_schema: { type: 'object' } };

function mistakeOf(body: JsonObject): unknown {
  try {
    read(body);
  } catch (error) {
    if (error instanceof CallerMistake) return [error.code, error.param];
    throw error;
  }
  return null;
}

describe('turns', () => {
  test('a system prompt is the first message, as a string or as blocks', () => {
    expect(read({ system: 'S' }).messages).toEqual([
      { role: 'system', parts: [{ kind: 'text', text: 'S' }] },
      { role: 'user', parts: [{ kind: 'text', text: 'hello' }] },
    ]);
    const system = [
      { type: 'text', text: 'A' },
      { type: 'text', text: 'B', ...CACHED },
    ];
    expect(read({ system }).messages[0]?.parts).toEqual([
      { kind: 'text', text: 'A' },
      { kind: 'text', text: 'B', cache },
    ]);
  });

  test.each<[string, unknown]>([
    [
      'in a block of its own',
      [
        { type: 'text', text: 'x-anthropic-billing-header: cc_version=2.1; cch=1f2e;' },
        { type: 'text', text: 'You are an agent.' },
      ],
    ],
    ['before the prompt', [{ type: 'text', text: 'x-anthropic-billing-header: cch=1f2e;\nYou are an agent.' }]],
    ['in a string', 'x-anthropic-billing-header: cch=1f2e;\nYou are an agent.'],
  ])("a line for Anthropic's books is told to nobody else: %s", (_, system) => {
    expect(read({ system }).messages[0]).toEqual({
      role: 'system',
      parts: [{ kind: 'text', text: 'You are an agent.' }],
    });
  });

  test('what the system says within the conversation stays there', () => {
    const messages = [
      { role: 'user', content: 'go' },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: {} }] },
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: 'A' }] },
    ];
    expect(read({ messages }).messages.slice(2)).toEqual([
      { role: 'tool', parts: [{ kind: 'tool_result', id: 'a', text: 'A' }] },
      { role: 'user', parts: [{ kind: 'text', text: '<system-reminder>\nBe brief.\n</system-reminder>' }] },
    ]);
  });

  test('results of tools come directly behind the calls, whatever the user says beside them', () => {
    const messages = [
      { role: 'user', content: 'go' },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'Hm.', signature: 'sig' },
          { type: 'redacted_thinking', data: 'sealed' },
          { type: 'text', text: 'I look.' },
          { type: 'tool_use', id: 'a', name: 'f', input: { x: 1 } },
          { type: 'tool_use', id: 'b', name: 'g', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'a', content: 'A' },
          { type: 'text', text: 'and?' },
        ],
      },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'b' }] },
    ];
    expect(read({ messages, tools: [tool] }).messages).toEqual([
      { role: 'user', parts: [{ kind: 'text', text: 'go' }] },
      {
        role: 'assistant',
        parts: [
          { kind: 'reasoning', text: 'Hm.', signature: 'sig' },
          { kind: 'reasoning', text: '', redacted: 'sealed' },
          { kind: 'text', text: 'I look.' },
          { kind: 'tool_call', id: 'a', name: 'f', argumentsJson: '{"x":1}' },
          { kind: 'tool_call', id: 'b', name: 'g', argumentsJson: '{}' },
        ],
      },
      {
        role: 'tool',
        parts: [
          { kind: 'tool_result', id: 'a', text: 'A' },
          { kind: 'tool_result', id: 'b', text: '' },
        ],
      },
      { role: 'user', parts: [{ kind: 'text', text: 'and?' }] },
    ]);
  });

  test('C28 the arguments of earlier calls keep their numbers', () => {
    const text =
      '{"model":"m","max_tokens":5,"temperature":1.0,"messages":[{"role":"user","content":"x"},' +
      '{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{"n":12345678901234567890}}]},' +
      '{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"r"}]}]}';
    const request = readCall(messagesCall(text));
    expect(request.temperature).toBe(1);
    expect(request.messages[1]?.parts).toMatchObject([{ argumentsJson: '{"n":12345678901234567890}' }]);
  });

  test.each<[string, object, object[]]>([
    [
      'of text',
      {
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      [{ text: 'a\nb' }],
    ],
    ['that failed', { content: 'no such file', is_error: true }, [{ text: 'Error: no such file' }]],
    ['that says so itself', { content: '<tool_use_error>x', is_error: true }, [{ text: '<tool_use_error>x' }]],
    [
      'with an image',
      { content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' } }] },
      [{ text: '(shown below)' }, { kind: 'image', source: { mediaType: 'image/png', base64: 'AA==' } }],
    ],
  ])('a result %s', (_, result, parts) => {
    expect(partsOf({ type: 'tool_result', tool_use_id: 'a', ...result })).toMatchObject(parts);
  });
});

describe('what a user shows', () => {
  const pdf = { type: 'base64', media_type: 'application/pdf', data: 'JVBE' };

  test.each<[string, object, object[]]>([
    ['text', { type: 'text', text: 'T', ...CACHED }, [{ kind: 'text', text: 'T', cache }]],
    [
      'an image as data',
      { type: 'image', source: { type: 'base64', media_type: 'image/PNG', data: 'AA==' }, ...CACHED },
      [{ kind: 'image', source: { mediaType: 'image/png', base64: 'AA==' }, cache }],
    ],
    [
      'an image by its address',
      { type: 'image', source: { type: 'url', url: 'https://x.example/a.png' } },
      [{ kind: 'image', source: { url: 'https://x.example/a.png' } }],
    ],
    [
      'a PDF',
      { type: 'document', source: pdf, title: 'T', context: 'C', ...CACHED },
      [
        { kind: 'text', text: 'C' },
        { kind: 'file', name: 'T', mediaType: 'application/pdf', base64: 'JVBE', cache },
      ],
    ],
    [
      'a document of text',
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'D' }, title: 'T' },
      [{ kind: 'text', text: 'T\nD' }],
    ],
    [
      'a document of blocks',
      { type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'D' }] } },
      [{ kind: 'text', text: 'D' }],
    ],
  ])('%s', (_, block, parts) => {
    expect(partsOf(block)).toEqual(parts);
  });
});

describe('parameters', () => {
  test('that every provider knows', () => {
    const request = read({
      max_tokens: 7,
      temperature: 0.5,
      top_p: 0.9,
      top_k: 5,
      stop_sequences: ['END'],
      stream: true,
      metadata: { user_id: 'u-1' },
      tools: [{ ...tool, description: 'D', strict: true, ...CACHED }],
    });
    expect(request).toMatchObject({
      maxTokens: 7,
      temperature: 0.5,
      topP: 0.9,
      stop: ['END'],
      stream: true,
      tools: [{ name: 't', description: 'D', parameters: { type: 'object' }, strict: true, cache }],
      toolChoice: 'auto',
      parallelToolCalls: null,
      responseFormat: { kind: 'text' },
      reasoningEffort: null,
      other: { top_k: 5, user: 'u-1' },
    });
  });

  test('that the route sets replace them', () => {
    const set = { max_tokens: 3, temperature: 1.5, top_p: 0.1 };
    expect(read({ temperature: 0.5 }, { set })).toMatchObject({ maxTokens: 3, temperature: 1.5, topP: 0.1 });
  });

  test('metadata for the router is not told to a target', () => {
    expect(read({ metadata: { user_id: 'u', task: 'code' } }, { metadata: null }).other).toEqual({});
  });

  test.each<[unknown, unknown, unknown]>([
    [{ type: 'auto' }, 'auto', null],
    [{ type: 'any' }, 'required', null],
    [{ type: 'tool', name: 't' }, { name: 't' }, null],
    [{ type: 'none' }, 'none', null],
    [{ type: 'auto', disable_parallel_tool_use: true }, 'auto', false],
    [{ type: 'any', disable_parallel_tool_use: false }, 'required', null],
  ])('the choice %j', (choice, toolChoice, parallelToolCalls) => {
    expect(read({ tools: [tool], tool_choice: choice })).toMatchObject({ toolChoice, parallelToolCalls });
  });

  test.each<[object, string | null]>([
    [{ thinking: { type: 'enabled', budget_tokens: 4_096 } }, 'low'],
    [{ thinking: { type: 'enabled', budget_tokens: 4_097 } }, 'medium'],
    [{ thinking: { type: 'enabled', budget_tokens: 16_384 } }, 'medium'],
    [{ thinking: { type: 'enabled', budget_tokens: 31_999 } }, 'high'],
    [{ thinking: { type: 'adaptive' } }, 'medium'],
    [{ thinking: { type: 'adaptive' }, output_config: { effort: 'max' } }, 'high'],
    [{ thinking: { type: 'disabled' }, output_config: { effort: 'high' } }, null],
    [{ output_config: { effort: 'low' } }, 'low'],
    [{}, null],
  ])('thinking %j is an effort of %s', (body, effort) => {
    expect(read({ ...body }).reasoningEffort).toBe(effort);
  });

  test.each(['output_config', 'output_format'])('a schema in `%s` is kept to without exception', (field) => {
    const format = { type: 'json_schema', schema: { type: 'object' } };
    expect(read({ [field]: field === 'output_config' ? { format } : format }).responseFormat).toEqual({
      kind: 'json_schema',
      name: 'answer',
      schema: { type: 'object' },
      strict: true,
    });
  });
});

test.each<[string, JsonObject, unknown]>([
  ['a tool that Anthropic runs', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }, 'tools[0].type'],
  ['servers of tools', { mcp_servers: [{ type: 'url', url: 'https://x.example' }] }, 'mcp_servers'],
  ['a container', { container: 'c' }, 'container'],
  ['a place', { inference_geo: 'us' }, 'inference_geo'],
  [
    'an uploaded image',
    user({ type: 'image', source: { type: 'file', file_id: 'f' } }),
    'messages[0].content[0].source.type',
  ],
  [
    'a document by URL',
    user({ type: 'document', source: { type: 'url', url: 'x' } }),
    'messages[0].content[0].source.type',
  ],
  [
    'the search of another turn',
    { messages: [{ role: 'assistant', content: [{ type: 'server_tool_use', id: 's', name: 'n', input: {} }] }] },
    'messages[0].content[0].type',
  ],
  [
    'its result',
    { messages: [{ role: 'assistant', content: [{ type: 'web_search_tool_result', tool_use_id: 's' }] }] },
    'messages[0].content[0].type',
  ],
])('%s cannot be said to another model', (_, body, param) => {
  expect(mistakeOf(body)).toEqual(['unsupported_parameter', param]);
});

test.each<[JsonObject, string]>([
  [{ temperature: 1.5 }, 'temperature'],
  [{ stop_sequences: 'END' }, 'stop_sequences'],
  [{ tool_choice: { type: 'any' } }, 'tool_choice'],
  [{ tools: [tool], tool_choice: { type: 'tool', name: 'u' } }, 'tool_choice.name'],
  [{ tools: [{ name: 't' }] }, 'tools[0].input_schema'],
  [{ thinking: { type: 'enabled' } }, 'thinking.budget_tokens'],
  [{ output_config: { effort: 'much' } }, 'output_config.effort'],
  [{ output_config: { format: { type: 'json_object' } } }, 'output_config.format.type'],
  [user({ type: 'image', source: { type: 'url', url: 'file:///etc' } }), 'messages[0].content[0].source.url'],
  [user({ type: 'tool_result', content: 'x' }), 'messages[0].content[0].tool_use_id'],
  [
    { messages: [{ role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f' }] }] },
    'messages[0].content[0].input',
  ],
])('%j is refused by its place', (body, param) => {
  expect(mistakeOf(body)).toEqual(['invalid_request', param]);
});

test('what no other model is told of is listed', () => {
  const body = {
    service_tier: 'auto',
    context_management: { edits: [] },
    cache_control: { type: 'ephemeral' },
    top_k: 3,
    metadata: { user_id: 'u'.repeat(65) },
    ...user({ type: 'document', citations: { enabled: true }, source: { type: 'text', data: 'D' } }),
  };
  expect(leftOut(messagesCall(body))).toEqual([
    'service_tier',
    'context_management',
    'cache_control',
    'metadata.user_id',
    'citations',
  ]);
  expect(read(body).other).toEqual({ top_k: 3 });
  expect(leftOut(messagesCall({ thinking: null, service_tier: null }))).toEqual([]);
});
