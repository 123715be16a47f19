/** `POST /v1/chat/completions` */
import type { Ingress } from '../ingress';
import { beginningOf } from './beginning';
import { chatSize } from './chat-size';
import { checkChatBody } from './check-body';
import { openAiErrors } from './error';
import { openAiChat } from './pass-through';

export const chatIngress: Ingress = {
  endpoint: 'chat',
  check: checkChatBody,
  size: chatSize,
  beginning: beginningOf,
  passThrough: ({ protocol }) => (protocol === 'openai' ? openAiChat : null),
  errors: openAiErrors,
};
