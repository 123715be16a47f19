/** OpenAI's chat completions, asked of a target that speaks Anthropic's Messages API. */
import type { Dialect } from '../dialect';
import { hubStream } from '../hub-stream';
import { readCall } from '../openai-chat/read-request';
import { writeAnswer } from '../openai-chat/write-answer';
import { chunkWriter } from '../openai-chat/write-stream';
import { statusFault } from '../upstream-fault';
import { readMessage } from './read-answer';
import { MessagesStream } from './read-stream';
import { writeRequest } from './write-request';

export const anthropicMessages: Dialect = {
  path: () => '/v1/messages',
  request: (call) => writeRequest(readCall(call), call.model),
  answer({ createdSeconds }, text) {
    const read = readMessage(text);
    if (!read.ok) return read;
    const { answer } = read;
    return { ok: true, body: writeAnswer(answer, createdSeconds), usage: answer.usage, finish: answer.finish };
  },
  stream: (call) => hubStream(new MessagesStream(), chunkWriter(call)),
  fault: statusFault,
};
