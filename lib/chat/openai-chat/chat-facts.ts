/** What a chat completion asks of its target, read off the body without its text. */
import { own } from '../../plan/own';
import { type JsonObject, isObject } from '../json';
import type { RequestNeed } from '../../policy/facts';

export interface ChatFacts {
  readonly needs: readonly RequestNeed[];
  readonly promptTokensMax: number;
  readonly promptTokens: number;
  readonly maxTokens: number | null;
  readonly choices: number;
}

/** More than any provider of the catalogue charges for one image at its usual detail. */
const TOKENS_PER_IMAGE = 3_000;
/** A file that is only named may be as large as the largest context there is. */
const TOKENS_PER_NAMED_FILE = 1_000_000;
/** Role markers and separators that a chat template puts around a message. */
const TEMPLATE_TOKENS_PER_MESSAGE = 8;
const BYTES_PER_TOKEN = 4;

/** `bodyBytes` is the length of `text`, the body as written, in UTF-8. */
export function chatFacts(body: JsonObject, text: string, bodyBytes: number): ChatFacts {
  const needs = new Set<RequestNeed>();
  const messages = Array.isArray(body['messages']) ? (body['messages'] as unknown[]) : [];
  let images = 0;
  let imageBytes = 0;
  let fileBytes = 0;
  let namedFiles = 0;
  for (const message of messages) {
    const content = isObject(message) ? message['content'] : null;
    if (!Array.isArray(content)) continue;
    for (const part of content.filter(isObject)) {
      const need = typeof part['type'] === 'string' ? own(PART_NEEDS, part['type']) : undefined;
      if (need === undefined) continue;
      needs.add(need);
      const payload = inlineBytes(part);
      if (need === 'images') {
        images += 1;
        imageBytes += payload;
      } else {
        fileBytes += payload;
        namedFiles += payload === 0 ? 1 : 0;
      }
    }
  }
  if (Array.isArray(body['tools']) && body['tools'].length > 0) needs.add('tools');
  const format = isObject(body['response_format']) ? body['response_format']['type'] : null;
  if (format === 'json_schema' || format === 'json_object') needs.add(format);
  if (typeof body['n'] === 'number' && body['n'] > 1) needs.add('n');
  if (body['logprobs'] === true) needs.add('logprobs');

  const textBytes = bodyBytes - imageBytes;
  const imageTokens = images * TOKENS_PER_IMAGE;
  return {
    needs: [...needs],
    promptTokensMax:
      textBytes + imageTokens + namedFiles * TOKENS_PER_NAMED_FILE + messages.length * TEMPLATE_TOKENS_PER_MESSAGE,
    promptTokens: Math.ceil((textBytes - fileBytes - escapeBytes(text)) / BYTES_PER_TOKEN) + imageTokens,
    maxTokens: firstNumber(body['max_completion_tokens'], body['max_tokens']),
    choices: firstNumber(body['n']) ?? 1,
  };
}

const PART_NEEDS: Readonly<Record<string, RequestNeed>> = {
  image_url: 'images',
  file: 'pdf',
  input_audio: 'audio',
};

/** `\\u4e16` is six bytes in the body and three in the text. */
const BYTES_SAVED_PER_ESCAPE = 3;

/** About: an escaped backslash before a `u` counts too, so a bound must not lean on it. */
function escapeBytes(text: string): number {
  let escapes = 0;
  for (let at = text.indexOf('\\u'); at !== -1; at = text.indexOf('\\u', at + 2)) escapes += 1;
  return escapes * BYTES_SAVED_PER_ESCAPE;
}

/** The length of base64 data in a part: it is no text, and is charged by the piece. */
function inlineBytes(part: JsonObject): number {
  const source = [part['image_url'], part['file'], part['input_audio']].find(isObject);
  const data = source?.['url'] ?? source?.['file_data'] ?? source?.['data'];
  if (typeof data !== 'string') return 0;
  return data.startsWith('data:') || source?.['data'] !== undefined ? data.length : 0;
}

function firstNumber(...values: unknown[]): number | null {
  return values.find((value): value is number => typeof value === 'number') ?? null;
}
