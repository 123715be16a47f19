import type { AnswerRead, JsonObject, UpstreamFault } from '../../../lib/chat/dialect';
import { openAiThroughHub } from '../dialects';
import { callOf } from '../support';
import { USAGE } from '../streams/openai';

const read = (body: unknown): AnswerRead | UpstreamFault =>
  openAiThroughHub.answer(callOf(), typeof body === 'string' ? body : JSON.stringify(body));
const choice = (message: JsonObject, finish: unknown = 'stop', more: JsonObject = {}): JsonObject => ({
  index: 0,
  message: { role: 'assistant', ...message },
  finish_reason: finish,
  ...more,
});
const answer = (...choices: readonly JsonObject[]): JsonObject => ({ id: 'c', model: 'm', choices, usage: USAGE });
const bodyOf = (read: AnswerRead | UpstreamFault): JsonObject => JSON.parse((read as AnswerRead).body) as JsonObject;

const CALL = { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"big":12345678901234567890}' } };

test('an answer says the same again', () => {
  const logprobs = {
    content: [{ token: 'a', logprob: -1, bytes: null, top_logprobs: [{ token: 'b', logprob: -2, bytes: null }] }],
    refusal: null,
  };
  const first = { content: 'text', reasoning_content: 'because', tool_calls: [CALL] };
  const said = read(answer(choice(first, 'tool_calls', { logprobs }), choice({ content: null, refusal: 'no' })));
  expect(said).toMatchObject({ ok: true, finish: 'tool_calls', usage: { promptTokens: 20, cacheReadTokens: 16 } });
  expect(bodyOf(said)).toMatchObject({
    id: 'c',
    model: 'm',
    choices: [
      { message: first, finish_reason: 'tool_calls', logprobs },
      { index: 1, message: { content: null, refusal: 'no' }, finish_reason: 'stop' },
    ],
  });
});

test.each<[string, JsonObject, JsonObject]>([
  ["vLLM's name for thoughts", choice({ content: 'a', reasoning: 'hm' }), { content: 'a', reasoning_content: 'hm' }],
  [
    'a call without arguments',
    choice({ content: null, tool_calls: [{ id: 'a', function: { name: 'f', arguments: '' } }] }),
    { tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }] },
  ],
])('%s', (_, given, message) => {
  expect(bodyOf(read(answer(given)))).toMatchObject({ choices: [{ message }] });
});

test('an engine that was made to call a tool says `stop`, and has called it', () => {
  expect(read(answer(choice({ tool_calls: [CALL] }, 'stop')))).toMatchObject({ finish: 'tool_calls' });
});

test.each<[string, unknown, string]>([
  ['no JSON', 'nonsense', 'invalid'],
  ['an error', { error: { message: 'm' } }, 'error_event'],
  ['no choices', answer(), 'invalid'],
  ['no finish reason', answer(choice({ content: 'a' }, null)), 'invalid'],
  ['an engine that gave up', answer(choice({ content: 'a' }), choice({ content: 'b' }, 'abort')), 'aborted'],
  ['a provider that gave up', answer(choice({ content: 'a' }, 'insufficient_system_resource')), 'invalid'],
])('%s is no answer', (_, body, kind) => {
  expect(read(body)).toMatchObject({ ok: false, kind });
});
