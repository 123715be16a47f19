/**
 * OpenAI's chat completions, asked of a target that speaks Gemini's `generateContent`.
 * Source: https://ai.google.dev/api/generate-content
 */
import type { ChatCall, Dialect } from '../dialect';
import { hubStream } from '../hub-stream';
import { readCall } from '../openai-chat/read-request';
import { writeAnswer } from '../openai-chat/write-answer';
import { chunkWriter } from '../openai-chat/write-stream';
import { readFault } from './fault';
import { readAnswer } from './read-answer';
import { GenerateContentStream } from './read-stream';
import { writeRequest } from './write-request';

export const geminiGenerateContent: Dialect = {
  path,
  request: (call) => writeRequest(readCall(call), call.model),
  answer(call, text) {
    const read = readAnswer(text, call);
    if (!read.ok) return read;
    const { answer } = read;
    return { ok: true, body: writeAnswer(answer, call.createdSeconds), usage: answer.usage, finish: answer.finish };
  },
  stream: (call) => hubStream(new GenerateContentStream(call), chunkWriter(call)),
  fault: readFault,
};

/** The model's name may be the caller's own (`gemini/*`): nothing of it leaves its segment of the path. */
function path({ model, body }: ChatCall): string {
  const method = body['stream'] === true ? 'streamGenerateContent?alt=sse' : 'generateContent';
  return `/v1beta/models/${encodeURIComponent(model.toWellFormed())}:${method}`;
}
