/** What OpenAI's own API is not told. */
import type { JsonObject } from '../../../lib/chat/json';
import { openAiChat } from '../../../lib/chat/openai-chat/pass-through';
import { callOf } from '../support';

const sent = (rest: string, policy: Parameters<typeof callOf>[1] = {}): { text: string; dropped: readonly string[] } =>
  openAiChat.request(callOf(`{"model":"a","messages":${rest}`, { maxTokensField: 'max_completion_tokens', ...policy }));

const MARK = '"cache_control":{"type":"ephemeral"}';

test('C26 fields of engines are taken out and listed, others stay as they were written', () => {
  const { text, dropped } = sent('[],"guided_json":{"a":1.0},"new":1.0,"min_p":0.1}');
  expect(text).toBe('{"model":"target-model","messages":[],"new":1.0}');
  expect(dropped).toEqual(['guided_json', 'min_p']);
});

test('C25 marks are taken out of messages, parts and tools; numbers beside them keep their digits', () => {
  const { text, dropped } = sent(
    `[{"role":"user","content":[{"type":"text","text":"x",${MARK}}]},{"role":"user","content":"y",${MARK}}],` +
      `"tools":[{"type":"function","function":{"name":"f","parameters":{"minimum":1.0,"n":12345678901234567890},${MARK}},${MARK}}]}`,
  );
  expect(text).toBe(
    '{"model":"target-model","messages":[{"role":"user","content":[{"type":"text","text":"x"}]},{"role":"user","content":"y"}],' +
      '"tools":[{"type":"function","function":{"name":"f","parameters":{"minimum":1.0,"n":12345678901234567890}}}]}',
  );
  expect(dropped).toEqual(['cache_control']);
});

test('C25 the same words in texts, schemas and arguments are nobody’s marks', () => {
  const schema = `{"type":"object","properties":{"cache_control":{"type":"string"}}}`;
  const rest = `[{"role":"user","content":"\\"cache_control\\""}],"tools":[{"function":{"name":"f","parameters":${schema}}}]}`;
  expect(sent(rest)).toEqual({
    text: `{"model":"target-model","messages":${rest}`,
    dropped: [],
    changed: [],
  });
});

test('an engine at an address of its own gets all of it', () => {
  const rest = `[{"role":"user","content":"y",${MARK}}],"guided_json":{"a":1.0}}`;
  const { text, dropped } = sent(rest, { maxTokensField: 'max_tokens' });
  expect([JSON.parse(text) as JsonObject, dropped]).toMatchObject([{ guided_json: { a: 1 } }, []]);
  expect(text).toContain(rest);
});
