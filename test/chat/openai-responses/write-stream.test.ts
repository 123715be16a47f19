import * as fc from 'fast-check';
import { APIError } from 'openai';
import type { ResponseStreamEvent } from 'openai/resources/responses/responses';
import { Stream } from 'openai/streaming';
import type { HubAnswer, HubEvent, HubFinish, HubPart } from '../../../lib/chat/hub';
import { responsesCaller } from '../../../lib/chat/openai-responses/caller';
import { dataOf } from '../support';
import { StreamCheck, wrongInResponse } from '../../support/responses';
import { START, USAGE, askOf, streamed, typesOf } from './support';

const FINISH: HubEvent = { kind: 'finish', finish: 'stop' };
const BROKEN = { code: 'upstream_interrupted', message: 'the answer broke off', param: null } as const;

type Step = { readonly kind: 'text' | 'reasoning' | 'refusal'; readonly text: string } | { readonly call: number };

/** The events of any answer. Pieces of the arguments of its calls may come in any order once they have begun. */
const anyAnswer = fc
  .tuple(
    fc.array(
      fc.oneof(
        fc.record({
          kind: fc.constantFrom('text' as const, 'reasoning' as const, 'refusal' as const),
          text: fc.string({ minLength: 1, maxLength: 4 }),
        }),
        fc.record({ call: fc.nat(3) }),
      ),
      { maxLength: 12 },
    ),
    fc.constantFrom<HubFinish>('stop', 'length', 'tool_calls', 'content_filter'),
    fc.boolean(),
  )
  .map(([steps, finish, tellsUsage]): HubEvent[] => [
    START,
    ...eventsOf(steps),
    ...(tellsUsage ? [{ kind: 'usage', usage: USAGE } as const] : []),
    { kind: 'finish', finish },
  ]);

function eventsOf(steps: readonly Step[]): HubEvent[] {
  let calls = 0;
  return steps.flatMap((step): HubEvent[] => {
    if ('kind' in step) return [step];
    const isNew = step.call >= calls;
    const index = isNew ? calls++ : step.call;
    const piece: HubEvent = { kind: 'tool_arguments', index, json: `{"${index}":` };
    return isNew ? [{ kind: 'tool_call', index, id: `id${index}`, name: `f${index}` }, piece] : [piece];
  });
}

test('B27 whatever happens, events are numbered from 0, each item and part begins and ends, and the end holds them all', () => {
  fc.assert(
    fc.property(anyAnswer, (events) => {
      const { wrong, final } = new StreamCheck(streamed(events));
      expect(wrong).toEqual([]);
      expect(final).not.toBeNull();
    }),
  );
});

test('B27 broken off anywhere, the error has the next number and no end is made up', () => {
  fc.assert(
    fc.property(anyAnswer, fc.nat(20), (events, count) => {
      const writer = responsesCaller.stream(askOf({ stream: true }));
      const sent = events.slice(0, Math.min(count, events.length - 1)).map((event) => writer.write(event));
      const told = dataOf(sent.join(''));
      const error = JSON.parse(dataOf(writer.error?.(BROKEN) ?? '')[0] ?? '') as object;
      expect(error).toMatchObject({ type: 'error', sequence_number: told.length, code: BROKEN.code });
      expect(typesOf(told).filter((type) => /completed|incomplete|failed|DONE/.test(type))).toEqual([]);
      if (told.length > 0) expect(new StreamCheck([...told, JSON.stringify(error)]).wrong).toEqual([]);
    }),
  );
});

test('the order of events of an answer that thinks, speaks and calls', () => {
  const events: HubEvent[] = [
    START,
    { kind: 'reasoning', text: 'Hm.' },
    { kind: 'text', text: 'I ' },
    { kind: 'text', text: 'look.' },
    { kind: 'tool_call', index: 0, id: 'call_1', name: 'look' },
    { kind: 'tool_arguments', index: 0, json: '{}' },
    { kind: 'usage', usage: USAGE },
    { kind: 'finish', finish: 'tool_calls' },
  ];
  expect(typesOf(streamed(events))).toEqual([
    'response.created',
    'response.in_progress',
    'response.output_item.added',
    'response.content_part.added',
    'response.reasoning_text.delta',
    'response.reasoning_text.done',
    'response.content_part.done',
    'response.output_item.done',
    'response.output_item.added',
    'response.content_part.added',
    'response.output_text.delta',
    'response.output_text.delta',
    'response.output_text.done',
    'response.content_part.done',
    'response.output_item.done',
    'response.output_item.added',
    'response.function_call_arguments.delta',
    'response.function_call_arguments.done',
    'response.output_item.done',
    'response.completed',
    '[DONE]',
  ]);
});

test('each event says its type in its name too', () => {
  const writer = responsesCaller.stream(askOf({ stream: true }));
  const out = [START, { kind: 'text', text: 'a' } as const, FINISH].map((event) => writer.write(event)).join('');
  const types = typesOf(dataOf(out));
  expect([...out.matchAll(/^event: (.*)$/gm)].map(([, name]) => name)).toEqual(types);
});

test('several calls whose arguments come mixed each get their own', () => {
  const events: HubEvent[] = [
    START,
    { kind: 'tool_call', index: 0, id: 'call_a', name: 'a' },
    { kind: 'tool_call', index: 1, id: 'call_b', name: 'b' },
    { kind: 'tool_arguments', index: 0, json: '{"x":' },
    { kind: 'tool_arguments', index: 1, json: '{}' },
    { kind: 'tool_arguments', index: 0, json: '1}' },
    { kind: 'finish', finish: 'tool_calls' },
  ];
  expect(new StreamCheck(streamed(events)).final).toMatchObject({
    status: 'completed',
    output: [
      { id: 'fc_1_0', call_id: 'call_a', name: 'a', arguments: '{"x":1}', status: 'completed' },
      { id: 'fc_1_1', call_id: 'call_b', name: 'b', arguments: '{}', status: 'completed' },
    ],
  });
});

test('a refusal behind a text is a part of the same message', () => {
  const events: HubEvent[] = [START, { kind: 'text', text: 'Well' }, { kind: 'refusal', text: 'no' }, FINISH];
  expect(new StreamCheck(streamed(events)).final?.['output']).toMatchObject([
    { type: 'message', content: [{ type: 'output_text' }, { type: 'refusal', refusal: 'no' }] },
  ]);
});

test.each<[HubFinish, string, string | undefined, string]>([
  ['stop', 'completed', undefined, 'completed'],
  ['tool_calls', 'completed', undefined, 'completed'],
  ['length', 'incomplete', 'max_output_tokens', 'incomplete'],
  ['content_filter', 'incomplete', 'content_filter', 'incomplete'],
])('an answer that ends by %s is %s', (finish, status, reason, lastItem) => {
  const events: HubEvent[] = [
    START,
    { kind: 'reasoning', text: 'Hm' },
    { kind: 'text', text: 'a' },
    { kind: 'finish', finish },
  ];
  const said = streamed(events);
  const { final } = new StreamCheck(said);
  expect(typesOf(said).at(-2)).toBe(`response.${status}`);
  expect(final?.['incomplete_details']).toEqual(reason === undefined ? null : { reason });
  expect((final?.['output'] as { status: string }[]).map((item) => item.status)).toEqual(['completed', lastItem]);
});

test('of several calls that were begun the limit cuts the last one', () => {
  const events: HubEvent[] = [
    START,
    { kind: 'tool_call', index: 0, id: 'a', name: 'f' },
    { kind: 'tool_arguments', index: 0, json: '{}' },
    { kind: 'tool_call', index: 1, id: 'b', name: 'f' },
    { kind: 'tool_arguments', index: 1, json: '{"x' },
    { kind: 'finish', finish: 'length' },
  ];
  const { final } = new StreamCheck(streamed(events));
  expect((final?.['output'] as { status: string }[]).map(({ status }) => status)).toEqual(['completed', 'incomplete']);
});

test('an answer without a finish has no end', () => {
  const writer = responsesCaller.stream(askOf({ stream: true }));
  writer.write(START);
  expect(() => writer.end()).toThrow('without a finish');
});

test('of several choices only the first is told', () => {
  const events: HubEvent[] = [START, { kind: 'text', text: 'a' }, { kind: 'text', text: 'b', choice: 1 }, FINISH];
  expect(new StreamCheck(streamed(events)).final?.['output']).toMatchObject([{ content: [{ text: 'a' }] }]);
});

test('B8 logprobs come in a delta behind their text and are kept with it', () => {
  const tokens = [{ token: 'é', logprob: -1, top: [{ token: '\uFFFD', logprob: -2 }] }];
  const { wrong, final } = new StreamCheck(
    streamed([START, { kind: 'text', text: 'é' }, { kind: 'logprobs', tokens }, FINISH]),
  );
  expect(wrong).toEqual([]);
  expect(final?.['output']).toMatchObject([
    {
      content: [
        {
          text: 'é',
          logprobs: [
            {
              token: 'é',
              logprob: -1,
              bytes: [0xc3, 0xa9],
              top_logprobs: [{ token: '\uFFFD', logprob: -2, bytes: [] }],
            },
          ],
        },
      ],
    },
  ]);
});

/** The parts of a whole answer, as readers of targets put them: thoughts, text, calls. */
const anyWhole = fc.record({
  reasoning: fc.string({ maxLength: 4 }),
  text: fc.string({ maxLength: 4 }),
  calls: fc.array(fc.string({ minLength: 1, maxLength: 4 }), { maxLength: 3 }),
  refusal: fc.option(fc.string({ minLength: 1, maxLength: 4 })),
  finish: fc.constantFrom<HubFinish>('stop', 'length', 'tool_calls', 'content_filter'),
});

test('the last event of a stream holds what the whole answer would have been', () => {
  fc.assert(
    fc.property(anyWhole, ({ reasoning, text, calls, refusal, finish }) => {
      const said: HubPart[] = [{ kind: 'reasoning', text: reasoning } as const, { kind: 'text', text } as const].filter(
        (part) => part.text !== '',
      );
      const parts: HubPart[] = [
        ...said,
        ...calls.map((argumentsJson, at) => ({ kind: 'tool_call', id: `c${at}`, name: 'f', argumentsJson }) as const),
      ];
      const answer: HubAnswer = { id: 'msg_1', model: 'claude', parts, refusal, finish, usage: USAGE };
      const call = askOf({ stream: true });
      const whole = JSON.parse(responsesCaller.answer(answer, call)) as Record<string, unknown>;
      expect(wrongInResponse(whole)).toEqual([]);
      const events = parts.flatMap((part): HubEvent[] => {
        if (part.kind !== 'tool_call') return [part as HubEvent];
        const index = Number(part.id.slice(1));
        const { argumentsJson: json, ...begun } = part;
        return [
          { ...begun, index },
          { kind: 'tool_arguments', index, json },
        ];
      });
      const refused: HubEvent[] = refusal === null ? [] : [{ kind: 'refusal', text: refusal }];
      const end: HubEvent[] = [
        { kind: 'finish', finish },
        { kind: 'usage', usage: USAGE },
      ];
      expect(new StreamCheck(streamed([START, ...events, ...refused, ...end], call)).final).toEqual(whole);
    }),
  );
});

test("OpenAI's client raises the error that ends a broken stream, with its code", async () => {
  const writer = responsesCaller.stream(askOf({ stream: true }));
  const out = writer.write(START) + writer.write({ kind: 'text', text: 'a' }) + (writer.error?.(BROKEN) ?? '');
  const stream = Stream.fromSSEResponse<ResponseStreamEvent>(new Response(out), new AbortController());
  const seen: string[] = [];
  const reading = (async () => {
    for await (const event of stream) seen.push(event.type);
  })();
  await expect(reading).rejects.toThrow(APIError);
  await expect(reading).rejects.toMatchObject({ code: 'upstream_interrupted', type: 'server_error' });
  expect(seen.at(-1)).toBe('response.output_text.delta');
});
