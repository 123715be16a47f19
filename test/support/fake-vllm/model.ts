/**
 * The fake's model: the answer is a pure function of the prompt, so two replicas that share nothing give the same one,
 * and a list of ids that stops inside an answer is continued with the rest of it.
 */
import { CONTROL, decode, encode, isControl, WORDS } from './tokenizer';

/** An answer, or how to make one. The prompt is the rendered text, chat template and all: look for words in it. */
export type Script = string | ((prompt: string) => string);

type Json = Readonly<Record<string, unknown>>;

/** The ids still to come after `ids`, the end mark with them. `choice` tells the answers of one request apart. */
export function continuation(ids: readonly number[], script: Script | undefined, choice = 0): number[] {
  const { prompt, given } = split(ids);
  const text = answerTo(decode(prompt), script, choice);
  const answer = encode(text);
  if (given.every((id, index) => id === answer[index])) return [...answer.slice(given.length), CONTROL.end];
  // Text that was tokenized anew differs at the seam; what counts is that it reads the same.
  const said = decode(given);
  const rest = text.startsWith(said) ? text.slice(said.length) : sentences(decode(ids));
  return [...encode(rest), CONTROL.end];
}

/** A text prompt as ids. It ends with the mark that begins an answer: how this fake tells a prompt from what follows. */
export const promptIds = (text: string): number[] => [CONTROL.begin, ...encode(text), CONTROL.assistant];

export interface ChatPrompt {
  readonly messages: readonly Json[];
  readonly tools?: readonly unknown[];
  readonly addGenerationPrompt: boolean;
  readonly continueFinalMessage: boolean;
}

/** The chat template. */
export function renderChat({ messages, tools, addGenerationPrompt, continueFinalMessage }: ChatPrompt): number[] {
  const ids: number[] = [CONTROL.begin];
  if (tools !== undefined && tools.length > 0) ids.push(CONTROL.tools, ...encode(JSON.stringify(tools)), CONTROL.end);
  for (const message of messages) {
    ids.push(roleMark(message['role']), ...encode(textOf(message['content'])));
    if (message['tool_calls'] !== undefined) ids.push(...encode(JSON.stringify(message['tool_calls'])));
    ids.push(CONTROL.end);
  }
  if (continueFinalMessage) ids.pop();
  if (addGenerationPrompt) ids.push(CONTROL.assistant);
  return ids;
}

/** A few sentences of the fixed vocabulary, chosen by a hash of the seed. Some words have characters of several bytes. */
export function sentences(seed: string): string {
  const draw = numbers(seed);
  const count = 4 + (draw() % 3);
  return Array.from({ length: count }, () => sentence(draw)).join(' ');
}

const RARE_WORDS = ['naïve', 'café', '東京', '🙂'];

function sentence(draw: () => number): string {
  const words = Array.from({ length: 6 + (draw() % 6) }, () =>
    draw() % 8 === 0 ? pick(RARE_WORDS, draw) : pick(WORDS, draw),
  );
  return `${words.join(' ')}.`;
}

const pick = (from: readonly string[], draw: () => number): string => from[draw() % from.length] ?? '';

/** A stream of numbers that the seed alone decides: FNV-1a, then xorshift. */
function numbers(seed: string): () => number {
  let state = 0x811c9dc5;
  for (const byte of Buffer.from(seed, 'utf8')) state = Math.imul(state ^ byte, 0x01000193);
  state = state === 0 ? 1 : state;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

function answerTo(prompt: string, script: Script | undefined, choice: number): string {
  if (typeof script === 'string') return script;
  if (script !== undefined) return script(prompt);
  return sentences(choice === 0 ? prompt : `${prompt}#${choice}`);
}

function split(ids: readonly number[]): { prompt: readonly number[]; given: readonly number[] } {
  const at = ids.lastIndexOf(CONTROL.assistant) + 1;
  const given = ids.slice(at);
  if (at === 0 || given.some(isControl)) return { prompt: ids, given: [] };
  return { prompt: ids.slice(0, at), given };
}

function roleMark(role: unknown): number {
  if (role === 'developer') return CONTROL.system;
  return CONTROL[role as 'system' | 'user' | 'assistant' | 'tool'] ?? CONTROL.user;
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return (content as Json[])
    .map((part) => (typeof part['text'] === 'string' ? part['text'] : `[${String(part['type'])}]`))
    .join('');
}
