/**
 * What of a body OpenAI's own API would refuse: fields of engines, and those by which callers speak to Claude. What is not
 * known here goes on, so that a parameter of OpenAI's works on the day it appears.
 *
 * Source of the first: vLLM's online serving reference, "Chat API, extra parameters", of 2026-11-22.
 */
import { parseExactly } from '../exact-json';
import { type JsonObject, isObject } from '../json';

const ENGINE_FIELDS: ReadonlySet<string> = new Set([
  'add_generation_prompt',
  'add_special_tokens',
  'allowed_token_ids',
  'bad_words',
  'cache_salt',
  'chat_template',
  'chat_template_kwargs',
  'continue_final_message',
  'documents',
  'echo',
  'guided_choice',
  'guided_decoding_backend',
  'guided_grammar',
  'guided_json',
  'guided_regex',
  'guided_whitespace_pattern',
  'ignore_eos',
  'include_reasoning',
  'include_stop_str_in_output',
  'kv_transfer_params',
  'length_penalty',
  'min_p',
  'min_tokens',
  'mm_processor_kwargs',
  'prompt_logprobs',
  'repetition_penalty',
  'return_token_ids',
  'return_tokens_as_token_ids',
  'skip_special_tokens',
  'spaces_between_special_tokens',
  'stop_token_ids',
  'structural_tag',
  'structured_outputs',
  'top_k',
  'truncate_prompt_tokens',
  'use_beam_search',
  'vllm_xargs',
]);

/** Of messages, their parts and tools. */
const CLAUDE_FIELDS = ['cache_control', 'thinking_blocks'] as const;

export interface OwnFields {
  /** Top-level fields to take out. */
  readonly remove: readonly string[];
  /** JSON text by top-level field, in place of the caller's. */
  readonly set: Readonly<Record<string, string>>;
  /** By the caller's name. */
  readonly dropped: readonly string[];
}

export function ownFields(body: JsonObject, text: string): OwnFields {
  const remove = Object.keys(body).filter((name) => ENGINE_FIELDS.has(name));
  // Only a body that has one of them is written anew, and only its messages and tools.
  if (!CLAUDE_FIELDS.some((name) => text.includes(`"${name}"`))) return { remove, set: {}, dropped: remove };
  const taken = new Set<string>();
  const exact = parseExactly(text) ?? {};
  const set: Record<string, string> = {};
  for (const place of ['messages', 'tools']) {
    const value = exact[place];
    if (!Array.isArray(value)) continue;
    const here = new Set<string>();
    const rest = value.map((item: unknown) => withoutFields(item, here));
    if (here.size > 0) set[place] = JSON.stringify(rest);
    here.forEach((name) => taken.add(name));
  }
  return { remove, set, dropped: [...remove, ...taken] };
}

/** A message or a tool, and what it holds directly: never the arguments, schemas and texts of callers. */
function withoutFields(item: unknown, taken: Set<string>): unknown {
  if (!isObject(item)) return item;
  const kept = without(item, taken);
  const { content, function: declared } = kept;
  return {
    ...kept,
    ...(Array.isArray(content) && {
      content: content.map((part: unknown) => (isObject(part) ? without(part, taken) : part)),
    }),
    ...(isObject(declared) && { function: without(declared, taken) }),
  };
}

function without(object: JsonObject, taken: Set<string>): JsonObject {
  const found = CLAUDE_FIELDS.filter((name) => Object.hasOwn(object, name));
  if (found.length === 0) return object;
  found.forEach((name) => taken.add(name));
  return Object.fromEntries(Object.entries(object).filter(([name]) => !found.some((one) => one === name)));
}
