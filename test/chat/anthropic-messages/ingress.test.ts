import { messagesIngress } from '../../../lib/chat/anthropic-messages/ingress';
import { messagesCaller } from '../../../lib/chat/anthropic-messages/caller';
import { bedrockTarget } from '../../../lib/chat/bedrock-converse/target';
import { CallerMistake, type Dialect, type JsonObject } from '../../../lib/chat/dialect';
import { geminiTarget } from '../../../lib/chat/gemini-generate-content/target';
import { chatTarget } from '../../../lib/chat/openai-chat/target';
import { type RequestSize } from '../../../lib/chat/request-size';
import { type HubTarget, throughHub } from '../../../lib/chat/through-hub';
import { ERRORS, type ErrorCode } from '../../../lib/policy/errors';
import { collectTexts } from '../../../lib/policy/texts';
import { messagesCall } from './events';

const bodyOf = (body: JsonObject): JsonObject => messagesCall(body).body;
const user = (...content: unknown[]): JsonObject => ({ messages: [{ role: 'user', content }] });

function mistakeOf(run: () => unknown): CallerMistake {
  try {
    run();
  } catch (error) {
    if (error instanceof CallerMistake) return error;
  }
  throw new Error('no mistake');
}

describe('the router looks at', () => {
  test.each<[JsonObject, string]>([
    [{ model: '' }, 'model'],
    [{ messages: [] }, 'messages'],
    [{ messages: 'x' }, 'messages'],
    [{ messages: ['x'] }, 'messages[0]'],
    [{ messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].role'],
    [{ messages: [{ role: 'user', content: 5 }] }, 'messages[0].content'],
    [{ max_tokens: null }, 'max_tokens'],
    [{ max_tokens: 0 }, 'max_tokens'],
    [{ max_tokens: 1.5 }, 'max_tokens'],
    [{ stream: 'yes' }, 'stream'],
    [{ metadata: 'x' }, 'metadata'],
    [{ system: 5 }, 'system'],
    [{ tools: {} }, 'tools'],
  ])('%j', (body, param) => {
    expect(mistakeOf(() => messagesIngress.check(bodyOf(body))).param).toBe(param);
  });

  test('nothing else', () => {
    const body = { n: 'x', unknown: 1, tools: [{ type: 'bash_20250124', name: 'bash' }], system: [{}], temperature: 7 };
    expect(() => messagesIngress.check(bodyOf(body))).not.toThrow();
  });
});

describe('the size', () => {
  const sizeOf = (body: JsonObject): RequestSize => {
    const { body: whole, text } = messagesCall(body);
    return messagesIngress.size(whole, text, Buffer.byteLength(text));
  };
  const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'A'.repeat(400_000) } };
  const pdf = { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'JVBE' } };

  test.each<[string, JsonObject, readonly string[]]>([
    ['text', {}, []],
    ['tools', { tools: [{ name: 't' }] }, ['tools']],
    ['a schema', { output_config: { format: { type: 'json_schema', schema: {} } } }, ['json_schema']],
    ['a schema by its older name', { output_format: { type: 'json_schema', schema: {} } }, ['json_schema']],
    ['an effort', { output_config: { effort: 'low' } }, []],
    ['an image', user(image), ['images']],
    ['an image in a result', user({ type: 'tool_result', tool_use_id: 'a', content: [image] }), ['images']],
    ['a PDF', user(pdf), ['pdf']],
    ['a document of text', user({ type: 'document', source: { type: 'text', data: 'x' } }), []],
    ['an image in a document', user({ type: 'document', source: { type: 'content', content: [image] } }), ['images']],
  ])('of %s needs what it shows', (_, body, needs) => {
    expect(sizeOf(body).needs).toEqual(needs);
  });

  test('counts an image by the piece and the limit as the caller gave it', () => {
    expect(sizeOf({ ...user(image), max_tokens: 9 }).maxTokens).toBe(9);
    expect(sizeOf(user(image)).promptTokens).toBeLessThan(4_000);
    expect(sizeOf(user({ type: 'document', source: { type: 'url', url: 'x' } })).promptTokensMax).toBeGreaterThan(1e6);
  });
});

test('a conversation is told by its session, its system prompt and how it begins', () => {
  const system = [
    { type: 'text', text: 'x-anthropic-billing-header: cch=1;' },
    { type: 'text', text: 'S' },
  ];
  const beginning = (body: JsonObject): string => messagesIngress.beginning(bodyOf(body));
  expect(beginning({ system, metadata: { user_id: 'u1' } })).toBe('u1Shello');
  expect(beginning({ system: 'S' })).toBe('Shello');
  expect(beginning(user({ type: 'text', text: 'T' }))).toBe('T');
});

describe('errors', () => {
  test.each<[ErrorCode, string]>([
    ['invalid_request', 'invalid_request_error'],
    ['invalid_api_key', 'authentication_error'],
    ['boundary_forbidden', 'permission_error'],
    ['model_not_found', 'not_found_error'],
    ['request_too_large', 'request_too_large'],
    ['budget_exhausted', 'rate_limit_error'],
    ['upstream_error', 'api_error'],
    ['internal_error', 'api_error'],
    ['waking', 'overloaded_error'],
    ['deadline_exceeded', 'timeout_error'],
  ])('%s is %s', (code, type) => {
    const error = { code, message: 'M', param: 'p' };
    const body = { type: 'error', error: { type, message: 'M', code, param: 'p' }, request_id: 'r' };
    expect(JSON.parse(messagesIngress.errors.body(error, 'r'))).toEqual(body);
    expect(messagesIngress.errors.event(error, 'r')).toBe(`event: error\ndata: ${JSON.stringify(body)}\n\n`);
  });

  test('every status has a type', () => {
    for (const code of Object.keys(ERRORS) as ErrorCode[]) {
      expect(messagesIngress.errors.body({ code, message: 'M', param: null }, 'r')).toMatch(
        /"type":"\w+(_error|_large)"/,
      );
    }
  });

  test('agents are told in their words that the prompt is too long', () => {
    const tell = (message: string): unknown =>
      (
        JSON.parse(messagesIngress.errors.body({ code: 'context_length_exceeded', message, param: null }, 'r')) as {
          error: { message: string };
        }
      ).error.message;
    expect(tell("This model's maximum context length is 10")).toMatch(/^prompt is too long: This/);
    expect(tell('prompt is too long: 9 tokens > 8')).toBe('prompt is too long: 9 tokens > 8');
  });
});

describe('what a target does not like is told by the place in the caller', () => {
  const through = (target: HubTarget): Dialect => throughHub(messagesCaller, target);
  const result = { type: 'tool_result', tool_use_id: 'a', content: 'x' };
  const use = (more: object = {}): JsonObject => ({ type: 'tool_use', id: 'a', name: 'f', input: {}, ...more });
  const turns = (...content: unknown[]): JsonObject => ({
    system: 'S',
    messages: [
      { role: 'user', content: 'go' },
      { role: 'assistant', content: [{ type: 'text', text: 'x' }, use()] },
      { role: 'user', content },
    ],
  });

  test.each<[string, HubTarget, JsonObject, string]>([
    [
      'an image by its address',
      geminiTarget,
      turns(result, { type: 'text', text: 'x' }, { type: 'image', source: { type: 'url', url: 'https://x.example' } }),
      'messages[2].content[2].source',
    ],
    [
      'a kind of image',
      bedrockTarget,
      turns({
        ...result,
        content: [{ type: 'image', source: { type: 'base64', media_type: 'image/bmp', data: 'A' } }],
      }),
      'messages[2].content[0].content[0].source',
    ],
    ['a missing result', bedrockTarget, turns({ type: 'text', text: 'x' }), 'messages[1].content'],
    ['a result of no call', bedrockTarget, turns({ ...result, tool_use_id: 'b' }), 'messages[2].content'],
  ])('%s', (_, target, body, param) => {
    const mistake = mistakeOf(() => through(target).request(messagesCall(body)));
    expect(mistake.param).toBe(param);
    expect(mistake.message).toContain(`'${param}'`);
    expect(mistake.message).not.toContain('data: URL');
  });

  test('parameters that are left out have their own names', () => {
    const body = {
      service_tier: 'auto',
      stop_sequences: [''],
      thinking: { type: 'adaptive' },
      metadata: { user_id: 'u' },
      tools: [{ name: 't', input_schema: {}, strict: true }],
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
      messages: [
        { role: 'assistant', content: [{ type: 'thinking', thinking: 'x', signature: 's' }] },
        { role: 'user', content: 'x' },
      ],
    };
    const call = messagesCall(body, { model: 'amazon.nova-lite-v1:0' });
    expect(through(bedrockTarget).request(call).dropped).toEqual([
      'service_tier',
      'stop_sequences',
      'thinking',
      'metadata.user_id',
      'tools.strict',
      'tool_choice.disable_parallel_tool_use',
    ]);
  });

  test.each([
    ['gpt-4o', undefined, ['thinking']],
    ['gpt-5.2', 'medium', []],
  ])('%s is asked for an effort of %s', (model, effort, dropped) => {
    const call = messagesCall({ thinking: { type: 'adaptive' } }, { model, maxTokensField: 'max_completion_tokens' });
    const asked = through(chatTarget).request(call);
    expect((JSON.parse(asked.text) as JsonObject)['reasoning_effort']).toBe(effort);
    expect(asked.dropped).toEqual(dropped);
  });
});

test('F1 detectors see each place of text, and say which', () => {
  const body = {
    system: [{ type: 'text', text: 'T1' }],
    messages: [
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'T2', signature: 'T3' },
          { type: 'redacted_thinking', data: 'T4' },
          { type: 'tool_use', id: 'a', name: 'T5', input: { deep: { own: ['T6'] } } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'a', content: 'T7' },
          { type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: 'T8' }] },
          {
            type: 'document',
            title: 'T9',
            context: 'T10',
            source: { type: 'text', media_type: 'text/plain', data: 'T11' },
          },
          { type: 'image', source: { type: 'url', url: 'T12' } },
        ],
      },
    ],
    tools: [
      { name: 't', description: 'T13', input_schema: { properties: { x: { description: 'T14', enum: ['T15'] } } } },
    ],
    metadata: { user_id: 'T16' },
    stop_sequences: ['T17'],
    mcp_servers: [{ authorization_token: 'T18' }],
    output_config: { format: { schema: { description: 'T19' } } },
  };
  const places = Object.fromEntries(
    collectTexts(body)
      .filter(({ text }) => /^T\d+$/.test(text))
      .map(({ text, where }) => [text, where]),
  );
  expect(places).toEqual({
    T1: 'system[0].text',
    T2: 'messages[0].content[0].thinking',
    T3: 'messages[0].content[0].signature',
    T4: 'messages[0].content[1].data',
    T5: 'messages[0].content[2].name',
    T6: 'messages[0].content[2].input.*.*[0]',
    T7: 'messages[1].content[0].content',
    T8: 'messages[1].content[1].content[0].text',
    T9: 'messages[1].content[2].title',
    T10: 'messages[1].content[2].context',
    T11: 'messages[1].content[2].source.data',
    T12: 'messages[1].content[3].source.url',
    T13: 'tools[0].description',
    T14: 'tools[0].input_schema.properties.*.description',
    T15: 'tools[0].input_schema.properties.*.enum[0]',
    T16: 'metadata.user_id',
    T17: 'stop_sequences[0]',
    T18: 'mcp_servers[0].authorization_token',
    T19: 'output_config.format.schema.description',
  });
});
