import type { JsonObject } from '../../../lib/chat/dialect';
import { geminiGenerateContent } from '../dialects';
import { CREATED_SECONDS, MODEL, type StreamRun, assemble, callOf, runEvents } from '../support';
import * as streams from '../streams/gemini';

const { event, parts, said, saidText, called, thought, finish, usage } = streams;
const read = (events: readonly string[], body: JsonObject = {}): StreamRun =>
  runEvents(geminiGenerateContent, callOf({ stream: true, ...body }), events);

test('B1, B2 text comes as chunks with one role and one finish', () => {
  const { chunks, events, last } = read(streams.text);
  const choice = (delta: object, reason: string | null = null): unknown =>
    expect.objectContaining({
      id: 'r1',
      object: 'chat.completion.chunk',
      created: CREATED_SECONDS,
      model: 'gemini',
      choices: [{ index: 0, delta, logprobs: null, finish_reason: reason }],
    });
  expect(chunks).toEqual([
    choice({ role: 'assistant', content: 'Hello, ' }),
    choice({ content: '世界 🙂' }),
    choice({}, 'stop'),
  ]);
  expect(events.at(-1)).toBe('[DONE]');
  expect(last).toMatchObject({ ended: true, finish: 'stop' });
});

test('a response without an id or a model gets ones', () => {
  const candidate = { ...parts(called({ name: 'f' })), finishReason: 'STOP' };
  const { chunks } = read([JSON.stringify({ candidates: [candidate] })]);
  expect(chunks[0]).toMatchObject({ id: `gemini-${CREATED_SECONDS}`, model: MODEL });
  expect(assemble(chunks).calls[0]?.id).toBe(`call_gemini-${CREATED_SECONDS}_0`);
});

test('thoughts come as reasoning', () => {
  expect(assemble(read(streams.thoughts).chunks)).toMatchObject({ reasoning: 'Hm.', text: 'Yes.' });
});

test('B5, B9, B14, B16, B17 tool calls are numbered from 0, with ids, complete arguments and the signature', () => {
  expect(assemble(read(streams.tools).chunks)).toMatchObject({
    text: 'Looking.',
    calls: [
      { id: 'call_r1_0', name: 'tool_a', arguments: '{"q":1}', signature: 'c2ln' },
      { id: 'call_r1_1', name: 'tool_b', arguments: '{}' },
    ],
    finishes: ['tool_calls'],
  });
});

test('B16 an id that Gemini gives is kept', () => {
  const { chunks } = read([said(called({ id: 'own', name: 'f' }), called({ id: '', name: 'g' })), finish('STOP')]);
  expect(assemble(chunks).calls.map(({ id }) => id)).toEqual(['own', 'call_r1_0']);
});

test('C28 numbers of arguments keep their digits', () => {
  const whole = said(called({ name: 'f', args: 'ARGS' })).replace('"ARGS"', '{"big":12345678901234567890,"f":1.0}');
  expect(assemble(read([whole, finish('STOP')]).chunks).calls[0]?.arguments).toBe(
    '{"big":12345678901234567890,"f":1.0}',
  );
});

describe('B15 arguments in pieces', () => {
  const argumentsOf = (...events: string[]): string[] =>
    assemble(read([...events, finish('STOP')]).chunks).calls.map((call) => call.arguments);
  const begin = said(called({ name: 'f', willContinue: true }));
  const piece = (value: object, willContinue = true): string =>
    said(called({ partialArgs: [{ jsonPath: '$.q', ...value }], willContinue }));

  test('are put together by their places', () => {
    expect(assemble(read(streams.toolsInPieces).chunks)).toMatchObject({
      calls: [
        { name: 'tool_a', arguments: '{"q":"Boston","list":[{"n":1}]}' },
        { name: 'tool_b', arguments: '{"a b":true}' },
      ],
      finishes: ['tool_calls'],
    });
  });

  test('end without their end mark where the next call begins, and where the answer ends', () => {
    expect(argumentsOf(begin, piece({ stringValue: 'x' }), begin, piece({ stringValue: 'y' }))).toEqual([
      '{"q":"x"}',
      '{"q":"y"}',
    ]);
  });

  test('go on from arguments that the call began with', () => {
    const begun = said(called({ name: 'f', args: { a: 1 }, willContinue: true }));
    expect(argumentsOf(begun, piece({ stringValue: 'x' }, false))).toEqual(['{"a":1,"q":"x"}']);
  });

  test('a second end mark does no harm', () => {
    expect(argumentsOf(begin, said(called({})), said(called({})))).toEqual(['{}']);
  });

  test.each([
    ['without a call', [piece({ stringValue: 'x' })]],
    ['without a place', [begin, said(called({ partialArgs: [{ stringValue: 'x' }] }))]],
  ])('%s are a fault', (_name, events) => {
    expect(read(events).last).toMatchObject({ out: '', fault: { kind: 'invalid', status: 502 } });
  });
});

test('B20 several candidates are several choices, each with its role and its finish', () => {
  const { chunks, last } = read(streams.twoCandidates, { n: 2 });
  const choice = (index: number): ReturnType<typeof assemble> =>
    assemble(chunks.map((chunk) => ({ ...chunk, choices: chunk.choices.filter((one) => one.index === index) })));
  expect(choice(0)).toMatchObject({ text: 'AB', finishes: ['stop'] });
  expect(choice(1)).toMatchObject({ text: 'XY', finishes: ['length'] });
  const roles = chunks.flatMap(({ choices }) => choices.filter(({ delta }) => delta.role === 'assistant'));
  expect(roles.map(({ index }) => index)).toEqual([0, 1]);
  expect(last.ended).toBe(true);
});

test('B20 tool calls of each choice are numbered from 0, and their ids are unique', () => {
  const candidate = (index: number): object => ({ ...parts(called({ name: 'f' })), index, finishReason: 'STOP' });
  const { chunks } = read([JSON.stringify({ candidates: [candidate(0), candidate(1)], responseId: 'r1' })]);
  const calls = chunks.flatMap(({ choices }) => choices.flatMap(({ delta }) => delta.tool_calls ?? []));
  expect(calls.filter(({ id }) => id !== undefined).map(({ index, id }) => [index, id])).toEqual([
    [0, 'call_r1_0'],
    [0, 'call_r1_1'],
  ]);
});

test('B20 one candidate that does not end makes the stream truncated', () => {
  const { last, out } = read(streams.twoCandidates.slice(0, 2).concat(event({ index: 0, finishReason: 'STOP' })));
  expect(last).toMatchObject({ out: '', fault: { kind: 'truncated' } });
  expect(out).not.toContain('"finish_reason":"');
});

test('B21 probabilities come with their chunk', () => {
  const token = (value: string, logProbability?: number): object => ({ token: value, logProbability });
  const logprobsResult = {
    chosenCandidates: [token('Hel', -0.5), token('lo')],
    topCandidates: [{ candidates: [token('Hel', -0.5), token('Hey', -1)] }],
  };
  const exact = event({ ...parts(saidText('Hello')), logprobsResult }).replaceAll('-0.5', '-0.50');
  const { chunks } = read([exact, finish('STOP')], { logprobs: true });
  const written = (value: string, logprob: number): object => ({ token: value, logprob, bytes: null });
  expect(chunks.map(({ choices }) => (choices[0] as unknown as JsonObject)['logprobs'])).toEqual([
    null,
    {
      content: [
        { ...written('Hel', -0.5), top_logprobs: [written('Hel', -0.5), written('Hey', -1)] },
        { ...written('lo', 0), top_logprobs: [] },
      ],
      refusal: null,
    },
    null,
  ]);
});

test('B24 kinds of parts and fields that are not known do no harm', () => {
  const { chunks, last } = read([
    said({ executableCode: { code: 'x' } }, { inlineData: { data: 'AA==' } }, saidText('A')),
    event({ ...parts(saidText('B')), groundingMetadata: {}, logprobsResult: 7 }),
    event({ content: { role: 'model' } }),
    event({ content: {} }),
    JSON.stringify({ candidates: [null], whatComesNext: 1 }),
    finish('STOP'),
  ]);
  expect(assemble(chunks)).toMatchObject({ text: 'AB', calls: [], finishes: ['stop'] });
  expect(last).toMatchObject({ ended: true });
});

test('nothing is written before the answer itself, so that an early error can be made good elsewhere', () => {
  const reader = geminiGenerateContent.stream(callOf({ stream: true }));
  for (const one of [said(saidText('')), event({}), '{}', '']) {
    const { out, content } = reader.read(undefined, one);
    expect({ out, content }).toEqual({ out: '', content: undefined });
  }
  expect(reader.read(undefined, said(saidText('x')))).toMatchObject({ content: true });
});

describe('usage', () => {
  const of = (...events: string[]): StreamRun['usage'] => read(events).usage;
  const last = (more: object): string => event({ finishReason: 'STOP' }, usage(more));

  test('D4 thoughts are output', () => {
    expect(of(last({ thoughtsTokenCount: 100 }))).toEqual({
      promptTokens: 10,
      completionTokens: 107,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      reasoningTokens: 100,
    });
  });

  test('D2 what came from the cache is a part of the prompt', () => {
    expect(of(last({ cachedContentTokenCount: 6 }))).toMatchObject({ promptTokens: 10, cacheReadTokens: 6 });
    expect(of(last({ cachedContentTokenCount: 60 }))).toMatchObject({ promptTokens: 10, cacheReadTokens: 10 });
  });

  test('what tools put into the prompt is input', () => {
    expect(of(last({ toolUsePromptTokenCount: 5 }))).toMatchObject({ promptTokens: 15, completionTokens: 7 });
  });

  test('D6 counts are totals: the last ones hold, field by field, after the finish too', () => {
    const counted = (usageMetadata: object): string => JSON.stringify({ usageMetadata });
    expect(
      of(
        event(parts(saidText('x')), { usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 3 } }),
        event({ finishReason: 'STOP' }, { usageMetadata: { candidatesTokenCount: 5 } }),
        counted({ thoughtsTokenCount: 2 }),
      ),
    ).toMatchObject({ promptTokens: 10, completionTokens: 7, reasoningTokens: 2 });
  });

  test('D7 is not known while nothing is counted', () => {
    expect(of(event(parts(saidText('x')), { usageMetadata: { trafficType: 'ON_DEMAND' } }))).toBeUndefined();
  });

  test('D9 of a stream that breaks, or that ends in a failure, is what was known', () => {
    expect(of(said(saidText('x')))).toMatchObject({ promptTokens: 10 });
    expect(of(finish('MALFORMED_FUNCTION_CALL'))).toMatchObject({ promptTokens: 10, completionTokens: 7 });
  });

  test('D8 is told to the caller that asked, at the end', () => {
    const { chunks } = read(streams.text, { stream_options: { include_usage: true } });
    expect(chunks.map(({ usage: told }) => told)).toEqual([
      null,
      null,
      null,
      expect.objectContaining({ prompt_tokens: 10, completion_tokens: 7 }),
    ]);
    expect(read(streams.text).out).not.toContain('usage');
  });
});

describe('an end', () => {
  test('A9 without a finish reason is a truncation', () => {
    for (const events of [[], ['{}'], [said(saidText('x'))], [said(called({ name: 'f', args: {} }))]]) {
      const { last, out } = read(events);
      expect(last).toMatchObject({ out: '', fault: { kind: 'truncated' } });
      expect(out).not.toMatch(/\[DONE\]|"finish_reason":"/);
    }
  });

  test('text behind a finish reason is a part of the answer', () => {
    const { chunks } = read([finish('STOP'), said(saidText('x'))]);
    expect(assemble(chunks)).toMatchObject({ text: 'x', finishes: ['stop'] });
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('stop');
  });
});

test.each([
  'MALFORMED_FUNCTION_CALL',
  'MALFORMED_RESPONSE',
  'UNEXPECTED_TOOL_CALL',
  'TOO_MANY_TOOL_CALLS',
  'MISSING_THOUGHT_SIGNATURE',
])('B5 %s is an error, not an end', (reason) => {
  const { last, out } = read([said(saidText('x')), finish(reason, { finishMessage: 'secret words' })]);
  expect(last).toMatchObject({ out: '', fault: { kind: 'invalid', status: 502 } });
  expect(last.fault?.message).toBe(`the answer ended with ${reason}`);
  expect(out).not.toMatch(/\[DONE\]|"finish_reason":"/);
});

test('B5 a prompt that is blocked is a content filter', () => {
  const blocked = (promptFeedback: object): string =>
    JSON.stringify({ promptFeedback, usageMetadata: { promptTokenCount: 4 }, responseId: 'r1' });
  const { chunks, usage: told, last } = read([blocked({ blockReason: 'SAFETY' })]);
  expect(assemble(chunks)).toMatchObject({ text: '', refusal: '', finishes: ['content_filter'] });
  expect(told).toMatchObject({ promptTokens: 4, completionTokens: 0 });
  expect(last.ended).toBe(true);
  expect(assemble(read([blocked({ blockReason: 'OTHER', blockReasonMessage: 'No.' })]).chunks).refusal).toBe('No.');
});

test('B5 feedback on a prompt that is answered is no end', () => {
  const first = event(parts(saidText('x')), { promptFeedback: { safetyRatings: [], blockReason: 'SAFETY' } });
  expect(read([first]).last).toMatchObject({ fault: { kind: 'truncated' } });
});

test.each([
  [{ code: 503, message: 'm', status: 'UNAVAILABLE' }, 503],
  [{ code: 429, message: 'm', status: 'RESOURCE_EXHAUSTED' }, 429],
  [{ message: 'm', status: 'INTERNAL' }, 500],
])('A10 an error in the stream ends it: %j', (error, status) => {
  const { last, chunks } = read([said(saidText('x')), JSON.stringify({ error }), finish('STOP')]);
  expect(last).toMatchObject({ out: '', fault: { kind: 'error_event', status, message: 'm' } });
  expect(assemble(chunks)).toMatchObject({ text: 'x', finishes: [] });
});

test('an error event is one by its name alone', () => {
  expect(geminiGenerateContent.stream(callOf()).read('error', '{"message":"m"}')).toMatchObject({
    fault: { kind: 'error_event', message: 'm' },
  });
});

test.each(['{"candidates":', '[]', 'null', '[DONE]'])('is a fault: %s', (data) => {
  expect(read([data]).last).toMatchObject({ out: '', fault: { kind: 'invalid' } });
});

test('a thought beside a call keeps the call', () => {
  const { chunks } = read([said(thought('Hm.'), called({ name: 'f' })), finish('MAX_TOKENS')]);
  expect(assemble(chunks)).toMatchObject({ reasoning: 'Hm.', calls: [{ name: 'f' }], finishes: ['length'] });
});
