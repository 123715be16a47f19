/** What a request for a response asks of its target, and how large it is. */
import type { RequestNeed } from '../../policy/facts';
import { type JsonObject, isObject } from '../json';
import { isGiven } from '../openai-chat/mistakes';
import {
  type Attachment,
  type RequestSize,
  attachmentsIn,
  dataUrlBytes,
  firstNumber,
  offersTools,
  requestSize,
} from '../request-size';
import { STORED } from './check-body';

/** `bodyBytes` is the length of `text`, the body as written, in UTF-8. */
export function responseSize(body: JsonObject, text: string, bodyBytes: number): RequestSize {
  const items = Array.isArray(body['input']) ? body['input'].filter(isObject) : [];
  return requestSize({
    text,
    bodyBytes,
    attachments: items.flatMap(attachmentsOf),
    messages: Math.max(items.length, 1) + (isGiven(body['instructions']) ? 1 : 0),
    needs: needsOf(body),
    maxTokens: firstNumber(body['max_output_tokens']),
    storedTexts:
      STORED.filter((name) => isGiven(body[name])).length +
      items.filter(({ type }) => type === 'item_reference').length,
  });
}

/** By which the probabilities of the text's tokens are asked for. */
export const LOGPROBS = 'message.output_text.logprobs';

export function asksForLogprobs({ include, top_logprobs: top }: JsonObject): boolean {
  return (Array.isArray(include) && include.includes(LOGPROBS)) || (typeof top === 'number' && top > 0);
}

function needsOf(body: JsonObject): RequestNeed[] {
  const needs: RequestNeed[] = offersTools(body) ? ['tools'] : [];
  const format = isObject(body['text']) && isObject(body['text']['format']) ? body['text']['format']['type'] : null;
  if (format === 'json_schema' || format === 'json_object') needs.push(format);
  if (asksForLogprobs(body)) needs.push('logprobs');
  return needs;
}

const PART_NEEDS: Readonly<Record<string, RequestNeed>> = {
  input_image: 'images',
  input_file: 'pdf',
  input_audio: 'audio',
};

/** Those of a message stand in its content, those of a tool's result in its output. */
function attachmentsOf(item: JsonObject): Attachment[] {
  const parts = [item['content'], item['output']].flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []));
  return attachmentsIn(parts, PART_NEEDS, inlineBytes);
}

function inlineBytes(part: JsonObject): number {
  const audio = isObject(part['input_audio']) ? part['input_audio']['data'] : null;
  if (typeof audio === 'string') return audio.length;
  return dataUrlBytes(part['image_url'] ?? part['file_data']);
}
