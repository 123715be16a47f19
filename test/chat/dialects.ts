/** Chat completions asked of each target through the hub. */
import { anthropicTarget } from '../../lib/chat/anthropic-messages/target';
import { bedrockTarget } from '../../lib/chat/bedrock-converse/target';
import { geminiTarget } from '../../lib/chat/gemini-generate-content/target';
import { chatCaller } from '../../lib/chat/openai-chat/caller';
import { chatTarget } from '../../lib/chat/openai-chat/target';
import { throughHub } from '../../lib/chat/through-hub';

export const anthropicMessages = throughHub(chatCaller, anthropicTarget);
export const bedrockConverse = throughHub(chatCaller, bedrockTarget);
export const geminiGenerateContent = throughHub(chatCaller, geminiTarget);
/** What a caller of another protocol goes through: chat completions have a way of their own, past the hub. */
export const openAiThroughHub = throughHub(chatCaller, chatTarget);
