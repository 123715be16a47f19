/** What a Messages request asks of its target, and how large it is. */
import { own } from '../../plan/own';
import type { RequestNeed } from '../../policy/facts';
import { type JsonObject, isObject } from '../json';
import { isGiven } from '../openai-chat/mistakes';
import { type Attachment, type RequestSize, firstNumber, offersTools, requestSize } from '../request-size';

/** `bodyBytes` is the length of `text`, the body as written, in UTF-8. */
export function messagesSize(body: JsonObject, text: string, bodyBytes: number): RequestSize {
  const messages = Array.isArray(body['messages']) ? body['messages'].filter(isObject) : [];
  return requestSize({
    text,
    bodyBytes,
    attachments: messages.flatMap(({ content }) => attachmentsIn(content)),
    messages: messages.length,
    needs: [
      ...(offersTools(body) ? (['tools'] as const) : []),
      ...(formatOf(body) === undefined ? [] : (['json_schema'] as const)),
    ],
    maxTokens: firstNumber(body['max_tokens']),
  });
}

/** Of the answer, by its name of today or by that of the beta before. */
export function formatOf(body: JsonObject): unknown {
  const config = isObject(body['output_config']) ? body['output_config'] : {};
  const given = [config['format'], body['output_format']].find(isGiven);
  return given ?? undefined;
}

const BLOCK_NEEDS: Readonly<Record<string, RequestNeed>> = { image: 'images', document: 'pdf' };

/** Also within the results of tools, and within documents that are made of blocks. */
function attachmentsIn(content: unknown): Attachment[] {
  if (!Array.isArray(content)) return [];
  return content.filter(isObject).flatMap((block): Attachment[] => {
    const { type, source } = block;
    if (type === 'tool_result') return attachmentsIn(block['content']);
    const need = typeof type === 'string' ? own(BLOCK_NEEDS, type) : undefined;
    if (need === undefined || !isObject(source) || source['type'] === 'text') return [];
    if (source['type'] === 'content') return attachmentsIn(source['content']);
    const { data } = source;
    return [{ need, inlineBytes: typeof data === 'string' ? data.length : 0 }];
  });
}
