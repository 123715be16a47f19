/** What callers ask of Claude through OpenAI's protocol, at Anthropic and at Bedrock: thinking, its seals, and caching. */
import type { JsonObject } from '../../lib/chat/json';
import { type Sent, call, called, result, tool, useWorld, user } from './exchange';

const world = useWorld();
const sent = (model: string, body: Record<string, unknown>): Promise<Sent> => world.sent(model, body);

const SONNET_45 = 'claude-sonnet-4-5';
const asked = ({ body }: Sent): JsonObject => {
  const own = (body['additionalModelRequestFields'] ?? body) as JsonObject;
  const inference = (body['inferenceConfig'] ?? {}) as JsonObject;
  return {
    thinking: own['thinking'],
    effort: (own['output_config'] as JsonObject | undefined)?.['effort'],
    max: body['max_tokens'] ?? inference['maxTokens'],
    sampling: [body['temperature'] ?? inference['temperature'], body['top_p'] ?? inference['topP'], own['top_k']],
  };
};
const NO_SAMPLING = [undefined, undefined, undefined];
const budget = (tokens: number): object => ({ type: 'enabled', budget_tokens: tokens });
const ADAPTIVE = { type: 'adaptive', display: 'summarized' };

describe.each([
  ['anthropic/', ''],
  ['bedrock/us.anthropic.', '-20250929-v1:0'],
])('C18 reasoning_effort at %s', (before, after) => {
  const name = (model: string): string => `${before}${model}${after}`;

  test.each<[string, string, number | undefined, unknown, string | undefined, number, string[]]>([
    [SONNET_45, 'minimal', undefined, budget(1_024), undefined, 5_120, ['max_tokens']],
    [SONNET_45, 'low', 8_000, budget(1_024), undefined, 8_000, []],
    [SONNET_45, 'medium', 20_000, budget(8_192), undefined, 20_000, []],
    [SONNET_45, 'high', 8_000, budget(4_000), undefined, 8_000, []],
    [SONNET_45, 'high', 1_500, budget(1_024), undefined, 1_500, []],
    [SONNET_45, 'high', 500, budget(1_024), undefined, 1_524, ['max_tokens']],
    [SONNET_45, 'xhigh', undefined, budget(24_576), undefined, 28_672, ['max_tokens']],
    [SONNET_45, 'none', 500, undefined, undefined, 500, []],
    ['claude-sonnet-4-6', 'medium', 500, { type: 'adaptive' }, 'medium', 500, []],
    ['claude-sonnet-4-6', 'xhigh', 500, { type: 'adaptive' }, 'high', 500, ['reasoning_effort']],
    ['claude-opus-4-8', 'xhigh', 500, ADAPTIVE, 'xhigh', 500, []],
    ['claude-opus-5', 'minimal', 500, ADAPTIVE, 'low', 500, ['reasoning_effort']],
    ['claude-opus-5', 'none', 500, { type: 'disabled' }, undefined, 500, []],
    ['claude-fable-5-1', 'none', 500, undefined, 'low', 500, ['reasoning_effort']],
  ])('C18 %s, %s, of %s tokens', async (model, effort, limit, thinking, level, max, changed) => {
    const body = { reasoning_effort: effort, ...(limit !== undefined && { max_tokens: limit }) };
    const got = await sent(name(model), body);
    expect(asked(got)).toMatchObject({ thinking, effort: level, max });
    expect(got.changed.filter((one) => !one.includes('='))).toEqual(changed);
    expect(got.dropped).toEqual([]);
  });

  test.each<[string, Record<string, unknown>]>([
    ['claude-3-5-haiku', {}],
    [SONNET_45, { reasoning_effort: 'much' }],
    [SONNET_45, { tools: [tool('a')], tool_choice: 'required' }],
    [SONNET_45, { messages: [user('q'), { role: 'assistant', content: 'It is' }] }],
    [SONNET_45, { messages: [user('q'), called(call('1', 'a')), result('1', 'x')], tools: [tool('a')] }],
  ])('C18 %s does not think with %j: dropped and listed', async (model, body) => {
    const got = await sent(name(model), { reasoning_effort: 'high', max_tokens: 9_000, temperature: 0.5, ...body });
    expect([got.status, asked(got), got.dropped]).toMatchObject([
      200,
      { thinking: undefined, effort: undefined, max: 9_000, sampling: [0.5, undefined, undefined] },
      ['reasoning_effort'],
    ]);
  });

  test('C16 who thinks takes neither temperature nor top_p: dropped and listed', async () => {
    const got = await sent(name(SONNET_45), { reasoning_effort: 'low', temperature: 0.2, top_p: 0.9, top_k: 5 });
    expect(asked(got)['sampling']).toEqual(NO_SAMPLING);
    expect(got.dropped).toEqual(['temperature', 'top_p', 'top_k']);
  });

  test.each([
    ['claude-opus-4-7', true],
    ['claude-sonnet-5', true],
    ['claude-fable-5-1', true],
    ['claude-opus-4-6', false],
    ['claude-haiku-4-5', false],
  ])('C16 %s refuses a temperature: %s', async (model, refuses) => {
    const got = await sent(name(model), { temperature: 0.2, max_tokens: 9 });
    expect(asked(got)['sampling']).toEqual(refuses ? NO_SAMPLING : [0.2, undefined, undefined]);
    expect(got.dropped).toEqual(refuses ? ['temperature'] : []);
  });
});

test('C18 what the answer may be longer is set aside too', async () => {
  const price = { inputUsdPerMillionTokens: 0, outputUsdPerMillionTokens: 10 };
  const models = { claude: { provider: 'anthropic', model: SONNET_45, price } };
  await world.start({ models, routes: [{ name: 'd', to: ['claude'] }], budgets: { monthlyUsd: 0.01 } });
  // 0.005 dollars for 500 tokens, 0.015 for 1,524.
  expect((await sent('claude', { max_tokens: 500 })).status).toBe(200);
  expect((await sent('claude', { max_tokens: 500, reasoning_effort: 'high' })).status).toBe(429);
});

const SEALED = { type: 'thinking', thinking: 'Hm.\u2028"', signature: 'c2ln+/==' };
const EMPTY = { type: 'thinking', thinking: '', signature: 'ZW1wdHk=' };
const REDACTED = { type: 'redacted_thinking', data: 'cmVkYWN0ZWQ=' };
const BLOCKS = [SEALED, REDACTED, EMPTY];
const CONVERSE_BLOCKS = [
  { reasoningContent: { reasoningText: { text: SEALED.thinking, signature: SEALED.signature } } },
  { reasoningContent: { redactedContent: REDACTED.data } },
  { reasoningContent: { reasoningText: { text: '', signature: EMPTY.signature } } },
];
const json = (events: readonly object[]): string[] => events.map((event) => JSON.stringify(event));

describe('B18 thoughts with their seals', () => {
  const USE = { id: 't', name: 'a', input: {} };
  const upstreamOf = { claude: 'anthropic', converse: 'bedrock' } as const;
  const wholes = {
    claude: { id: 'm', model: 'm', content: [...BLOCKS, { type: 'tool_use', ...USE }], stop_reason: 'tool_use' },
    converse: {
      output: { message: { content: [...CONVERSE_BLOCKS, { toolUse: { toolUseId: 't', name: 'a', input: {} } }] } },
      stopReason: 'tool_use',
    },
  };
  const anthropicBlock = (index: number, start: object, ...deltas: object[]): object[] => [
    { type: 'content_block_start', index, content_block: start },
    ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ];
  const converseBlock = (contentBlockIndex: number, ...deltas: object[]): object[] => [
    ...deltas.map((delta) => ({ contentBlockDelta: { contentBlockIndex, delta } })),
    { contentBlockStop: { contentBlockIndex } },
  ];
  const streams = {
    claude: json([
      { type: 'message_start', message: { id: 'm', model: 'm' } },
      ...anthropicBlock(
        0,
        { type: 'thinking', thinking: '', signature: '' },
        { type: 'thinking_delta', thinking: 'Hm.' },
        { type: 'thinking_delta', thinking: '\u2028"' },
        { type: 'signature_delta', signature: SEALED.signature },
      ),
      ...anthropicBlock(1, REDACTED),
      ...anthropicBlock(2, { type: 'thinking', thinking: '' }, { type: 'signature_delta', signature: EMPTY.signature }),
      ...anthropicBlock(3, { type: 'tool_use', ...USE }),
      { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 1 } },
      { type: 'message_stop' },
    ]),
    converse: json([
      { messageStart: { role: 'assistant' } },
      ...converseBlock(
        0,
        { reasoningContent: { text: 'Hm.' } },
        { reasoningContent: { text: '\u2028"' } },
        { reasoningContent: { signature: SEALED.signature } },
      ),
      ...converseBlock(1, { reasoningContent: { redactedContent: REDACTED.data } }),
      ...converseBlock(2, { reasoningContent: { text: '' } }, { reasoningContent: { signature: EMPTY.signature } }),
      { contentBlockStart: { contentBlockIndex: 3, start: { toolUse: { toolUseId: 't', name: 'a' } } } },
      { contentBlockStop: { contentBlockIndex: 3 } },
      { messageStop: { stopReason: 'tool_use' } },
      { metadata: { usage: {} } },
    ]),
  };
  const replayed = (message: object): object => ({
    messages: [user('q'), message, result('t', 'x')],
    tools: [tool('a')],
  });

  test.each(['claude', 'converse'] as const)(
    'B18 come whole as opaque blocks, and go back as they came: %s',
    async (target) => {
      world.upstreams[upstreamOf[target]].replies = [{ body: wholes[target] }];
      const { answer } = await sent(target, { tools: [tool('a')] });
      const [{ message }] = answer['choices'] as [{ message: JsonObject }];
      expect(message).toMatchObject({ reasoning_content: SEALED.thinking, thinking_blocks: BLOCKS });
      const back = await sent(target, { ...replayed(message) });
      const turn = (back.body['messages'] as { content: object[] }[])[1];
      expect(turn?.content.slice(0, 3)).toEqual(target === 'claude' ? BLOCKS : CONVERSE_BLOCKS);
      expect(back.dropped).toEqual([]);
    },
  );

  test.each(['claude', 'converse'] as const)(
    'B18 come in a stream as reasoning, and each block once with its seal: %s',
    async (target) => {
      world.upstreams[upstreamOf[target]].replies = [{ events: streams[target] }];
      const deltas = (await world.streamed(target, { tools: [tool('a')] }))
        .filter((event) => event !== '[DONE]')
        .flatMap((event) => (JSON.parse(event) as { choices: { delta: JsonObject }[] }).choices)
        .map(({ delta }) => delta);
      expect(deltas.flatMap((delta) => delta['thinking_blocks'] ?? [])).toEqual(BLOCKS);
      expect(deltas.map((delta) => (delta['reasoning_content'] as string | undefined) ?? '').join('')).toBe(
        SEALED.thinking,
      );
    },
  );

  test.each(['flash', 'gpt', 'bedrock/amazon.nova-lite-v1:0'])('B18 are nobody else’s: %s', async (target) => {
    const message = { ...called(call('t', 'a')), thinking_blocks: BLOCKS };
    const { status, text, dropped } = await sent(target, { ...replayed(message) });
    expect([status, dropped]).toEqual([200, ['thinking_blocks']]);
    for (const secret of [SEALED.signature, REDACTED.data, 'thinking']) expect(text).not.toContain(secret);
  });

  test('B18 what is no block is named', async () => {
    const message = { ...called(call('t', 'a')), thinking_blocks: [{ type: 'thinking', thinking: 'x' }] };
    const { status, answer } = await sent('claude', { ...replayed(message) });
    expect([status, answer]).toMatchObject([400, { error: { param: 'messages[1].thinking_blocks[0].signature' } }]);
  });

  test('C18 within a turn whose thoughts came back with their seal Claude goes on thinking', async () => {
    const message = { ...called(call('t', 'a')), thinking_blocks: [SEALED] };
    const got = await sent('claude', { ...replayed(message), reasoning_effort: 'low', max_tokens: 9_000 });
    expect(asked(got)).toMatchObject({ thinking: budget(1_024) });
  });
});

describe('C25 cache_control', () => {
  const mark = (ttl?: string): object => ({ cache_control: { type: 'ephemeral', ...(ttl !== undefined && { ttl }) } });
  const text = (value: string, more: object = {}): object => ({ type: 'text', text: value, ...more });
  const BODY = {
    messages: [
      { role: 'system', content: [text('S', mark('1h'))] },
      user([text('a'), text('b', mark('5m'))]),
      called(call('1', 'f')),
      { ...result('1', 'x'), ...mark() },
      { role: 'user', content: 'c', ...mark() },
    ],
    tools: [tool('e'), { ...tool('f'), ...mark('1h') }],
  };

  test('C25 stands on the blocks of Anthropic’s protocol', async () => {
    const { body, dropped } = await sent('claude', BODY);
    expect(body).toMatchObject({
      system: [{ text: 'S', ...mark('1h') }],
      tools: [{ name: 'e' }, { name: 'f', ...mark('1h') }],
      messages: [
        { content: [{ text: 'a' }, { text: 'b', ...mark() }] },
        { content: [{ type: 'tool_use' }] },
        {
          content: [
            { type: 'tool_result', ...mark() },
            { text: 'c', ...mark() },
          ],
        },
      ],
    });
    expect(JSON.stringify(body).match(/cache_control/g)).toHaveLength(5);
    expect(dropped).toEqual([]);
  });

  test('C25 is a point behind the block in Converse', async () => {
    const { body, dropped } = await sent('converse', BODY);
    const point = (ttl?: string): object => ({ cachePoint: { type: 'default', ...(ttl !== undefined && { ttl }) } });
    expect(body).toMatchObject({
      system: [{ text: 'S' }, point('1h')],
      toolConfig: { tools: [{ toolSpec: { name: 'e' } }, { toolSpec: { name: 'f' } }, point('1h')] },
      messages: [
        { content: [{ text: 'a' }, { text: 'b' }, point()] },
        { content: [{ toolUse: {} }] },
        { content: [{ toolResult: {} }, point(), { text: 'c' }, point()] },
      ],
    });
    expect(dropped).toEqual([]);
  });

  test.each(['flash', 'gpt', 'bedrock/amazon.nova-lite-v1:0'])(
    'C25 is not told to who would refuse it: %s',
    async (target) => {
      const { status, text: written, dropped } = await sent(target, BODY);
      expect([status, dropped]).toEqual([200, ['cache_control']]);
      expect(written).not.toMatch(/cache_control|cachePoint|ephemeral/);
    },
  );

  test('C25 OpenAI’s body is otherwise what the caller wrote', async () => {
    const plain = JSON.parse(JSON.stringify(BODY).replace(/,"cache_control":\{[^}]*\}/g, '')) as object;
    expect((await sent('gpt', BODY)).body).toEqual({ model: 'gpt-4o', ...plain });
    expect((await sent('gpt', { prompt_cache_key: 'k' })).body).toMatchObject({ prompt_cache_key: 'k' });
  });

  test.each(['lab', 'fast'])('C25 an engine gets it as it is: %s', async (target) => {
    expect((await sent(target, BODY)).body).toMatchObject(BODY);
  });
});
