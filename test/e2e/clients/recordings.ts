/** Answers with whom reads them: recorded ones of providers, which may be absent, and our own small streams. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import * as path from 'node:path';
import type { Dialect } from '../../../lib/chat/dialect';
import { openAiChat } from '../../../lib/chat/openai-chat/pass-through';
import { anthropicMessages, bedrockConverse, geminiGenerateContent } from '../../chat/dialects';
import * as anthropic from '../../chat/streams/anthropic';
import * as bedrock from '../../chat/streams/bedrock';
import * as gemini from '../../chat/streams/gemini';
import * as openai from '../../chat/streams/openai';
import { anthropicStreams, bedrockStreams, geminiStreams, openaiStreams } from './hard-streams';
import { RECORDINGS } from './places';

export interface Recording {
  readonly name: string;
  /** The AI SDK's, by its name there. */
  readonly provider: string;
  readonly dialect: Dialect;
  readonly events: readonly string[];
}

export const arePresent = existsSync(RECORDINGS);

/** By folder. Recordings of OpenAI's protocol leave out the `[DONE]` that was sent. */
const PROVIDERS: readonly (readonly [provider: string, dialect: Dialect, end: readonly string[]])[] = [
  ['anthropic', anthropicMessages, []],
  ['amazon-bedrock', bedrockConverse, []],
  ['google', geminiGenerateContent, []],
  ['mistral', openAiChat, ['[DONE]']],
  ['groq', openAiChat, ['[DONE]']],
  ['deepseek', openAiChat, ['[DONE]']],
];

/** Recordings that no dialect reads: legacy completions are no chat. */
export const UNREAD = ['openai/openai-completion-text'];

const namesIn = (folder: string): string[] =>
  readdirSync(path.join(RECORDINGS, folder))
    .filter((file) => file.endsWith('.chunks.txt'))
    .map((file) => file.replace('.chunks.txt', ''));

function read(folder: string, name: string): string[] {
  const text = readFileSync(path.join(RECORDINGS, folder, `${name}.chunks.txt`), 'utf8');
  return text.split('\n').filter((line) => line !== '');
}

/** All that lie there, by folder and name. */
export const present: readonly string[] = arePresent
  ? readdirSync(RECORDINGS).flatMap((folder) => namesIn(folder).map((name) => `${folder}/${name}`))
  : [];

export const recorded: readonly Recording[] = !arePresent
  ? []
  : PROVIDERS.flatMap(([provider, dialect, end]) =>
      namesIn(provider).map((name) => ({
        name: `${provider}/${name}`,
        provider,
        dialect,
        events: [...read(provider, name), ...end],
      })),
    );

export interface WholeRecording extends Pick<Recording, 'name' | 'provider' | 'dialect'> {
  readonly text: string;
}

/** Answers that were not streamed; the others are errors, whose reading is no matter of taste. */
export const wholes: readonly WholeRecording[] = !arePresent
  ? []
  : PROVIDERS.flatMap(([provider, dialect]) =>
      readdirSync(path.join(RECORDINGS, provider))
        .filter((file) => file.endsWith('.json') && !/\d{3}/.test(file))
        .map((file) => ({
          name: `${provider}/${file}`,
          provider,
          dialect,
          text: readFileSync(path.join(RECORDINGS, provider, file), 'utf8'),
        })),
    );

const ownOf = (
  provider: string,
  dialect: Dialect,
  streams: Readonly<Record<string, readonly string[]>>,
): readonly Recording[] =>
  Object.entries(streams).map(([name, events]) => ({ name: `own/${provider}/${name}`, provider, dialect, events }));

const { text, textWithUsage, toolCall, twoChoices } = openai;
export const own: readonly Recording[] = [
  ...ownOf('openai-compatible', openAiChat, { text, textWithUsage, toolCall, twoChoices, ...openaiStreams }),
  ...ownOf('anthropic', anthropicMessages, {
    text: anthropic.text,
    thinking: anthropic.thinking,
    tools: anthropic.tools,
    cut: anthropic.whole('max_tokens', ...anthropic.textBlock(0, 'Hel')),
    refusal: anthropic.whole('refusal'),
    ...anthropicStreams,
  }),
  ...ownOf('amazon-bedrock', bedrockConverse, {
    text: bedrock.text,
    reasoning: bedrock.reasoning,
    tools: bedrock.tools,
    cut: bedrock.whole('max_tokens', ...bedrock.textBlock(0, 'Hel')),
    filtered: bedrock.whole('guardrail_intervened', ...bedrock.textBlock(0, 'No.')),
    ...bedrockStreams,
  }),
  ...ownOf('google', geminiGenerateContent, {
    text: gemini.text,
    thoughts: gemini.thoughts,
    tools: gemini.tools,
    toolsInPieces: gemini.toolsInPieces,
    twoCandidates: gemini.twoCandidates,
    cut: [gemini.said(gemini.saidText('Hel')), gemini.finish('MAX_TOKENS')],
    filtered: [gemini.said(gemini.saidText('Hel')), gemini.finish('SAFETY')],
    ...geminiStreams,
  }),
];
