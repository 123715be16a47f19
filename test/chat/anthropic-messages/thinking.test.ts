/** `reasoning_effort` as Claude's thinking: which Claude a name is, and what it takes. */
import { claudeThinking } from '../../../lib/chat/claude-thinking';
import { readRequest } from '../../../lib/chat/openai-chat/read-request';

const thinking = (model: string, effort: string, body: object = {}): ReturnType<typeof claudeThinking> =>
  claudeThinking(
    readRequest({ model: 'a', messages: [{ role: 'user', content: 'q' }], reasoning_effort: effort, ...body }),
    model,
  );

test.each<[string, string | null, boolean]>([
  ['claude-3-5-sonnet-20241022', null, false],
  ['claude-3-opus-20240229', null, false],
  ['claude-3-7-sonnet-20250219', 'enabled', false],
  ['claude-sonnet-4-20250514', 'enabled', false],
  ['claude-opus-4-1-20250805', 'enabled', false],
  ['us.anthropic.claude-haiku-4-5-20251001-v1:0', 'enabled', false],
  ['claude-sonnet-4-6', 'adaptive', false],
  ['claude-opus-4-7', 'adaptive', true],
  ['claude-sonnet-5', 'adaptive', true],
  ['claude-opus-5-5', 'adaptive', true],
  ['claude-fable-5-1', 'adaptive', true],
  ['claude-next', null, false],
  ['qwen', null, false],
])('C18, C16 %s thinks %s, and refuses a temperature: %s', (model, type, refuses) => {
  const got = thinking(model, 'high');
  expect(got.thinking?.['type'] ?? null).toBe(type);
  expect(got.dropped).toEqual(type === null ? ['reasoning_effort'] : []);
  expect(claudeThinking(readRequest({ model: 'a', messages: [{ role: 'user', content: 'q' }] }), model)).toMatchObject({
    thinking: null,
    effort: null,
    withoutSampling: refuses,
  });
});

test.each(['minimal', 'low', 'medium', 'high', 'xhigh', 'max'])(
  'C18 a budget for %s is at least 1,024 and below the limit, whatever the limit',
  (effort) => {
    for (const limit of [1, 500, 1_023, 1_024, 1_025, 2_000, 2_048, 5_000, 64_000]) {
      const got = thinking('claude-sonnet-4-5', effort, { max_tokens: limit });
      const budget = Number(got.thinking?.['budget_tokens']);
      expect(budget).toBeGreaterThanOrEqual(1_024);
      expect(got.maxTokens).toBeGreaterThan(budget);
      expect((got.maxTokens ?? 0) - got.extraTokens).toBe(limit);
    }
  },
);

test('C18 a tool that must be called is called without thoughts, with the effort all the same where there is one', () => {
  const body = { tools: [{ type: 'function', function: { name: 'f' } }], tool_choice: 'required' };
  expect(thinking('claude-sonnet-4-5', 'high', body)).toMatchObject({ thinking: null, dropped: ['reasoning_effort'] });
  expect(thinking('claude-opus-5', 'high', body)).toMatchObject({ thinking: null, effort: 'high', dropped: [] });
});
