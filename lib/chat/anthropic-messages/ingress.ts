/** `POST /v1/messages`: Anthropic's Messages API, as coding agents speak it. */
import type { Ingress } from '../ingress';
import { beginningOf } from './beginning';
import { checkMessagesBody } from './check-body';
import { anthropicErrors } from './error';
import { messagesSize } from './messages-size';
import { messagesPassThrough } from './pass-through';

export const messagesIngress: Ingress = {
  endpoint: 'messages',
  check: checkMessagesBody,
  size: messagesSize,
  beginning: beginningOf,
  passThrough: ({ protocol }) => (protocol === 'anthropic' ? messagesPassThrough : null),
  errors: anthropicErrors,
};
