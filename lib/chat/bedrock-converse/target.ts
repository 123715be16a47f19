/** A target that speaks Bedrock's Converse. */
import type { HubTarget } from '../through-hub';
import { statusFault } from '../upstream-fault';
import { checkModelId } from './model-id';
import { readAnswer } from './read-answer';
import { ConverseStream } from './read-stream';
import { writeRequest } from './write-request';

/** Source: Bedrock API reference, "Converse" and "ConverseStream". */
export const bedrockTarget: HubTarget = {
  toolNames: /^[a-zA-Z0-9_-]{1,64}$/,
  path: ({ model, body }) =>
    `/model/${encodeURIComponent(model)}/${body['stream'] === true ? 'converse-stream' : 'converse'}`,
  framing: 'event-stream',
  request(request, { model }) {
    checkModelId(model);
    return writeRequest(request, model);
  },
  answer: readAnswer,
  stream: (call) => new ConverseStream(call),
  fault: statusFault,
};
