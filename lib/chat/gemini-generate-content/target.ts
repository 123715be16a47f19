/**
 * A target that speaks Gemini's `generateContent`.
 * Source: https://ai.google.dev/api/generate-content
 */
import type { ChatCall } from '../dialect';
import type { HubTarget } from '../through-hub';
import { readFault } from './fault';
import { readAnswer } from './read-answer';
import { GenerateContentStream } from './read-stream';
import { writeRequest } from './write-request';

export const geminiTarget: HubTarget = {
  toolNames: /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}$/,
  path,
  request: (request, { model }) => writeRequest(request, model),
  answer: readAnswer,
  stream: (call) => new GenerateContentStream(call),
  fault: readFault,
};

/** The model's name may be the caller's own (`gemini/*`): nothing of it leaves its segment of the path. */
function path({ model, body }: ChatCall): string {
  const method = body['stream'] === true ? 'streamGenerateContent?alt=sse' : 'generateContent';
  return `/v1beta/models/${encodeURIComponent(model.replace(/\p{Surrogate}/gu, '\ufffd'))}:${method}`;
}
