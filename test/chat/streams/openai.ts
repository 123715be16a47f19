/** Streams as OpenAI's protocol has them, event by event; written for these tests. */

interface ChunkFields {
  readonly delta?: object;
  readonly finish?: string | null;
  readonly index?: number;
  /** Further fields of the chunk. */
  readonly more?: object;
}

/** One chunk with one choice. */
export function chunk({ delta = {}, finish = null, index = 0, more = {} }: ChunkFields): string {
  const choices = [{ index, delta, finish_reason: finish }];
  return JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_780_000_000,
    model: 'm',
    choices,
    ...more,
  });
}

export const USAGE = {
  prompt_tokens: 20,
  completion_tokens: 5,
  total_tokens: 25,
  prompt_tokens_details: { cached_tokens: 16 },
  completion_tokens_details: { reasoning_tokens: 3 },
};

/** The chunk that `include_usage` asks for. */
export const usageChunk = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1_780_000_000,
  model: 'm',
  choices: [],
  usage: USAGE,
});

export const ROLE = chunk({ delta: { role: 'assistant', content: '' } });
export const HELLO = chunk({ delta: { content: 'Hello, 世界 🙂' } });
export const STOP = chunk({ finish: 'stop' });
export const DONE = '[DONE]';

export const text = [ROLE, HELLO, STOP, DONE];
export const textWithUsage = [ROLE, HELLO, STOP, usageChunk, DONE];
export const toolCall = [
  chunk({
    delta: {
      role: 'assistant',
      tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'f', arguments: '' } }],
    },
  }),
  chunk({ delta: { tool_calls: [{ index: 0, function: { arguments: '{"big":12345678901234567890}' } }] } }),
  chunk({ finish: 'tool_calls' }),
  DONE,
];
export const twoChoices = [
  chunk({ index: 0, delta: { content: 'a' } }),
  chunk({ index: 1, delta: { content: 'b' } }),
  chunk({ index: 0, finish: 'stop' }),
  chunk({ index: 1, finish: 'length' }),
  DONE,
];
