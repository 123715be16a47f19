/** The fake of closed APIs against the event shapes and failures of OpenAI, Anthropic and Gemini. Over real sockets. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startFakeClosed, type FakeClosed, type FakeClosedOptions } from './fake-closed';
import { chunksOf, eventsOf, isDone, json, send, type Reply, type Sent } from './fake-vllm/client';

type Json = Record<string, unknown>;

const call = '<tool_call>{"name": "weather", "arguments": {"city": "Zürich"}}</tool_call>';
const anything = expect.anything() as unknown;
const recording = join(__dirname, '../../../shared/data/provider-streams/anthropic/anthropic-text.chunks.txt');
const text = (pattern: RegExp): unknown => expect.stringMatching(pattern) as unknown;

describe('the fake of closed APIs', () => {
  let fake: FakeClosed;

  async function start(options: FakeClosedOptions = {}): Promise<void> {
    fake = await startFakeClosed(options);
  }

  const openai = (body: Json = {}, sent: Sent = {}): Promise<Reply> =>
    send(`${fake.url}/v1/chat/completions`, {
      body: { model: 'gpt-x', messages: [{ role: 'user', content: 'Hello?' }], ...body },
      headers: { authorization: 'Bearer sk-test' },
      ...sent,
    });
  const anthropic = (body: Json = {}, sent: Sent = {}): Promise<Reply> =>
    send(`${fake.url}/v1/messages`, {
      body: { model: 'claude-x', max_tokens: 500, messages: [{ role: 'user', content: 'Hello?' }], ...body },
      headers: { 'x-api-key': 'sk-ant-test', 'anthropic-version': '2023-06-01' },
      ...sent,
    });
  const gemini = ({ stream, ...body }: Json = {}, sent: Sent = {}): Promise<Reply> =>
    send(
      `${fake.url}/v1beta/models/gemini-x:${stream === true ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
      {
        body: { contents: [{ role: 'user', parts: [{ text: 'Hello?' }] }], ...body },
        headers: { 'x-goog-api-key': 'AIza-test' },
        ...sent,
      },
    );
  const protocols = { openai, anthropic, gemini };
  const all = ['openai', 'anthropic', 'gemini'] as const;
  const offered = { tools: [{ name: 'weather' }] };

  afterEach(() => fake.stop());

  it('says in every response that it is a fake', async () => {
    await start({ name: 'eu' });
    for (const reply of [await openai(), await anthropic(), await gemini(), await send(`${fake.url}/nowhere`)]) {
      expect(reply.headers).toMatchObject({ 'x-fake': 'closed', 'x-fake-name': 'eu' });
    }
  });

  describe('as OpenAI', () => {
    it('answers whole', async () => {
      await start({ script: 'Good day.' });
      expect(json(await openai())).toMatchObject({
        id: text(/^chatcmpl-/),
        object: 'chat.completion',
        model: 'gpt-x',
        choices: [{ index: 0, message: { role: 'assistant', content: 'Good day.' }, finish_reason: 'stop' }],
        usage: { prompt_tokens: anything, completion_tokens: anything, total_tokens: anything },
      });
    });

    it('streams chunks of one id, the role first, [DONE] last', async () => {
      await start({ script: 'Good day to you.' });
      const reply = await openai({ stream: true });
      const chunks = chunksOf(reply.text) as {
        id: string;
        choices: { delta: { content?: string }; finish_reason: string | null }[];
      }[];
      expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
      expect(chunks[0]?.choices[0]?.delta).toEqual({ role: 'assistant', content: '', refusal: null });
      expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe('Good day to you.');
      expect(chunks.at(-1)?.choices[0]).toMatchObject({ delta: {}, finish_reason: 'stop' });
      expect(reply.text).not.toContain('usage');
      expect(isDone(reply.text)).toBe(true);
    });

    it('tells usage in a last chunk of its own if asked, and null before', async () => {
      await start();
      const chunks = chunksOf((await openai({ stream: true, stream_options: { include_usage: true } })).text) as Json[];
      expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: anything } });
      expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
    });

    it('calls tools when scripted, name first', async () => {
      await start({ script: call });
      const chunks = chunksOf((await openai({ stream: true, ...offered })).text) as {
        choices: {
          delta: { tool_calls?: { function: { name?: string; arguments: string } }[] };
          finish_reason: string;
        }[];
      }[];
      const pieces = chunks.flatMap(({ choices }) => choices[0]?.delta.tool_calls ?? []);
      expect(pieces[0]).toEqual({
        index: 0,
        id: text(/^call_/),
        type: 'function',
        function: { name: 'weather', arguments: '' },
      });
      expect(JSON.parse(pieces.map((piece) => piece.function.arguments).join(''))).toEqual({ city: 'Zürich' });
      expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('tool_calls');
      expect(json(await openai(offered))).toMatchObject({
        choices: [{ message: { content: null, tool_calls: [{ function: { name: 'weather' } }] } }],
      });
    });

    it('answers n times', async () => {
      await start();
      const { choices } = json(await openai({ n: 2 })) as {
        choices: { index: number; message: { content: string } }[];
      };
      expect(choices.map(({ index }) => index)).toEqual([0, 1]);
      expect(choices[0]?.message.content).not.toBe(choices[1]?.message.content);
    });

    it.each([
      ['max_tokens', { max_tokens: 2 }, 'length', 'One two'],
      ['stop', { stop: 'three' }, 'stop', 'One two '],
    ])('ends at %s', async (_, limit, finish, content) => {
      await start({ script: 'One two three four' });
      expect(json(await openai(limit))).toMatchObject({ choices: [{ message: { content }, finish_reason: finish }] });
    });

    it('refuses a request without a key in its own shape', async () => {
      await start();
      const reply = await openai({}, { headers: {} });
      expect([reply.status, json(reply)]).toMatchObject([
        401,
        { error: { type: 'invalid_request_error', param: null, code: null } },
      ]);
      fake.requireKey = false;
      expect(await openai({}, { headers: {} })).toMatchObject({ status: 200 });
    });

    it('refuses metadata without store', async () => {
      await start();
      expect(await openai({ metadata: {} })).toMatchObject({ status: 400 });
      expect(await openai({ metadata: {}, store: true })).toMatchObject({ status: 200 });
    });
  });

  describe('as Anthropic', () => {
    it('answers whole', async () => {
      await start({ script: 'Good day.' });
      expect(json(await anthropic())).toEqual({
        id: text(/^msg_/),
        type: 'message',
        role: 'assistant',
        model: 'claude-x',
        content: [{ type: 'text', text: 'Good day.' }],
        stop_reason: 'end_turn',
        stop_sequence: null,
        usage: {
          input_tokens: anything,
          output_tokens: anything,
          cache_creation_input_tokens: 0,
          cache_read_input_tokens: 0,
        },
      });
    });

    it('streams its events in order, each named in a line of its own', async () => {
      await start({ script: 'Good day.' });
      const events = eventsOf((await anthropic({ stream: true })).text);
      expect(events.map(({ event }) => event)).toEqual([
        'message_start',
        'content_block_start',
        'ping',
        'content_block_delta',
        'content_block_delta',
        'content_block_stop',
        'message_delta',
        'message_stop',
      ]);
      for (const { event, data } of events) expect(JSON.parse(data)).toMatchObject({ type: event });
      expect(JSON.parse(events[0]?.data ?? '')).toMatchObject({
        message: { content: [], usage: { output_tokens: 1 } },
      });
      expect(JSON.parse(events[6]?.data ?? '')).toMatchObject({
        delta: { stop_reason: 'end_turn', stop_sequence: null },
        usage: { output_tokens: anything },
      });
    });

    (existsSync(recording) ? it : it.skip)('has the events of a recorded stream, with the same fields', async () => {
      const shape = (event: unknown): string[] => {
        const { type, ...rest } = event as Json & { type: string };
        return [type, ...Object.keys(rest).sort()];
      };
      const recorded = new Set(
        readFileSync(recording, 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.stringify(shape(JSON.parse(line)))),
      );
      await start();
      const made = chunksOf((await anthropic({ stream: true })).text).map((event) => JSON.stringify(shape(event)));
      expect(new Set(made)).toEqual(recorded);
    });

    it('calls tools when scripted, in a block of its own', async () => {
      await start({ script: `Let me see. ${call}` });
      const events = chunksOf((await anthropic({ stream: true, ...offered })).text) as {
        type: string;
        index?: number;
        content_block?: Json;
        delta?: { partial_json?: string; stop_reason?: string };
      }[];
      expect(events.find(({ type, index }) => type === 'content_block_start' && index === 1)?.content_block).toEqual({
        type: 'tool_use',
        id: text(/^toolu_/),
        name: 'weather',
        input: {},
      });
      const pieces = events.flatMap(({ delta }) => delta?.partial_json ?? []);
      expect(pieces[0]).toBe('');
      expect(JSON.parse(pieces.join(''))).toEqual({ city: 'Zürich' });
      expect(events.find(({ type }) => type === 'message_delta')?.delta?.stop_reason).toBe('tool_use');
      expect(json(await anthropic(offered))).toMatchObject({
        content: [{ type: 'text' }, { type: 'tool_use', input: { city: 'Zürich' } }],
      });
    });

    it('thinks aloud only if asked to', async () => {
      await start({ script: '<think>Hm.</think>Yes.' });
      const thinking = { type: 'enabled', budget_tokens: 1024 };
      expect(json(await anthropic({ thinking }))).toMatchObject({
        content: [
          { type: 'thinking', thinking: 'Hm.', signature: anything },
          { type: 'text', text: 'Yes.' },
        ],
      });
      expect(json(await anthropic())).toMatchObject({ content: [{ type: 'text', text: 'Yes.' }] });
    });

    it.each([
      ['max_tokens', { max_tokens: 2 }, { stop_reason: 'max_tokens', stop_sequence: null }],
      ['stop_sequences', { stop_sequences: ['three'] }, { stop_reason: 'stop_sequence', stop_sequence: 'three' }],
    ])('ends at %s', async (_, limit, end) => {
      await start({ script: 'One two three four' });
      expect(json(await anthropic(limit))).toMatchObject(end);
    });

    it.each([
      ['without a key', {}, 401, 'authentication_error'],
      ['without a version', { 'x-api-key': 'k' }, 400, 'invalid_request_error'],
    ])('refuses a request %s in its own shape', async (_, headers, status, type) => {
      await start();
      const reply = await anthropic({}, { headers });
      expect([reply.status, json(reply)]).toMatchObject([status, { type: 'error', error: { type } }]);
    });

    it('requires max_tokens', async () => {
      await start();
      expect(await anthropic({ max_tokens: undefined })).toMatchObject({ status: 400 });
    });
  });

  describe('as Gemini', () => {
    const config = (generationConfig: Json): Json => ({ generationConfig });
    const candidate = (...parts: Json[]): Json => ({ content: { role: 'model', parts } });

    it('answers whole', async () => {
      await start({ script: 'Good day.' });
      expect(json(await gemini())).toEqual({
        candidates: [{ ...candidate({ text: 'Good day.' }), finishReason: 'STOP' }],
        usageMetadata: {
          promptTokenCount: anything,
          candidatesTokenCount: anything,
          totalTokenCount: anything,
        },
        modelVersion: 'gemini-fake',
        responseId: text(/^[0-9a-f]{23}$/),
      });
    });

    it('streams events of one id, the finish reason last', async () => {
      await start({ script: 'Good day.' });
      const events = chunksOf((await gemini({ stream: true })).text) as { candidates: Json[]; responseId: string }[];
      expect(events.map(({ candidates }) => candidates)).toEqual([
        [candidate({ text: 'Good' })],
        [candidate({ text: ' day.' })],
        [{ ...candidate({ text: '' }), finishReason: 'STOP' }],
      ]);
      expect(new Set(events.map(({ responseId }) => responseId)).size).toBe(1);
    });

    it('calls tools when scripted, signed, and without arguments leaves them out', async () => {
      await start({ script: `${call}<tool_call>{"name": "now", "arguments": {}}</tool_call>` });
      expect(json(await gemini(offered))).toMatchObject({
        candidates: [
          candidate(
            { functionCall: { name: 'weather', args: { city: 'Zürich' } }, thoughtSignature: anything },
            { functionCall: { name: 'now' } },
          ),
        ],
      });
    });

    it('thinks aloud only if asked to', async () => {
      await start({ script: '<think>Hm.</think>Yes.' });
      expect(json(await gemini(config({ thinkingConfig: { includeThoughts: true } })))).toMatchObject({
        candidates: [candidate({ text: 'Hm.', thought: true }, { text: 'Yes.' })],
      });
      expect(json(await gemini())).toMatchObject({ candidates: [candidate({ text: 'Yes.' })] });
    });

    it.each([
      ['maxOutputTokens', { maxOutputTokens: 2 }, 'MAX_TOKENS', 'One two'],
      ['stopSequences', { stopSequences: ['three'] }, 'STOP', 'One two '],
    ])('ends at %s', async (_, limit, finishReason, said) => {
      await start({ script: 'One two three four' });
      expect(json(await gemini(config(limit)))).toMatchObject({
        candidates: [{ ...candidate({ text: said }), finishReason }],
      });
    });

    it('answers as often as it is asked to', async () => {
      await start();
      const { candidates } = json(await gemini(config({ candidateCount: 2 }))) as { candidates: Json[] };
      expect(candidates.map(({ index }) => index)).toEqual([undefined, 1]);
    });

    it.each<[string, Json, Sent, number]>([
      ['without a key', {}, { headers: {} }, 403],
      ['without contents', { contents: [] }, {}, 400],
      ['with a field that it does not know', { messages: [] }, {}, 400],
    ])('refuses a request %s in its own shape', async (_, body, sent, status) => {
      await start();
      const reply = await gemini(body, sent);
      expect([reply.status, json(reply)]).toMatchObject([status, { error: { code: status, status: anything } }]);
    });
  });

  describe.each(all)('in trouble as %s', (name) => {
    const ask = (body: Json = {}, sent: Sent = {}): Promise<Reply> => protocols[name](body, sent);
    const streamed = (sent: Sent = {}): Promise<Reply> => ask({ stream: true }, sent);
    const isError = (event: unknown): boolean => (event as Json)['error'] !== undefined;

    it('answers any status, headers and body', async () => {
      await start();
      await fake.setMode({ kind: 'status', status: 429, headers: { 'retry-after': '7' } });
      const reply = await ask();
      expect([reply.status, reply.headers['retry-after'], isError(json(reply))]).toEqual([429, '7', true]);
      await fake.setMode({ kind: 'status', status: 529, body: { odd: true } });
      expect(json(await ask())).toEqual({ odd: true });
      await fake.setMode({ kind: 'ok' });
      expect(await ask()).toMatchObject({ status: 200 });
    });

    it('resets before the headers', async () => {
      await start();
      await fake.setMode({ kind: 'reset-before-headers' });
      expect(await ask()).toMatchObject({ status: 0, errorCode: 'ECONNRESET' });
      expect(fake.aborted).toBe(0);
    });

    it('resets in mid-stream after so many events', async () => {
      await start();
      await fake.setMode({ kind: 'reset-mid-stream', afterEvents: 4 });
      const reply = await streamed();
      expect([reply.status, reply.complete, reply.errorCode]).toEqual([200, false, 'ECONNRESET']);
      expect(eventsOf(reply.text)).toHaveLength(4);
    });

    it.each([0, 3])('sends an error event after %i events, and no end mark', async (afterEvents) => {
      await start();
      await fake.setMode({ kind: 'error-event', afterEvents, status: 529 });
      const reply = await streamed();
      const events = chunksOf(reply.text);
      expect(reply).toMatchObject({ status: 200, complete: true });
      expect(events.map(isError)).toEqual([...Array<boolean>(afterEvents).fill(false), true]);
      if (name === 'anthropic') {
        expect(events.at(-1)).toMatchObject({ type: 'error', error: { type: 'overloaded_error' } });
        expect(eventsOf(reply.text).at(-1)?.event).toBe('error');
      }
      expect(isDone(reply.text)).toBe(false);
    });

    it('hangs, and counts who leaves', async () => {
      await start();
      await fake.setMode({ kind: 'hang' });
      const leave = new AbortController();
      const reply = streamed({ signal: leave.signal });
      await fake.until(() => fake.requests.length === 1);
      leave.abort();
      expect(await reply).toMatchObject({ status: 0 });
      await fake.until(() => fake.aborted === 1);
    });

    it('refuses connections, and comes back on the same port', async () => {
      await start();
      const { port } = fake;
      await fake.setMode({ kind: 'refuse' });
      expect(await ask()).toMatchObject({ status: 0, errorCode: 'ECONNREFUSED' });
      await fake.setMode({ kind: 'ok' });
      expect([fake.port, (await ask()).status]).toEqual([port, 200]);
    });

    it('is slow', async () => {
      await start({ script: 'One two' });
      await fake.setMode({ kind: 'slow', delayMs: 5 });
      const startedAt = performance.now();
      const reply = await streamed();
      expect(performance.now() - startedAt).toBeGreaterThanOrEqual(5 * eventsOf(reply.text).length - 5);
    });

    it.each(['event', 'odd', 'byte'] as const)('replays events exactly, in pieces of kind "%s"', async (chunking) => {
      await start({ chunking });
      const events = ['{"type":"ping"}', '{"type": "späß",  "n":1.0}'];
      fake.replay(events);
      const reply = await streamed();
      expect(eventsOf(reply.text).map(({ data }) => data)).toEqual(name === 'openai' ? [...events, '[DONE]'] : events);
      if (chunking === 'byte') expect(Math.max(...reply.pieces)).toBe(1);
      fake.replay(events, { end: false });
      expect(eventsOf((await streamed()).text)).toHaveLength(2);
      fake.replay(undefined);
      expect(eventsOf((await streamed()).text).length).toBeGreaterThan(2);
    });

    it('records the request byte for byte and counts connections', async () => {
      await start();
      await ask();
      expect(fake.connections).toBe(1);
      const [request] = fake.requests;
      expect(request).toMatchObject({ method: 'POST', text: JSON.stringify(request?.body) });
    });
  });
});
