/** A target that speaks Anthropic's Messages API. */
import type { HubTarget } from '../through-hub';
import { statusFault } from '../upstream-fault';
import { readMessage } from './read-answer';
import { MessagesStream } from './read-stream';
import { writeRequest } from './write-request';

export const anthropicTarget: HubTarget = {
  toolNames: /^[a-zA-Z0-9_-]{1,64}$/,
  path: () => '/v1/messages',
  request: (request, { model }) => writeRequest(request, model),
  answer: readMessage,
  stream: () => new MessagesStream(),
  fault: statusFault,
};
