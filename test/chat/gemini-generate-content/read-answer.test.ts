import type { AnswerRead, UpstreamFault } from '../../../lib/chat/dialect';
import { geminiGenerateContent } from '../dialects';
import { CREATED_SECONDS, callOf, runEvents } from '../support';
import { called, event, parts, saidText, thought, usage } from '../streams/gemini';

const readText = (text: string): AnswerRead | UpstreamFault => geminiGenerateContent.answer(callOf(), text);
const answer = (candidate: object, more: object = usage()): string =>
  event({ ...parts(saidText('Hello')), finishReason: 'STOP', ...candidate }, more);
const read = (candidate: object, more: object = usage()): AnswerRead | UpstreamFault =>
  readText(answer(candidate, more));
function bodyOf(given: AnswerRead | UpstreamFault): Record<string, unknown> {
  if (!given.ok) throw new Error(given.message);
  return JSON.parse(given.body) as Record<string, unknown>;
}

test('is a chat completion', () => {
  expect(bodyOf(read({}))).toEqual({
    id: 'r1',
    object: 'chat.completion',
    created: CREATED_SECONDS,
    model: 'gemini',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: 'Hello', refusal: null },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage: {
      prompt_tokens: 10,
      completion_tokens: 7,
      total_tokens: 17,
      prompt_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
    },
  });
});

test.each([
  ['STOP', 'stop'],
  ['MAX_TOKENS', 'length'],
  ['SAFETY', 'content_filter'],
  ['RECITATION', 'content_filter'],
  ['LANGUAGE', 'content_filter'],
  ['BLOCKLIST', 'content_filter'],
  ['PROHIBITED_CONTENT', 'content_filter'],
  ['SPII', 'content_filter'],
  ['IMAGE_SAFETY', 'content_filter'],
  ['OTHER', 'content_filter'],
  ['FINISH_REASON_UNSPECIFIED', 'content_filter'],
  ['WHAT_COMES_NEXT', 'content_filter'],
])('B5 %s is %s', (finishReason, finish) => {
  expect(read({ finishReason })).toMatchObject({ ok: true, finish });
});

test.each([
  ['STOP', 'tool_calls'],
  ['MAX_TOKENS', 'length'],
  ['SAFETY', 'content_filter'],
])('B5 %s with a tool call is %s', (finishReason, finish) => {
  expect(read({ ...parts(called({ name: 'f' })), finishReason })).toMatchObject({ ok: true, finish });
});

test('B5 a failed tool call is an error', () => {
  expect(read({ finishReason: 'MALFORMED_FUNCTION_CALL' })).toMatchObject({ ok: false, kind: 'invalid', status: 502 });
});

test('an answer that was stopped has the words of who stopped it', () => {
  const stopped = read({ content: undefined, finishReason: 'SAFETY', finishMessage: 'No.' });
  expect(bodyOf(stopped)).toMatchObject({
    choices: [{ message: { content: null, refusal: 'No.' }, finish_reason: 'content_filter' }],
  });
  expect(bodyOf(read({ finishReason: 'STOP', finishMessage: 'Done.' }))).toMatchObject({
    choices: [{ message: { content: 'Hello', refusal: null } }],
  });
});

test('a blocked prompt is a content filter', () => {
  const blocked = JSON.stringify({ promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, ...usage() });
  expect(bodyOf(readText(blocked))).toMatchObject({
    choices: [{ message: { content: '' }, finish_reason: 'content_filter' }],
    usage: { prompt_tokens: 10 },
  });
});

test('B14, B17, B22, B23, C28 tool calls beside text and thoughts', () => {
  const text = answer(
    parts(
      thought('Hm.'),
      saidText('Looking.'),
      called({ name: 'f', args: 'ARGS' }, { thoughtSignature: 'c2ln' }),
      called({ name: 'g' }),
    ),
  );
  expect(bodyOf(readText(text.replace('"ARGS"', '{"big":12345678901234567890,"f":1.0}')))).toMatchObject({
    choices: [
      {
        message: {
          content: 'Looking.',
          reasoning_content: 'Hm.',
          tool_calls: [
            {
              id: 'call_r1_0',
              type: 'function',
              function: { name: 'f', arguments: '{"big":12345678901234567890,"f":1.0}' },
              extra_content: { google: { thought_signature: 'c2ln' } },
            },
            { id: 'call_r1_1', type: 'function', function: { name: 'g', arguments: '{}' } },
          ],
        },
        finish_reason: 'tool_calls',
      },
    ],
  });
});

test('B20, B21 several candidates are several choices, each with its probabilities', () => {
  const candidate = (index: number, words: string): object => ({
    ...parts(saidText(words)),
    index,
    finishReason: 'STOP',
    logprobsResult: { chosenCandidates: [{ token: words, logProbability: -1 }] },
  });
  const body = bodyOf(readText(JSON.stringify({ candidates: [candidate(1, 'B'), candidate(0, 'A')] })));
  const token = (value: string): object => ({ token: value, logprob: -1, bytes: null, top_logprobs: [] });
  expect(body['choices']).toMatchObject([
    { index: 0, message: { content: 'A' }, logprobs: { content: [token('A')] }, finish_reason: 'stop' },
    { index: 1, message: { content: 'B' }, logprobs: { content: [token('B')] }, finish_reason: 'stop' },
  ]);
});

test('D3 the same answer has the same usage, streamed and not', () => {
  const counts = usage({
    thoughtsTokenCount: 100,
    cachedContentTokenCount: 6,
    toolUsePromptTokenCount: 5,
    totalTokenCount: 122,
  });
  const expected = {
    promptTokens: 15,
    completionTokens: 107,
    cacheReadTokens: 6,
    cacheWriteTokens: 0,
    reasoningTokens: 100,
  };
  expect(read({}, counts)).toMatchObject({ usage: expected });
  expect(runEvents(geminiGenerateContent, callOf({ stream: true }), [answer({}, counts)]).usage).toEqual(expected);
});

test('usage that is not given is not known', () => {
  expect(read({}, {})).toMatchObject({ ok: true, usage: null });
});

test.each(['', '<html>', '[]', '{}', '{"candidates":[]}', event(parts(saidText('cut')))])('is invalid: %j', (text) => {
  expect(readText(text)).toMatchObject({ ok: false, kind: 'invalid' });
});

test('is the error that it holds', () => {
  const error = { code: 503, message: 'Overloaded', status: 'UNAVAILABLE' };
  expect(readText(JSON.stringify({ error }))).toMatchObject({ ok: false, kind: 'error_event', status: 503 });
});
