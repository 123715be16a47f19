import type { JsonObject } from '../../../lib/chat/dialect';
import type { HubUsage } from '../../../lib/chat/hub';
import { openAiChat } from '../../../lib/chat/openai-chat/pass-through';
import { sseEvent } from '../../../lib/chat/sse';
import { type StreamRun, callOf, run, runEvents } from '../support';
import * as streams from '../streams/openai';

const read = (events: readonly string[], body: JsonObject = {}): StreamRun =>
  runEvents(openAiChat, callOf({ stream: true, ...body }), events);
const ASKED = { stream_options: { include_usage: true } };

test.each(Object.entries({ text: streams.text, toolCall: streams.toolCall, twoChoices: streams.twoChoices }))(
  'forwards every event as it came: %s',
  (_name, events) => {
    const { out, last } = read(events);
    expect(out).toBe(events.map((data) => sseEvent(data)).join(''));
    expect(last).toMatchObject({ ended: true });
  },
);

describe('D8 usage', () => {
  const USAGE = { promptTokens: 20, completionTokens: 5, cacheReadTokens: 16, cacheWriteTokens: 0, reasoningTokens: 3 };

  test('is read but not forwarded if the caller did not ask', () => {
    const { events, usage } = read(streams.textWithUsage);
    expect(events).toEqual(streams.text);
    expect(usage).toEqual(USAGE);
  });

  test('is forwarded if the caller asked', () => {
    const { events, usage } = read(streams.textWithUsage, ASKED);
    expect(events).toEqual(streams.textWithUsage);
    expect(usage).toEqual(USAGE);
  });

  test('comes with its cost if the caller asked and the price is known', () => {
    const costUsd = ({ promptTokens, completionTokens }: HubUsage): number => (promptTokens + completionTokens) / 100;
    for (const events of [
      streams.textWithUsage,
      [streams.HELLO, streams.chunk({ finish: 'stop', more: { usage: streams.USAGE } }), streams.DONE],
    ]) {
      const { chunks } = runEvents(openAiChat, callOf({ stream: true, ...ASKED }, { costUsd }), events);
      expect(chunks.at(-1)?.usage).toEqual({ ...streams.USAGE, cost_usd: 0.25 });
    }
    expect(runEvents(openAiChat, callOf({ stream: true }, { costUsd }), streams.textWithUsage).out).not.toContain(
      'cost_usd',
    );
  });

  test('on a chunk with choices is read and left there', () => {
    const events = [streams.HELLO, streams.chunk({ finish: 'stop', more: { usage: streams.USAGE } }), streams.DONE];
    const result = read(events);
    expect(result.events).toEqual(events);
    expect(result.usage).toEqual(USAGE);
  });

  test('D7 null or all zero in the middle counts for nothing', () => {
    const zero = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
    const middle = [null, zero].map((usage) => streams.chunk({ delta: { content: 'x' }, more: { usage } }));
    expect(read([...middle, streams.STOP, streams.DONE]).usage).toBeUndefined();
    expect(read([streams.usageChunk, ...middle, streams.STOP, streams.DONE]).usage).toEqual(USAGE);
  });
});

test('a chunk without choices or usage of its own is forwarded', () => {
  const filter = JSON.stringify({ choices: [], prompt_filter_results: [{}], usage: null });
  expect(read([filter, ...streams.text]).events).toEqual([filter, ...streams.text]);
});

test('only chunks with a part of the answer count as content', () => {
  const { chunk } = streams;
  const first = [chunk({ delta: { role: 'assistant', content: '' } }), chunk({ delta: { content: null } }), chunk({})];
  const parts = [
    { content: 'x' },
    { reasoning_content: 'x' },
    { reasoning: 'x' },
    { refusal: 'x' },
    { tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '' } }] },
  ].map((delta) => chunk({ delta }));
  const { content } = read([...first, ...parts]);
  expect(content).toEqual([...first.map(() => false), ...parts.map(() => true)]);
});

describe('an end', () => {
  test('is announced by [DONE] after every choice has finished', () => {
    expect(read(streams.twoChoices)).toMatchObject({ finish: 'length', last: { ended: true } });
  });

  test('stands if a choice that has finished is mentioned again', () => {
    const again = streams.chunk({ more: { usage: streams.USAGE } });
    expect(read([streams.HELLO, streams.STOP, again, streams.DONE]).last).toMatchObject({ ended: true });
  });

  test('without a finish of every choice is a truncation', () => {
    const events = streams.twoChoices.filter((data) => !data.includes('length'));
    expect(read(events).last).toMatchObject({ out: '', fault: { kind: 'truncated' } });
    expect(read([streams.DONE]).last).toMatchObject({ out: '', fault: { kind: 'truncated' } });
  });

  test('A9 without [DONE] is a truncation, even if all choices have finished', () => {
    const { last, events } = read([streams.HELLO, streams.STOP]);
    expect(last).toMatchObject({ out: '', fault: { kind: 'truncated' } });
    expect(events).toEqual([streams.HELLO, streams.STOP]);
  });

  test('A7 is announced by a [DONE] whose blank line is missing', () => {
    const bytes = new TextEncoder().encode(`${sseEvent(streams.HELLO)}${sseEvent(streams.STOP)}data: [DONE]`);
    expect(run(openAiChat, callOf({ stream: true }), [bytes]).last).toMatchObject({ ended: true });
  });
});

test('an aborted choice is a fault and is not forwarded', () => {
  const { last, events } = read([streams.ROLE, streams.chunk({ finish: 'abort' }), streams.DONE]);
  expect(last).toMatchObject({ out: '', fault: { kind: 'aborted', status: 503 } });
  expect(events).toEqual([streams.ROLE]);
});

describe('A10 an error event', () => {
  const ERRORS: readonly (readonly [name: string, event: object, status: number])[] = [
    ['of vLLM', { error: { message: 'm', type: 'InternalServerError', param: null, code: 500 } }, 500],
    ['of an old vLLM', { object: 'error', message: 'm', type: 'BadRequestError', code: 400 }, 400],
    ['of OpenAI', { error: { message: 'm', type: 'server_error', param: null, code: null } }, 500],
    ['of a quota', { error: { message: 'm', type: 'requests', param: null, code: 'rate_limit_exceeded' } }, 429],
    ['in one word', { error: 'm' }, 502],
    ['of a kind unknown', { error: { message: 'm', type: 'novel' } }, 502],
  ];
  test.each(ERRORS)('%s ends the stream with its status and is not forwarded', (_name, event, status) => {
    const { last, events } = read([streams.HELLO, JSON.stringify(event), streams.STOP, streams.DONE]);
    expect(last).toMatchObject({ out: '', fault: { kind: 'error_event', status, message: 'm' } });
    expect(events).toEqual([streams.HELLO]);
  });

  test('is one by its name alone', () => {
    const reader = openAiChat.stream(callOf({ stream: true }));
    expect(reader.read('error', '{"message":"m"}')).toMatchObject({
      out: '',
      fault: { kind: 'error_event', message: 'm' },
    });
  });
});

test.each(['{"choices":[', 'oops', '12', '[]', 'null'])('an event that is no JSON object is a fault: %s', (data) => {
  expect(read([streams.HELLO, data]).last).toMatchObject({ out: '', fault: { kind: 'invalid' } });
});

test('A4 what is no chunk keeps the connection and is not forwarded', () => {
  const { events, last } = read(['', '{"type":"ping"}', '{"choices":null}', ...streams.text]);
  expect(events).toEqual(streams.text);
  expect(last).toMatchObject({ ended: true });
});

test('a choice that is no object is passed on unread', () => {
  const odd = JSON.stringify({ choices: [null, 1] });
  expect(read([odd, ...streams.text]).events).toEqual([odd, ...streams.text]);
});
