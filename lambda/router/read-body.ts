/** The body as text and as JSON. What the parsed value does not show of the text is refused: it would go on unseen. */
import { isUtf8 } from 'node:buffer';
import type { Ingress } from '../../lib/chat/ingress';
import { checkedBody } from '../../lib/chat/checked-body';
import type { RouterPlan } from '../../lib/plan/types';
import type { RouterError } from '../../lib/policy/errors';
import { tooLarge } from '../../lib/policy/messages';
import type { CallerBody } from './call';
import type { RouterRequest } from './request';

export function readBody(
  { body, headers }: RouterRequest,
  ingress: Ingress,
  plan: RouterPlan,
): CallerBody | RouterError {
  if (body === 'too_large') return tooLarge(plan);
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    return { code: 'invalid_request', message: 'send the body without content-encoding', param: null };
  }
  if (!isUtf8(body)) return { code: 'invalid_json', message: 'the body is not UTF-8', param: null };
  const checked = checkedBody(body.toString('utf8'), ingress);
  return 'code' in checked ? checked : { ...checked, ingress };
}
