import { CallerMistake, type JsonObject } from '../../../lib/chat/dialect';
import { checkChatBody } from '../../../lib/chat/openai-chat/check-body';

const GOOD = { model: 'auto', messages: [{ role: 'user', content: 'hello' }] };

test.each<[string, JsonObject]>([
  ['the least there is', {}],
  ['null for what is left out', { stream: null, max_tokens: null, n: null, metadata: null, tools: null }],
  ['what only the target can judge', { messages: [{ role: 'critic', content: { x: 1 } }], temperature: 9, stop: 1 }],
])('accepts %s', (_name, body) => {
  expect(() => checkChatBody({ ...GOOD, ...body })).not.toThrow();
});

test.each<[JsonObject, string]>([
  [{ model: undefined }, 'model'],
  [{ model: '' }, 'model'],
  [{ messages: undefined }, 'messages'],
  [{ messages: [] }, 'messages'],
  [{ messages: 'hello' }, 'messages'],
  [{ messages: ['hello'] }, 'messages[0]'],
  [{ messages: [GOOD.messages[0], { content: 'x' }] }, 'messages[1].role'],
  [{ messages: [{ role: 1 }] }, 'messages[0].role'],
  [{ stream: 'true' }, 'stream'],
  [{ max_tokens: 0 }, 'max_tokens'],
  [{ max_tokens: 1.5 }, 'max_tokens'],
  [{ max_completion_tokens: '7' }, 'max_completion_tokens'],
  [{ n: 0 }, 'n'],
  [{ metadata: [] }, 'metadata'],
  [{ tools: {} }, 'tools'],
])('refuses %j and names the field', (body, param) => {
  expect(mistakeOf({ ...GOOD, ...body })).toMatchObject({ param, code: 'invalid_request' });
});

test('says what was missing, or expected and got', () => {
  expect(mistakeOf({ ...GOOD, model: undefined }).message).toBe("Missing required parameter: 'model'.");
  expect(mistakeOf({ ...GOOD, n: 0 }).message).toBe(
    "Invalid 'n': expected an integer of at least 1, but got 0 instead.",
  );
});

test("never repeats the caller's text", () => {
  expect(mistakeOf({ ...GOOD, messages: 'my secret' }).message).not.toContain('secret');
});

function mistakeOf(body: JsonObject): CallerMistake {
  try {
    checkChatBody(body);
  } catch (error) {
    if (error instanceof CallerMistake) return error;
  }
  throw new Error('no mistake was found');
}
