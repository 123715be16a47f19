import * as fc from 'fast-check';
import { APIError } from 'openai';
import type { ChatCompletionChunk } from 'openai/resources/chat/completions';
import { Stream } from 'openai/streaming';
import type { HubEvent } from '../../../lib/chat/hub';
import { errorEvent } from '../../../lib/chat/openai-chat/error';
import { chunkWriter } from '../../../lib/chat/openai-chat/write-stream';
import { type Chunk, assemble, callOf, dataOf } from '../support';

const USAGE = { promptTokens: 9, completionTokens: 3, cacheReadTokens: 0, cacheWriteTokens: 0, reasoningTokens: null };
const START: HubEvent = { kind: 'start', id: 'msg_1', model: 'claude' };
const FINISH: HubEvent = { kind: 'finish', finish: 'stop' };

const CALL = callOf({ stream: true });
const ASKING = callOf({ stream: true, stream_options: { include_usage: true } });

function write(events: readonly HubEvent[], includeUsage = false): string {
  const writer = chunkWriter(includeUsage ? ASKING : CALL);
  return events.map((event) => writer.write(event)).join('') + writer.end();
}

const chunksOf = (out: string): Chunk[] =>
  dataOf(out)
    .filter((data) => data !== '[DONE]')
    .map((data) => JSON.parse(data) as Chunk);

/** The events of any answer, in an order that a reader can give them. */
const anyAnswer = fc
  .array(
    fc.oneof(
      fc.record({ kind: fc.constantFrom('text', 'reasoning', 'refusal'), text: fc.string({ minLength: 1 }) }),
      fc.record({ kind: fc.constant('call'), pieces: fc.array(fc.string({ minLength: 1 }), { minLength: 1 }) }),
      fc.constant({ kind: 'usage' as const, usage: USAGE }),
    ),
  )
  .map((parts): HubEvent[] => {
    let calls = 0;
    const events = parts.flatMap((part): HubEvent[] => {
      if (!('pieces' in part)) return [part];
      const index = calls++;
      return [
        { kind: 'tool_call', index, id: `id${index}`, name: `f${index}` },
        ...part.pieces.map((json): HubEvent => ({ kind: 'tool_arguments', index, json })),
      ];
    });
    return [START, ...events, FINISH];
  });

test('B1, B2, B9 whatever happens: one role, one finish, one head, and all of the content in its order', () => {
  fc.assert(
    fc.property(anyAnswer, fc.boolean(), (events, includeUsage) => {
      const out = write(events, includeUsage);
      const chunks = chunksOf(out);
      const roles = chunks.map(({ choices }) => choices[0]?.delta.role);
      expect(roles).toEqual(['assistant', ...roles.slice(1).map(() => undefined)]);
      expect(new Set(chunks.map(({ id, created, model }) => `${id} ${created} ${model}`)).size).toBe(1);
      expect(dataOf(out).at(-1)).toBe('[DONE]');

      const { text, reasoning, refusal, calls, finishes } = assemble(chunks);
      const join = (kind: string): string =>
        events.map((event) => (event.kind === kind && 'text' in event ? event.text : '')).join('');
      expect({ text, reasoning, refusal }).toEqual({
        text: join('text'),
        reasoning: join('reasoning'),
        refusal: join('refusal'),
      });
      expect(finishes).toEqual(['stop']);
      const begun = events.filter((event) => event.kind === 'tool_call');
      expect(calls).toEqual(
        begun.map(({ id, name, index }) => ({
          id,
          name,
          arguments: events
            .map((event) => (event.kind === 'tool_arguments' && event.index === index ? event.json : ''))
            .join(''),
        })),
      );
    }),
  );
});

describe('D8 usage', () => {
  const events: HubEvent[] = [START, { kind: 'text', text: 'a' }, { kind: 'usage', usage: USAGE }, FINISH];

  test('is a chunk of its own at the end if asked for, and null before', () => {
    const chunks = chunksOf(write(events, true));
    expect(chunks.map(({ usage }) => usage)).toEqual([
      null,
      null,
      expect.objectContaining({ prompt_tokens: 9, total_tokens: 12 }),
    ]);
    expect(chunks.at(-1)?.choices).toEqual([]);
  });

  test('comes with its cost where the price is known', () => {
    const writer = chunkWriter({ ...ASKING, costUsd: () => 0.5 });
    for (const event of events) writer.write(event);
    expect(chunksOf(writer.end()).at(-1)?.usage).toMatchObject({ prompt_tokens: 9, cost_usd: 0.5 });
  });

  test('is not mentioned otherwise', () => {
    expect(write(events)).not.toContain('usage');
  });

  test('has no chunk where it is not known', () => {
    expect(chunksOf(write([START, FINISH], true)).map(({ choices }) => choices.length)).toEqual([1]);
  });
});

test('nothing is written before there is something to say', () => {
  const writer = chunkWriter(ASKING);
  expect(writer.write(START) + writer.write({ kind: 'usage', usage: USAGE })).toBe('');
});

test('fails to end what has not finished', () => {
  expect(() => write([START, { kind: 'text', text: 'a' }])).toThrow('a stream without a finish has no end');
});

describe("OpenAI's own client", () => {
  async function clientReads(out: string): Promise<ChatCompletionChunk[]> {
    const stream = Stream.fromSSEResponse<ChatCompletionChunk>(new Response(out), new AbortController());
    const chunks: ChatCompletionChunk[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    return chunks;
  }

  test('reads the stream', async () => {
    const chunks = await clientReads(write([START, { kind: 'text', text: 'Hi\n\u2028' }, FINISH], true));
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? choices[0]?.finish_reason)).toEqual([
      'Hi\n\u2028',
      'stop',
    ]);
  });

  test('H1, A8 raises the error event', async () => {
    const error = errorEvent({ code: 'upstream_interrupted', message: 'lost\nit', param: null });
    await expect(clientReads(error)).rejects.toThrow(APIError);
    await expect(clientReads(error)).rejects.toMatchObject({
      error: { message: 'lost\nit', type: 'server_error', param: null, code: 'upstream_interrupted' },
    });
  });
});
