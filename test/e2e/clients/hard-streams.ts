/** Streams with what is rare in each protocol: ends, counts and parts that the recordings do not have. */
import * as anthropic from '../../chat/streams/anthropic';
import * as bedrock from '../../chat/streams/bedrock';
import * as gemini from '../../chat/streams/gemini';
import * as openai from '../../chat/streams/openai';

type Streams = Readonly<Record<string, readonly string[]>>;

const { chunk } = openai;
const callDelta = (index: number, rest: object): object => ({ tool_calls: [{ index, ...rest }] });

export const openaiStreams: Streams = {
  cut: [openai.ROLE, openai.HELLO, chunk({ finish: 'length' }), openai.DONE],
  filtered: [openai.ROLE, openai.HELLO, chunk({ finish: 'content_filter' }), openai.usageChunk, openai.DONE],
  reasoning: [
    chunk({ delta: { role: 'assistant', reasoning_content: 'Hm, ' } }),
    chunk({ delta: { reasoning_content: 'so.' } }),
    chunk({ delta: { content: 'Yes.' } }),
    openai.STOP,
    openai.usageChunk,
    openai.DONE,
  ],
  parallelCalls: [
    chunk({ delta: { role: 'assistant', content: 'Looking.' } }),
    chunk({ delta: callDelta(0, { id: 'a', type: 'function', function: { name: 'f', arguments: '{"q":' } }) }),
    chunk({ delta: callDelta(1, { id: 'b', type: 'function', function: { name: 'g', arguments: '' } }) }),
    chunk({ delta: callDelta(0, { function: { arguments: '1}' } }) }),
    chunk({ delta: callDelta(1, { function: { arguments: '{"r":2}' } }) }),
    chunk({ finish: 'tool_calls' }),
    openai.usageChunk,
    openai.DONE,
  ],
  usageOnTheLastDelta: [
    openai.ROLE,
    openai.HELLO,
    chunk({ finish: 'stop', more: { usage: openai.USAGE } }),
    openai.DONE,
  ],
};

export const anthropicStreams: Streams = {
  stopSequence: anthropic.whole('stop_sequence', ...anthropic.textBlock(0, 'Hel')),
  windowExceeded: anthropic.whole('model_context_window_exceeded', ...anthropic.textBlock(0, 'Hel')),
  pausedTurn: anthropic.whole('pause_turn', ...anthropic.textBlock(0, 'Hel')),
  empty: anthropic.whole('end_turn'),
  redactedThinking: anthropic.whole(
    'end_turn',
    anthropic.start(0, { type: 'redacted_thinking', data: 'c2ln' }),
    anthropic.stop(0),
    ...anthropic.textBlock(1, 'Yes.'),
  ),
  citations: anthropic.whole(
    'end_turn',
    anthropic.start(0, { type: 'text', text: '' }),
    anthropic.delta(0, { type: 'text_delta', text: 'As it says.' }),
    anthropic.delta(0, {
      type: 'citations_delta',
      citation: {
        type: 'web_search_result_location',
        cited_text: 'it',
        url: 'https://example.com/',
        title: 'It',
        encrypted_index: 'a',
      },
    }),
    anthropic.stop(0),
  ),
  inputAtOnce: anthropic.whole(
    'tool_use',
    anthropic.start(0, { type: 'tool_use', id: 'a', name: 'f', input: { q: 1 } }),
    anthropic.stop(0),
  ),
  cached: [
    anthropic.messageStart({
      input_tokens: 10,
      cache_read_input_tokens: 100,
      cache_creation_input_tokens: 1_000,
      output_tokens: 1,
    }),
    ...anthropic.textBlock(0, 'Hi'),
    anthropic.messageDelta('end_turn', { output_tokens: 7 }),
    anthropic.MESSAGE_STOP,
  ],
  countsCorrectedAtTheEnd: [
    anthropic.messageStart({ input_tokens: 0, output_tokens: 0 }),
    ...anthropic.textBlock(0, 'Hi'),
    anthropic.messageDelta('end_turn', { input_tokens: 11, cache_read_input_tokens: 5, output_tokens: 7 }),
    anthropic.MESSAGE_STOP,
  ],
};

export const bedrockStreams: Streams = {
  stopSequence: bedrock.whole('stop_sequence', ...bedrock.textBlock(0, 'Hel')),
  contentFiltered: bedrock.whole('content_filtered', ...bedrock.textBlock(0, 'Hel')),
  windowExceeded: bedrock.whole('model_context_window_exceeded', ...bedrock.textBlock(0, 'Hel')),
  empty: bedrock.whole('end_turn'),
  redactedReasoning: bedrock.whole(
    'end_turn',
    bedrock.delta(0, { reasoningContent: { redactedContent: 'c2ln' } }),
    bedrock.stop(0),
    ...bedrock.textBlock(1, 'Yes.'),
  ),
  cached: [
    bedrock.MESSAGE_START,
    ...bedrock.textBlock(0, 'Hi'),
    bedrock.messageStop('end_turn'),
    bedrock.metadata({
      inputTokens: 10,
      outputTokens: 7,
      totalTokens: 1_117,
      cacheReadInputTokens: 100,
      cacheWriteInputTokens: 1_000,
    }),
  ],
};

export const geminiStreams: Streams = {
  callAndStopAtOnce: [
    gemini.event({ ...gemini.parts(gemini.called({ name: 'f', args: { q: 1 } })), finishReason: 'STOP' }),
  ],
  callWithAnId: [gemini.said(gemini.called({ id: 'its-own', name: 'f', args: { q: 1 } })), gemini.finish('STOP')],
  cached: [
    gemini.said(gemini.saidText('Hi')),
    gemini.event(
      { ...gemini.parts({ text: '' }), finishReason: 'STOP' },
      gemini.usage({ cachedContentTokenCount: 4, thoughtsTokenCount: 3, totalTokenCount: 20 }),
    ),
  ],
  recitation: [gemini.said(gemini.saidText('Hel')), gemini.finish('RECITATION')],
  blocklist: [gemini.said(gemini.saidText('Hel')), gemini.finish('BLOCKLIST')],
  prohibited: [gemini.said(gemini.saidText('Hel')), gemini.finish('PROHIBITED_CONTENT')],
  textAroundACall: [
    gemini.said(gemini.saidText('Before. ')),
    gemini.said(gemini.called({ name: 'f', args: {} })),
    gemini.said(gemini.saidText('After.')),
    gemini.finish('STOP'),
  ],
  signedText: [
    gemini.said(gemini.thought('Hm.')),
    gemini.said({ text: 'Yes.', thoughtSignature: 'c2ln' }),
    gemini.finish('STOP'),
  ],
  ranCode: [
    gemini.said({ executableCode: { language: 'PYTHON', code: 'print(1)' } }),
    gemini.said({ codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1' } }),
    gemini.said(gemini.saidText('One.')),
    gemini.finish('STOP'),
  ],
  noPartsAtTheEnd: [gemini.said(gemini.saidText('Hi')), gemini.event({ finishReason: 'STOP' })],
};
