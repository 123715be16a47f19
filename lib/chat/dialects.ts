/** How to speak to a target, by its protocol. */
import type { Protocol } from '../../config/vocabulary';
import { anthropicMessages } from './anthropic-messages/dialect';
import { bedrockConverse } from './bedrock-converse/dialect';
import type { Dialect } from './dialect';
import { geminiGenerateContent } from './gemini-generate-content/dialect';
import { openAiChat } from './openai-chat/pass-through';

export const dialects: Readonly<Record<Protocol, Dialect>> = {
  openai: openAiChat,
  anthropic: anthropicMessages,
  gemini: geminiGenerateContent,
  bedrock: bedrockConverse,
};
