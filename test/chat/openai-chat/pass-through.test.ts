import type { AnswerRead, ChatCall, JsonObject, UpstreamFault } from '../../../lib/chat/dialect';
import { openAiChat } from '../../../lib/chat/openai-chat/pass-through';
import { MODEL, callOf } from '../support';

const written = (body: JsonObject, policy: Partial<ChatCall> = {}): JsonObject =>
  JSON.parse(openAiChat.request(callOf(body, policy)).text) as JsonObject;

describe('request', () => {
  test('C26, C28 changes the model and no other byte', () => {
    const text =
      '{ "messages":[{"role":"user","content":"x \\u00e9"}],"seed":12345678901234567890,"model":"auto", "guided_json":{"a":1.0} }\n';
    expect(openAiChat.request(callOf(text)).text).toBe(text.replace('"auto"', `"${MODEL}"`));
  });

  test('lists nothing as dropped or changed', () => {
    expect(openAiChat.request(callOf({ seed: 1 }, { set: { max_tokens: 5 } }))).toMatchObject({
      dropped: [],
      changed: [],
    });
  });

  test('sets what the policy sets over what the caller sent', () => {
    const set = { max_tokens: 512, temperature: 0.5, top_p: 0.9 };
    expect(written({ max_tokens: 9_999, temperature: 2 }, { set })).toMatchObject(set);
  });

  const LIMITS: readonly (readonly [name: string, body: JsonObject, policy: Partial<ChatCall>, limits: JsonObject])[] =
    [
      ['leaves the field that the target knows', { max_tokens: 7 }, {}, { max_tokens: 7 }],
      [
        'renames for OpenAI',
        { max_tokens: 7 },
        { maxTokensField: 'max_completion_tokens' },
        { max_completion_tokens: 7 },
      ],
      ['renames for everybody else', { max_completion_tokens: 7 }, {}, { max_tokens: 7 }],
      [
        'replaces the one that the caller used',
        { max_tokens: 7 },
        { maxTokensField: 'max_completion_tokens', set: { max_tokens: 5 } },
        { max_completion_tokens: 5 },
      ],
      ['replaces both', { max_tokens: 7, max_completion_tokens: 8 }, { set: { max_tokens: 5 } }, { max_tokens: 5 }],
      [
        'of two limits is the one that the router decided by',
        { max_tokens: 7, max_completion_tokens: 8 },
        {},
        { max_tokens: 8 },
      ],
      ['takes null for absent', { max_tokens: null, max_completion_tokens: 8 }, {}, { max_tokens: 8 }],
    ];
  test.each(LIMITS)('C15 the limit: %s', (_name, body, policy, limits) => {
    const { max_tokens, max_completion_tokens } = written(body, policy);
    const found = { max_tokens, max_completion_tokens };
    expect(found).toEqual({ max_tokens: undefined, max_completion_tokens: undefined, ...limits });
  });

  test('takes metadata out, replaces it, or leaves it', () => {
    const body = { metadata: { task: 'coding', team: 'a' } };
    expect(written(body, { metadata: null })).not.toHaveProperty('metadata');
    expect(written(body, { metadata: { team: 'a' } })['metadata']).toEqual({ team: 'a' });
    expect(written(body)['metadata']).toEqual(body.metadata);
  });

  test('D8 asks every stream for its usage', () => {
    expect(written({ stream: true })['stream_options']).toEqual({ include_usage: true });
    expect(written({ stream: true, stream_options: { include_usage: false, x: 1 } })['stream_options']).toEqual({
      include_usage: true,
      x: 1,
    });
    expect(written({ stream: true, stream_options: null })['stream_options']).toEqual({ include_usage: true });
    expect(written({ stream: false })).not.toHaveProperty('stream_options');
    expect(written({})).not.toHaveProperty('stream_options');
  });

  test('leaves stream options that are no object to the target to refuse', () => {
    expect(written({ stream: true, stream_options: 'yes' })['stream_options']).toBe('yes');
  });
});

describe('answer', () => {
  const read = (body: unknown): AnswerRead | UpstreamFault =>
    openAiChat.answer(callOf(), typeof body === 'string' ? body : JSON.stringify(body));
  const choice = (finish: string | null): object => ({ index: 0, message: { content: 'x' }, finish_reason: finish });

  test('is passed on byte for byte', () => {
    const body = '{ "choices" : [{"finish_reason":"stop","x":1.0}], "big":12345678901234567890 }\n';
    expect(read(body)).toMatchObject({ ok: true, body, finish: 'stop', usage: null });
  });

  test('D2 counts cached tokens as part of the prompt', () => {
    const usage = {
      prompt_tokens: 100,
      completion_tokens: 20,
      total_tokens: 120,
      prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 10 },
      completion_tokens_details: { reasoning_tokens: 15 },
    };
    expect(read({ choices: [choice('stop')], usage })).toMatchObject({
      usage: {
        promptTokens: 100,
        completionTokens: 20,
        cacheReadTokens: 60,
        cacheWriteTokens: 10,
        reasoningTokens: 15,
      },
    });
  });

  test('D4 counts reasoning that only the total shows, as xAI reports it', () => {
    const usage = {
      prompt_tokens: 12,
      completion_tokens: 1,
      total_tokens: 399,
      completion_tokens_details: { reasoning_tokens: 386 },
    };
    expect(read({ choices: [choice('stop')], usage })).toMatchObject({
      usage: { completionTokens: 387, reasoningTokens: 386 },
    });
  });

  test('does not say why it ended where the target does not', () => {
    expect(read({ choices: [choice(null)] })).toMatchObject({ ok: true, finish: null });
  });

  test('is no answer if the engine aborted any choice', () => {
    expect(read({ choices: [choice('stop'), choice('abort')] })).toMatchObject({
      ok: false,
      kind: 'aborted',
      status: 503,
    });
  });

  test.each(['', 'Bad Gateway', '[]', 'null', '{}', '{"choices":[]}', '{"choices":{}}'])('is invalid: %j', (body) => {
    expect(read(body)).toMatchObject({ ok: false, kind: 'invalid' });
  });

  test('is the error that it holds', () => {
    expect(read({ error: { message: 'overloaded', type: 'server_error' }, choices: [choice('stop')] })).toMatchObject({
      ok: false,
      kind: 'error_event',
      status: 500,
      message: 'overloaded',
    });
  });
});
