/** OpenAI's chat completions, asked of a target that speaks Bedrock's Converse. */
import type { Dialect } from '../dialect';
import { hubStream } from '../hub-stream';
import { readCall } from '../openai-chat/read-request';
import { writeAnswer } from '../openai-chat/write-answer';
import { chunkWriter } from '../openai-chat/write-stream';
import { statusFault } from '../upstream-fault';
import { checkModelId } from './model-id';
import { readAnswer } from './read-answer';
import { ConverseStream } from './read-stream';
import { writeRequest } from './write-request';

/** Source: Bedrock API reference, "Converse" and "ConverseStream". */
export const bedrockConverse: Dialect = {
  path: ({ model, body }) =>
    `/model/${encodeURIComponent(model)}/${body['stream'] === true ? 'converse-stream' : 'converse'}`,
  framing: 'event-stream',
  request(call) {
    checkModelId(call.model);
    return writeRequest(readCall(call), call.model);
  },
  answer(call, text) {
    const read = readAnswer(text, call);
    if (!read.ok) return read;
    const { answer } = read;
    return { ok: true, body: writeAnswer(answer, call.createdSeconds), usage: answer.usage, finish: answer.finish };
  },
  stream: (call) => hubStream(new ConverseStream(call), chunkWriter(call)),
  fault: statusFault,
};
