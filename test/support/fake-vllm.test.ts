/** The fake vLLM against what is known of the real one: endpoints, shapes, ids and text. Over real sockets. */
import { Agent } from 'node:http';
import { chunksOf, eventsOf, isDone, json, send, type Reply, type Sent } from './fake-vllm/client';
import { decode, DEFAULT_MODEL, encode, startFakeVllm, type FakeVllm, type FakeVllmOptions } from './fake-vllm';

interface Choice {
  index: number;
  delta: {
    role?: string;
    content?: string;
    reasoning?: string;
    tool_calls?: { index: number; id?: string; type?: string; function: { name?: string; arguments?: string } }[];
  };
  message: { role: string; content: string | null; reasoning: string | null; tool_calls: unknown[] };
  text: string;
  finish_reason: string | null;
  stop_reason?: string | null;
  token_ids: number[] | null;
  prompt_token_ids?: number[] | null;
  logprobs: unknown;
}

interface Answer {
  id: string;
  object: string;
  created: number;
  model: string;
  choices: Choice[];
  usage?: { prompt_tokens: number; completion_tokens: number; total_tokens: number };
  prompt_token_ids?: number[] | null;
}

const user = (content: string): unknown => [{ role: 'user', content }];
const chunks = (reply: Reply): Answer[] => chunksOf(reply.text) as Answer[];
const choicesOf = (reply: Reply): Choice[] => chunks(reply).flatMap(({ choices }) => choices);
const content = (reply: Reply): string =>
  choicesOf(reply)
    .map(({ delta, text }) => delta?.content ?? text ?? '')
    .join('');
const ids = (reply: Reply): number[] => choicesOf(reply).flatMap(({ token_ids }) => token_ids ?? []);
const finish = (reply: Reply): Choice | undefined =>
  choicesOf(reply).find(({ finish_reason }) => finish_reason !== null);

describe('the fake vLLM', () => {
  let fake: FakeVllm;

  async function start(options: FakeVllmOptions = {}): Promise<void> {
    fake = await startFakeVllm(options);
  }

  const chat = (body: object, sent: Sent = {}): Promise<Reply> =>
    send(`${fake.url}/v1/chat/completions`, { body: { messages: user('Say something.'), ...body }, ...sent });
  const complete = (body: object): Promise<Reply> => send(`${fake.url}/v1/completions`, { body });
  const get = (path: string, headers = {}): Promise<Reply> => send(fake.url + path, { headers });

  afterEach(() => fake.stop());

  describe('endpoints', () => {
    it('says in every response that it is a fake, and which one', async () => {
      await start({ name: 'replica-1' });
      for (const path of ['/health', '/metrics', '/v1/models', '/nowhere']) {
        expect((await get(path)).headers).toMatchObject({ 'x-fake': 'vllm', 'x-fake-name': 'replica-1' });
      }
    });

    it.each(['/health', '/ping'])('answers %s with 200 and no body', async (path) => {
      await start();
      expect(await get(path)).toMatchObject({ status: 200, text: '' });
    });

    it('tells its version and its models', async () => {
      await start({ models: ['a', 'b'], maxModelLen: 4096 });
      expect(json(await get('/version'))).toEqual({ version: expect.stringMatching(/^\d+\.\d+\.\d+$/) as unknown });
      expect(json(await get('/v1/models'))).toMatchObject({
        object: 'list',
        data: [
          { id: 'a', owned_by: 'vllm', max_model_len: 4096 },
          { id: 'b', object: 'model' },
        ],
      });
    });

    it('guards only paths under /v1 with the API key', async () => {
      await start({ apiKey: 'secret' });
      const body = { prompt: 'Go', max_tokens: 1 };
      const refused = await send(`${fake.url}/v1/completions`, { body });
      expect([refused.status, json(refused)]).toEqual([401, { error: 'Unauthorized' }]);
      expect(await get('/v1/models')).toMatchObject({ status: 401 });
      expect(await get('/v1/models', { authorization: 'Bearer secret' })).toMatchObject({ status: 200 });
      for (const open of ['/health', '/metrics', '/version', '/load']) {
        expect(await get(open)).toMatchObject({ status: 200 });
      }
      expect(await send(`${fake.url}/invocations`, { body })).toMatchObject({ status: 200 });
      expect(await send(`${fake.url}/tokenize`, { body })).toMatchObject({ status: 200 });
    });

    it('sends no keep-alive hint, as uvicorn does not', async () => {
      await start();
      const { headers } = await get('/health', { connection: 'keep-alive' });
      expect(headers['keep-alive']).toBeUndefined();
    });

    it('gives back the text that was tokenized', async () => {
      await start();
      const prompt = 'The naïve router 東京 🙂 counts 12 tokens; <think>why</think> <|assistant|>';
      const made = json(await send(`${fake.url}/tokenize`, { body: { prompt, add_special_tokens: false } }));
      const { tokens, count } = made as { tokens: number[]; count: number };
      expect(count).toBe(tokens.length);
      expect(json(await send(`${fake.url}/detokenize`, { body: { tokens } }))).toEqual({ prompt });
    });

    it('tokenizes a chat to the prompt ids that the completion tells', async () => {
      await start();
      const messages = user('Hello');
      const { tokens } = json(await send(`${fake.url}/tokenize`, { body: { messages } })) as { tokens: number[] };
      const answer = json(await chat({ messages, return_token_ids: true })) as Answer;
      expect(answer.prompt_token_ids).toEqual(tokens);
    });

    it('counts the load only with --enable-server-load-tracking', async () => {
      await start({ serverLoadTracking: true });
      fake.hang();
      const held = chat({ stream: true });
      await fake.until(() => fake.running === 1);
      expect(json(await get('/load'))).toEqual({ server_load: 1 });
      await fake.revive();
      await held;
      await fake.stop();
      await start();
      fake.hang();
      void chat({ stream: true });
      await fake.until(() => fake.running === 1);
      expect(json(await get('/load'))).toEqual({ server_load: 0 });
    });
  });

  describe('metrics', () => {
    const value = async (name: string): Promise<number> => {
      const line = (await get('/metrics')).text.split('\n').find((text) => text.startsWith(`vllm:${name}{`));
      return Number(line?.split(' ').at(-1));
    };

    it('has the names of the real one, counters with _total', async () => {
      await start();
      const { text } = await get('/metrics');
      for (const name of [
        'num_requests_running',
        'num_requests_waiting',
        'num_requests_waiting_by_reason',
        'kv_cache_usage_perc',
        'prompt_tokens_total',
        'generation_tokens_total',
        'request_success_total',
        'num_preemptions_total',
        'prefix_cache_hits_total',
        'time_to_first_token_seconds_bucket',
        'time_to_first_token_seconds_count',
        'inter_token_latency_seconds_sum',
      ]) {
        expect(text).toContain(`\nvllm:${name}{`);
      }
      expect(text).toContain('# TYPE vllm:generation_tokens_total counter\n');
      expect(text).not.toContain('gpu_cache_usage_perc');
    });

    it('shows live what runs, waits, fills the cache and was generated', async () => {
      await start({ maxNumSeqs: 1, kvCacheTokens: 100 });
      const [first] = await Promise.all([chat({ max_tokens: 5 })]);
      const { usage } = json(first) as Answer;
      expect(await value('generation_tokens_total')).toBe(5);
      expect(await value('prompt_tokens_total')).toBe(usage?.prompt_tokens);
      expect(await value('kv_cache_usage_perc')).toBe(0);
      fake.hang();
      const held = [chat({}), chat({})];
      await fake.until(() => fake.running === 1 && fake.waiting === 1);
      expect(await value('num_requests_running')).toBe(1);
      expect(await value('num_requests_waiting')).toBe(1);
      expect(await value('kv_cache_usage_perc')).toBeCloseTo((usage?.prompt_tokens ?? 0) / 100);
      expect(await value('generation_tokens_total')).toBe(5);
      await fake.revive();
      await Promise.all(held);
      expect(await value('num_requests_running')).toBe(0);
      expect(await value('request_success_total')).toBe(2);
    });

    it.each([
      ['TEXT', /^TEXT named_metrics\.kv_cache_usage_perc=[\d.]+, named_metrics\.num_requests_waiting=0\.0$/],
      ['JSON', /^JSON \{"named_metrics": \{"kv_cache_usage_perc": [\d.]+, "num_requests_waiting": 0\.0\}\}$/],
    ])('puts the load into the response header when asked for %s', async (format, shape) => {
      await start();
      const { headers } = await chat({}, { headers: { 'endpoint-load-metrics-format': format } });
      expect(headers['endpoint-load-metrics']).toMatch(shape);
      expect((await chat({})).headers['endpoint-load-metrics']).toBeUndefined();
    });
  });

  describe('an answer', () => {
    it('is the same for the same prompt in every replica, streamed or not', async () => {
      await start();
      const other = await startFakeVllm();
      const whole = (json(await chat({})) as Answer).choices[0]?.message.content;
      expect(content(await chat({ stream: true }))).toBe(whole);
      const elsewhere = await send(`${other.url}/v1/chat/completions`, { body: { messages: user('Say something.') } });
      expect((json(elsewhere) as Answer).choices[0]?.message.content).toBe(whole);
      expect((json(await chat({ messages: user('Other.') })) as Answer).choices[0]?.message.content).not.toBe(whole);
      await other.stop();
    });

    it('is what the script says of the rendered prompt', async () => {
      await start({ script: (prompt) => (prompt.includes('weather') ? 'Rain.' : 'What?') });
      expect((json(await chat({ messages: user('The weather?') })) as Answer).choices[0]?.message.content).toBe(
        'Rain.',
      );
      expect((json(await complete({ prompt: 'Hm' })) as Answer).choices[0]?.text).toBe('What?');
    });

    it('is JSON for response_format if the script is', async () => {
      await start({ script: '{"city": "Paris"}' });
      const format = { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'object' } } };
      const answer = json(await chat({ response_format: format })) as Answer;
      expect(JSON.parse(answer.choices[0]?.message.content ?? '')).toEqual({ city: 'Paris' });
    });

    it('has the fields of the real one when it is not streamed', async () => {
      await start({ script: 'One two.' });
      const reply = await chat({});
      expect(reply.headers['content-type']).toBe('application/json');
      expect(json(reply)).toMatchObject({
        id: expect.stringMatching(/^chatcmpl-/) as unknown,
        object: 'chat.completion',
        model: DEFAULT_MODEL,
        choices: [
          {
            index: 0,
            message: { role: 'assistant', content: 'One two.', reasoning: null, tool_calls: [] },
            logprobs: null,
            finish_reason: 'stop',
            stop_reason: null,
            token_ids: null,
          },
        ],
        prompt_token_ids: null,
      });
      const { usage } = json(reply) as Answer;
      // The end mark is a token too.
      expect(usage?.completion_tokens).toBe(encode('One two.').length + 1);
      expect(usage?.total_tokens).toBe((usage?.prompt_tokens ?? 0) + (usage?.completion_tokens ?? 0));
    });

    it('takes its id from x-request-id', async () => {
      await start();
      expect(json(await chat({}, { headers: { 'x-request-id': 'abc' } }))).toMatchObject({ id: 'chatcmpl-abc' });
    });
  });

  describe('a stream', () => {
    it('has one id and time, the role first and only once, and [DONE] at the end', async () => {
      await start();
      const reply = await chat({ stream: true });
      const all = chunks(reply);
      expect(reply.headers['content-type']).toBe('text/event-stream; charset=utf-8');
      expect(
        new Set(all.map(({ id, created, model, object }) => JSON.stringify([id, created, model, object]))).size,
      ).toBe(1);
      expect(all[0]).toMatchObject({
        object: 'chat.completion.chunk',
        choices: [{ delta: { role: 'assistant', content: '' } }],
      });
      expect(all.filter(({ choices }) => choices[0]?.delta.role !== undefined)).toHaveLength(1);
      expect(choicesOf(reply).filter(({ finish_reason }) => finish_reason !== null)).toHaveLength(1);
      expect(finish(reply)).toMatchObject({ finish_reason: 'stop', stop_reason: null });
      expect(isDone(reply.text)).toBe(true);
    });

    it('sends its status before the first token', async () => {
      await start();
      fake.hang();
      const stop = new AbortController();
      const response = await fetch(`${fake.url}/v1/chat/completions`, {
        method: 'POST',
        body: JSON.stringify({ messages: user('Hi'), stream: true }),
        signal: stop.signal,
      });
      expect(response.status).toBe(200);
      stop.abort();
    });

    it.each([
      ['max_tokens', { max_tokens: 3 }],
      ['max_completion_tokens', { max_completion_tokens: 3 }],
    ])('stops at %s with finish_reason "length"', async (_, limit) => {
      await start();
      const reply = await chat({ stream: true, stream_options: { include_usage: true }, ...limit });
      expect(finish(reply)).toMatchObject({ finish_reason: 'length' });
      expect(chunks(reply).at(-1)?.usage?.completion_tokens).toBe(3);
    });

    it('tells usage in a last chunk without choices, if asked, and nowhere else', async () => {
      await start();
      const all = chunks(await chat({ stream: true, stream_options: { include_usage: true } }));
      expect(all.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: expect.any(Number) as unknown } });
      expect(all.slice(0, -1).filter(({ usage }) => usage !== undefined)).toEqual([]);
      expect(chunks(await chat({ stream: true })).filter(({ usage }) => usage !== undefined)).toEqual([]);
    });

    it('interleaves the choices of n', async () => {
      await start();
      const reply = await chat({ stream: true, n: 3, max_tokens: 4, return_token_ids: true });
      const order = choicesOf(reply).map(({ index }) => index);
      expect(order.slice(0, 6)).toEqual([0, 1, 2, 0, 1, 2]);
      expect(choicesOf(reply).filter(({ finish_reason }) => finish_reason === 'length')).toHaveLength(3);
      const whole = json(await chat({ n: 3 })) as Answer;
      expect(new Set(whole.choices.map(({ message }) => message.content)).size).toBe(3);
    });

    it.each(['odd', 'byte'] as const)('reads the same when its bytes come in %s pieces', async (chunking) => {
      await start({ script: 'naïve 東京 🙂' });
      const normal = content(await chat({ stream: true }));
      fake.chunking = chunking;
      const reply = await chat({ stream: true, n: 1 });
      expect(content(reply)).toBe(normal);
      expect(Math.max(...reply.pieces)).toBeLessThanOrEqual(chunking === 'byte' ? 1 : 7);
    });

    it('can end without [DONE]', async () => {
      await start();
      fake.endWithoutDone = true;
      const reply = await chat({ stream: true });
      expect([reply.complete, finish(reply)?.finish_reason, isDone(reply.text)]).toEqual([true, 'stop', false]);
    });

    it('can gain several tokens in one chunk', async () => {
      await start();
      fake.tokensPerTurn = 4;
      const reply = await chat({ stream: true, return_token_ids: true });
      expect(choicesOf(reply)[1]?.token_ids).toHaveLength(4);
    });

    it('has log probabilities in the shape of its endpoint', async () => {
      await start({ script: 'the café' });
      const reply = await chat({ stream: true, logprobs: true, top_logprobs: 2 });
      expect(choicesOf(reply)[1]?.logprobs).toEqual({
        content: [
          {
            token: 'the',
            logprob: expect.any(Number) as unknown,
            bytes: [116, 104, 101],
            top_logprobs: [expect.objectContaining({ token: 'the' }), expect.any(Object)],
          },
        ],
      });
      expect((json(await complete({ prompt: 'x', logprobs: 1 })) as Answer).choices[0]?.logprobs).toMatchObject({
        tokens: expect.arrayContaining(['the']) as unknown,
        text_offset: expect.arrayContaining([0, 3]) as unknown,
      });
    });
  });

  describe('token ids', () => {
    it('tell the prompt in the first chunk only, and the answer piece by piece', async () => {
      await start();
      const reply = await chat({ stream: true, return_token_ids: true });
      const all = chunks(reply);
      expect(all[0]?.prompt_token_ids?.length).toBeGreaterThan(3);
      expect(all.slice(1).filter(({ prompt_token_ids }) => prompt_token_ids !== undefined)).toEqual([]);
      expect(decode(ids(reply))).toBe(`${content(reply)}<|end|>`);
    });

    it('come in chunks without text while half a character is held back, if asked for', async () => {
      await start({ script: 'é🙂' });
      const asked = choicesOf(await chat({ stream: true, return_token_ids: true })).slice(1);
      expect(asked.map(({ delta }) => delta.content ?? '')).toEqual(['', 'é', '', '🙂', '']);
      expect(asked.every(({ token_ids }) => token_ids?.length === 1)).toBe(true);
      const unasked = choicesOf(await chat({ stream: true })).slice(1);
      expect(unasked.map(({ delta }) => delta.content ?? '')).toEqual(['é', '🙂', '']);
    });

    it('are ahead of the text by one less than the longest stop string', async () => {
      await start({ script: 'abcabcabcabcENDxyz' });
      const reply = await chat({ stream: true, return_token_ids: true, stop: ['END', 'neverthere'] });
      const seen: number[] = [];
      let sent = 0;
      for (const { token_ids, delta } of choicesOf(reply).slice(1, -1)) {
        seen.push(...(token_ids ?? []));
        sent += delta.content?.length ?? 0;
        expect(sent).toBe(Math.max(0, decode(seen).length - ('neverthere'.length - 1)));
      }
      expect(seen.length).toBeGreaterThan(3);
      expect(content(reply)).toBe('abcabcabcabc');
      expect(finish(reply)).toMatchObject({ finish_reason: 'stop', stop_reason: 'END' });
    });

    it('continue an answer exactly where they stop, in any replica', async () => {
      await start();
      const other = await startFakeVllm();
      const begun = await chat({ stream: true, return_token_ids: true });
      const prompt = chunks(begun)[0]?.prompt_token_ids ?? [];
      const answer = ids(begun);
      for (const cut of [0, 1, 7, answer.length - 2]) {
        const reply = await send(`${other.url}/v1/completions`, {
          body: { prompt: [...prompt, ...answer.slice(0, cut)], stream: true, return_token_ids: true },
        });
        expect(ids(reply)).toEqual(answer.slice(cut));
        expect(choicesOf(reply)[0]?.prompt_token_ids).toEqual([...prompt, ...answer.slice(0, cut)]);
        expect(choicesOf(reply)[1]?.prompt_token_ids ?? null).toBeNull();
      }
      await other.stop();
    });

    it('lose a character whose first half was the last token of the prompt', async () => {
      await start({ script: 'aé b' });
      const begun = await chat({ stream: true, return_token_ids: true });
      const prompt = [...(chunks(begun)[0]?.prompt_token_ids ?? []), ...ids(begun).slice(0, 2)];
      expect((json(await complete({ prompt })) as Answer).choices[0]?.text).toBe(' b');
    });

    it('make a text prompt and its ids the same prompt', async () => {
      await start();
      const { tokens } = json(await send(`${fake.url}/tokenize`, { body: { prompt: 'Go on' } })) as {
        tokens: number[];
      };
      const [text, list] = [await complete({ prompt: 'Go on' }), await complete({ prompt: tokens })].map(
        json,
      ) as Answer[];
      expect(list?.choices[0]?.text).toBe(text?.choices[0]?.text);
      expect(list?.usage).toEqual(text?.usage);
    });
  });

  describe('continuing the last message', () => {
    it('goes on with the text after what the assistant said', async () => {
      await start({ script: 'One two three four.' });
      const messages = [...(user('Count.') as object[]), { role: 'assistant', content: 'One two t' }];
      const reply = await chat({ messages, add_generation_prompt: false, continue_final_message: true });
      expect((json(reply) as Answer).choices[0]?.message.content).toBe('hree four.');
    });

    it.each([
      ['both are set', { add_generation_prompt: true, continue_final_message: true }],
      ['the default of the other stands', { continue_final_message: true }],
    ])('is refused if a new message is asked for too: %s', async (_, flags) => {
      await start();
      const reply = await chat(flags);
      expect([reply.status, json(reply)]).toEqual([
        400,
        {
          error: {
            message: expect.stringContaining('continue_final_message') as unknown,
            type: 'BadRequestError',
            param: null,
            code: 400,
          },
        },
      ]);
    });
  });

  describe('reasoning', () => {
    const script = '<think>Let me see.</think>It is four.';

    it('comes apart from the content in chat', async () => {
      await start({ script });
      const reply = await chat({ stream: true });
      const deltas = choicesOf(reply).map(({ delta }) => delta);
      expect(deltas.map(({ reasoning }) => reasoning ?? '').join('')).toBe('Let me see.');
      expect(content(reply)).toBe('It is four.');
      expect(json(await chat({}))).toMatchObject({
        choices: [{ message: { reasoning: 'Let me see.', content: 'It is four.' } }],
      });
    });

    it('comes apart even when a stop buffer cuts its marks in pieces', async () => {
      await start({ script });
      expect(content(await chat({ stream: true, stop: ['!!!'] }))).toBe('It is four.');
    });

    it('is raw content in /v1/completions', async () => {
      await start({ script });
      expect((json(await complete({ prompt: 'Two and two?' })) as Answer).choices[0]?.text).toBe(script);
    });
  });

  describe('tool calls', () => {
    const call = (name: string, args: object): string =>
      `<tool_call>\n${JSON.stringify({ name, arguments: args })}\n</tool_call>`;
    const tools = [{ type: 'function', function: { name: 'weather', parameters: { type: 'object' } } }];

    it('are streamed name first, then the arguments in pieces', async () => {
      const args = { city: 'Zürich', when: { day: 1, note: 'a}b' } };
      await start({ script: `Let me look.${call('weather', args)}` });
      const reply = await chat({ stream: true, tools });
      const deltas = choicesOf(reply).flatMap(({ delta }) => delta.tool_calls ?? []);
      expect(deltas[0]).toEqual({
        index: 0,
        id: expect.stringMatching(/^chatcmpl-tool-/) as unknown,
        type: 'function',
        function: { name: 'weather', arguments: '' },
      });
      expect(deltas.length).toBeGreaterThan(5);
      expect(JSON.parse(deltas.map((delta) => delta.function.arguments ?? '').join(''))).toEqual(args);
      expect(content(reply)).toBe('Let me look.');
      expect(finish(reply)?.finish_reason).toBe('tool_calls');
    });

    it('may be several, and are whole when not streamed', async () => {
      await start({ script: `${call('weather', { city: 'A' })}${call('weather', {})}` });
      expect((json(await chat({ tools })) as Answer).choices[0]).toMatchObject({
        message: {
          content: null,
          tool_calls: [
            { type: 'function', function: { name: 'weather', arguments: '{"city":"A"}' } },
            { type: 'function', function: { name: 'weather', arguments: '{}' } },
          ],
        },
        finish_reason: 'tool_calls',
      });
    });

    it('finish with "stop" if the caller named the tool', async () => {
      await start({ script: call('weather', {}) });
      const choice = { type: 'function', function: { name: 'weather' } };
      expect(finish(await chat({ stream: true, tools, tool_choice: choice }))?.finish_reason).toBe('stop');
    });

    it.each([
      ['no tools are offered', {}],
      ['tool_choice is none', { tools, tool_choice: 'none' }],
    ])('are plain text if %s', async (_, body) => {
      await start({ script: call('weather', {}) });
      expect(content(await chat({ stream: true, ...body }))).toBe(call('weather', {}));
    });
  });

  describe('refusals', () => {
    it('has 404 in its own shape for a model it does not serve', async () => {
      await start({ models: ['a'] });
      const reply = await chat({ model: 'b' });
      expect([reply.status, json(reply)]).toEqual([
        404,
        { error: { message: 'The model `b` does not exist.', type: 'NotFoundError', param: 'model', code: 404 } },
      ]);
      expect(await chat({ model: 'a' })).toMatchObject({ status: 200 });
    });

    it('accepts any model if none is set', async () => {
      await start();
      expect(json(await chat({ model: 'anything' }))).toMatchObject({ model: 'anything' });
    });

    it('has 400 for a prompt and max_tokens beyond the context', async () => {
      await start({ maxModelLen: 50 });
      const reply = await chat({ max_tokens: 45 });
      expect(reply.status).toBe(400);
      expect(json(reply)).toEqual({
        error: {
          message: expect.stringMatching(/^This model's maximum context length is 50 tokens\. /) as unknown,
          type: 'BadRequestError',
          param: null,
          code: 400,
        },
      });
      expect(await chat({ max_tokens: 5 })).toMatchObject({ status: 200 });
    });

    it.each([
      ['no messages', { messages: undefined }],
      ['an empty cache_salt', { cache_salt: '' }],
      ['max_tokens 0', { max_tokens: 0 }],
    ])('has 400 for %s', async (_, body) => {
      await start();
      expect(await chat(body)).toMatchObject({ status: 400 });
    });

    it('has 400 for a body that is no JSON', async () => {
      await start();
      expect(await send(`${fake.url}/v1/completions`, { method: 'POST' })).toMatchObject({ status: 400 });
    });

    it('takes a priority only with the priority scheduler', async () => {
      await start({ schedulingPolicy: 'fcfs' });
      expect(await chat({ priority: -1 })).toMatchObject({ status: 400 });
    });
  });

  describe('the books', () => {
    it('records what was asked and counts connections', async () => {
      await start();
      await chat({ seed: 7 }, { headers: { 'x-session-id': 's' } });
      await get('/health?deep=1');
      expect(fake.connections).toBe(2);
      expect(fake.requests).toMatchObject([
        { method: 'POST', path: '/v1/chat/completions', body: { seed: 7 }, headers: { 'x-session-id': 's' } },
        { method: 'GET', path: '/health', body: undefined },
      ]);
    });

    it('counts one connection for requests that share it', async () => {
      await start();
      const agent = new Agent({ keepAlive: true });
      for (let asked = 0; asked < 3; asked += 1) await chat({ stream: true }, { agent });
      expect(fake.connections).toBe(1);
      agent.destroy();
    });

    it('lets a waiting request of lower priority number go first', async () => {
      await start({ maxNumSeqs: 1 });
      fake.hang();
      const order: string[] = [];
      const ask = async (name: string, priority: number): Promise<void> => {
        await chat({ max_tokens: 1, priority });
        order.push(name);
      };
      const first = ask('first', 0);
      await fake.until(() => fake.running === 1);
      const late = ask('late', 0);
      await fake.until(() => fake.waiting === 1);
      const resumed = ask('resumed', -1);
      await fake.until(() => fake.waiting === 2);
      await fake.revive();
      await Promise.all([first, late, resumed]);
      expect(order).toEqual(['first', 'resumed', 'late']);
    });
  });

  it('frames every event as one data line', async () => {
    await start();
    const { text } = await chat({ stream: true });
    expect(eventsOf(text).every(({ event, data }) => event === undefined && data !== '')).toBe(true);
    expect(text.replaceAll(/data: [^\n]+\n\n/g, '')).toBe('');
  });
});
