/** `POST /v1/embeddings`. Only targets that speak OpenAI's protocol have it. */
import type { AnswerRead, Dialect, UpstreamFault } from '../dialect';
import type { Ingress } from '../ingress';
import { isObject, parseObject } from '../json';
import { checkCommon } from '../openai-chat/check-body';
import { openAiErrors } from '../openai-chat/error';
import { refuse } from '../openai-chat/mistakes';
import { readUsage } from '../openai-chat/usage';
import { requestSize } from '../request-size';
import { splice } from '../splice';
import { invalidFault, reportedFault, statusFault } from '../upstream-fault';

const dialect: Dialect = {
  path: () => '/embeddings',
  request({ text, model, metadata }) {
    const set = {
      model: JSON.stringify(model),
      ...(metadata !== undefined && metadata !== null && { metadata: JSON.stringify(metadata) }),
    };
    return { text: splice(text, { set, remove: metadata === null ? ['metadata'] : [] }), dropped: [], changed: [] };
  },
  answer: (_call, text) => readVectors(text),
  stream() {
    throw new Error('vectors are not streamed: the body was checked');
  },
  fault: statusFault,
};

function readVectors(text: string): AnswerRead | UpstreamFault {
  const body = parseObject(text);
  if (body === null) return invalidFault('the answer is not a JSON object');
  if (isObject(body['error'])) return reportedFault(body);
  if (!Array.isArray(body['data']) || body['data'].length === 0) return invalidFault('the answer has no vectors');
  return { ok: true, body: text, usage: readUsage(body['usage']), finish: null };
}

export const embeddingsIngress: Ingress = {
  endpoint: 'embeddings',
  check(body) {
    checkCommon(body);
    const { input, stream } = body;
    if (typeof input !== 'string' && !Array.isArray(input)) refuse('input', 'a string or an array', input);
    if (stream === true) refuse('stream', 'false: vectors are not streamed', stream);
  },
  size: (_body, text, bodyBytes) =>
    requestSize({ text, bodyBytes, attachments: [], messages: 0, needs: [], maxTokens: null }),
  beginning: ({ input }) => JSON.stringify(input).slice(0, BEGINNING),
  passThrough: ({ protocol }) => (protocol === 'openai' ? dialect : null),
  errors: openAiErrors,
};

const BEGINNING = 512;
