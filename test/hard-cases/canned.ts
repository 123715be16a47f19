/** Answers of known usage, whole and streamed, as each provider writes them. */
import type { JsonObject } from '../../lib/chat/json';

export type Protocol = 'openai' | 'anthropic' | 'gemini' | 'bedrock';

/** Tokens of an answer, each counted once. */
export interface Counts {
  readonly plain: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  /** Written to the cache for an hour, on top of `cacheWrite`. */
  readonly cacheWriteLong: number;
  readonly output: number;
}

const COUNTS: Counts = { plain: 10, cacheRead: 0, cacheWrite: 0, cacheWriteLong: 0, output: 7 };

export interface Said {
  readonly text: string;
  readonly counts: Partial<Counts>;
  /** Further fields of a whole answer or its head (OpenAI), of its usage (Anthropic, Gemini), of answer and metadata (Bedrock). */
  readonly more: JsonObject;
}

const HEAD = { id: 'chatcmpl-1', created: 1, model: 'm' };

export function wholeAnswer(protocol: Protocol, said: Said): JsonObject {
  const { text, more } = said;
  const usage = usageOf(protocol, said);
  switch (protocol) {
    case 'openai':
      return {
        ...HEAD,
        object: 'chat.completion',
        choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
        usage,
        ...more,
      };
    case 'anthropic':
      return {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'm',
        content: [{ type: 'text', text }],
        stop_reason: 'end_turn',
        usage,
      };
    case 'gemini':
      return { candidates: [{ content: { parts: [{ text }] }, finishReason: 'STOP' }], usageMetadata: usage };
    case 'bedrock':
      return {
        output: { message: { role: 'assistant', content: [{ text }] } },
        stopReason: 'end_turn',
        usage,
        ...more,
      };
  }
}

/** JSON texts of a stream's events. */
export function eventsOfAnswer(protocol: Protocol, said: Said): string[] {
  const { text, more } = said;
  const usage = usageOf(protocol, said);
  const events: Record<Protocol, readonly object[]> = {
    openai: [
      { ...HEAD, ...more, choices: [{ index: 0, delta: { role: 'assistant', content: text }, finish_reason: null }] },
      { ...HEAD, ...more, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
      { ...HEAD, ...more, choices: [], usage },
    ],
    anthropic: [
      { type: 'message_start', message: { id: 'msg_1', model: 'm', usage: { ...usage, output_tokens: 1 } } },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } },
      { type: 'content_block_stop', index: 0 },
      {
        type: 'message_delta',
        delta: { stop_reason: 'end_turn' },
        usage: { output_tokens: usage['output_tokens'] },
      },
      { type: 'message_stop' },
    ],
    gemini: [
      { candidates: [{ content: { parts: [{ text }] } }] },
      { candidates: [{ content: { parts: [{ text: '' }] }, finishReason: 'STOP' }], usageMetadata: usage },
    ],
    bedrock: [
      { messageStart: { role: 'assistant' } },
      { contentBlockDelta: { contentBlockIndex: 0, delta: { text } } },
      { contentBlockStop: { contentBlockIndex: 0 } },
      { messageStop: { stopReason: 'end_turn' } },
      { metadata: { usage, ...more } },
    ],
  };
  return [...events[protocol].map((event) => JSON.stringify(event)), ...(protocol === 'openai' ? ['[DONE]'] : [])];
}

function usageOf(protocol: Protocol, { counts, more }: Said): JsonObject {
  const { plain, cacheRead, cacheWrite, cacheWriteLong, output } = { ...COUNTS, ...counts };
  const written = cacheWrite + cacheWriteLong;
  const prompt = plain + cacheRead + written;
  switch (protocol) {
    case 'openai':
      return {
        prompt_tokens: prompt,
        completion_tokens: output,
        total_tokens: prompt + output,
        prompt_tokens_details: { cached_tokens: cacheRead, cache_write_tokens: written },
      };
    case 'anthropic':
      return {
        input_tokens: plain,
        cache_read_input_tokens: cacheRead,
        cache_creation_input_tokens: written,
        cache_creation: { ephemeral_5m_input_tokens: cacheWrite, ephemeral_1h_input_tokens: cacheWriteLong },
        output_tokens: output,
        ...more,
      };
    case 'gemini':
      return {
        promptTokenCount: prompt,
        cachedContentTokenCount: cacheRead,
        candidatesTokenCount: output,
        totalTokenCount: prompt + output,
        ...more,
      };
    case 'bedrock':
      return {
        inputTokens: plain,
        cacheReadInputTokens: cacheRead,
        cacheWriteInputTokens: written,
        cacheDetails: [
          { ttl: '5m', inputTokens: cacheWrite },
          { ttl: '1h', inputTokens: cacheWriteLong },
        ],
        outputTokens: output,
        totalTokens: prompt + output,
      };
  }
}
