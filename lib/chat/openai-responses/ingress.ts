/** `POST /v1/responses` */
import type { Ingress } from '../ingress';
import { beginningOf } from './beginning';
import { checkResponsesBody } from './check-body';
import { responsesErrors } from './error';
import { openAiResponses } from './pass-through';
import { responseSize } from './response-size';

export const responsesIngress: Ingress = {
  endpoint: 'responses',
  check: checkResponsesBody,
  size: responseSize,
  beginning: beginningOf,
  passThrough: ({ responses }) => (responses ? openAiResponses : null),
  errors: responsesErrors,
};
