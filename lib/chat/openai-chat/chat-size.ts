/** What a chat completion asks of its target, and how large it is. */
import type { RequestNeed } from '../../policy/facts';
import { type JsonObject, isObject } from '../json';
import {
  type Attachment,
  type RequestSize,
  attachmentsIn,
  dataUrlBytes,
  firstNumber,
  offersTools,
  requestSize,
} from '../request-size';

/** `bodyBytes` is the length of `text`, the body as written, in UTF-8. */
export function chatSize(body: JsonObject, text: string, bodyBytes: number): RequestSize {
  const messages = Array.isArray(body['messages']) ? (body['messages'] as unknown[]) : [];
  return requestSize({
    text,
    bodyBytes,
    attachments: messages.flatMap(attachmentsOf),
    messages: messages.length,
    needs: needsOf(body),
    maxTokens: firstNumber(body['max_completion_tokens'], body['max_tokens']),
    choices: firstNumber(body['n']) ?? 1,
  });
}

function needsOf(body: JsonObject): RequestNeed[] {
  const needs: RequestNeed[] = offersTools(body) ? ['tools'] : [];
  const format = isObject(body['response_format']) ? body['response_format']['type'] : null;
  if (format === 'json_schema' || format === 'json_object') needs.push(format);
  if (typeof body['n'] === 'number' && body['n'] > 1) needs.push('n');
  if (body['logprobs'] === true) needs.push('logprobs');
  return needs;
}

const PART_NEEDS: Readonly<Record<string, RequestNeed>> = {
  image_url: 'images',
  file: 'pdf',
  input_audio: 'audio',
};

function attachmentsOf(message: unknown): Attachment[] {
  const content = isObject(message) ? message['content'] : null;
  return Array.isArray(content) ? attachmentsIn(content, PART_NEEDS, inlineBytes) : [];
}

function inlineBytes(part: JsonObject): number {
  const source = [part['image_url'], part['file'], part['input_audio']].find(isObject);
  const data = source?.['data'];
  if (typeof data === 'string') return data.length;
  return dataUrlBytes(source?.['url'] ?? source?.['file_data']);
}
