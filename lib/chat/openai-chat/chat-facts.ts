/** What a chat completion asks of its target, read off the body without its text. */
import type { JsonObject } from '../json';
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
/** Role markers and separators that a chat template puts around a message. */
const TEMPLATE_TOKENS_PER_MESSAGE = 8;
const BYTES_PER_TOKEN = 4;

/** `bodyBytes` is the length of the body in UTF-8, of which the text can be no more than a part. */
export function chatFacts(body: JsonObject, bodyBytes: number): ChatFacts {
  const needs = new Set<RequestNeed>();
  const messages = Array.isArray(body['messages']) ? (body['messages'] as unknown[]) : [];
  let images = 0;
  let payloadBytes = 0;
  for (const message of messages) {
    const content = (message as { content?: unknown } | null)?.content;
    if (!Array.isArray(content)) continue;
    for (const part of content as Record<string, unknown>[]) {
      const need = PART_NEEDS[String(part?.['type'])];
      if (need === undefined) continue;
      needs.add(need);
      images += 1;
      payloadBytes += inlineBytes(part);
    }
  }
  if (Array.isArray(body['tools']) && body['tools'].length > 0) needs.add('tools');
  const format = (body['response_format'] as { type?: unknown } | null | undefined)?.type;
  if (format === 'json_schema' || format === 'json_object') needs.add(format);
  if (typeof body['n'] === 'number' && body['n'] > 1) needs.add('n');
  if (body['logprobs'] === true) needs.add('logprobs');

  const textBytes = bodyBytes - payloadBytes;
  const extra = images * TOKENS_PER_IMAGE;
  return {
    needs: [...needs],
    promptTokensMax: textBytes + extra + messages.length * TEMPLATE_TOKENS_PER_MESSAGE,
    promptTokens: Math.ceil(textBytes / BYTES_PER_TOKEN) + extra,
    maxTokens: firstNumber(body['max_completion_tokens'], body['max_tokens']),
    choices: firstNumber(body['n']) ?? 1,
  };
}

const PART_NEEDS: Readonly<Record<string, RequestNeed | undefined>> = {
  image_url: 'images',
  file: 'pdf',
  input_audio: 'audio',
};

/** The length of base64 data in a part: it is no text, and is charged by the piece. */
function inlineBytes(part: Record<string, unknown>): number {
  const source = (part['image_url'] ?? part['file'] ?? part['input_audio']) as Record<string, unknown> | undefined;
  const data = source?.['url'] ?? source?.['file_data'] ?? source?.['data'];
  if (typeof data !== 'string') return 0;
  return data.startsWith('data:') || source?.['data'] !== undefined ? data.length : 0;
}

function firstNumber(...values: unknown[]): number | null {
  return values.find((value): value is number => typeof value === 'number') ?? null;
}
