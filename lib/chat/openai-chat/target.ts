/** A target that speaks OpenAI's chat completions, asked by callers that speak something else. */
import type { HubTarget } from '../through-hub';
import { statusFault } from '../upstream-fault';
import { readAnswer } from './read-answer';
import { ChunkStream } from './read-stream';
import { writeRequest } from './write-request';

export const chatTarget: HubTarget = {
  toolNames: /^[a-zA-Z0-9_-]{1,64}$/,
  path: () => '/chat/completions',
  request: writeRequest,
  answer: readAnswer,
  stream: () => new ChunkStream(),
  fault: statusFault,
};
