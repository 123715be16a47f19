/** What a refused request is told: which rule, and the way out. */
import type { RouterPlan } from '../plan/types';
import type { Decision } from './decide';
import type { ErrorCode, RouterError } from './errors';

export function refusal(
  plan: RouterPlan,
  decision: Decision & { readonly error: ErrorCode },
  asked: string,
): RouterError {
  const { error: code } = decision;
  const skipped = decision.chain.map(({ model, reason }) => `${model}: ${reason}`).join(', ');
  const say = (message: string, param: string | null = null): RouterError => ({ code, message, param });
  switch (code) {
    case 'model_not_found':
      return say(`the model \`${asked}\` does not exist; GET /v1/models lists what does`, 'model');
    case 'model_not_allowed':
      return say(`this key may not use \`${asked}\`; GET /v1/models lists what it may`, 'model');
    case 'boundary_forbidden':
      if (decision.chain.every(({ reason }) => reason === 'not_in_lane')) {
        return say(`the sealed lane reaches your own fleets only (${skipped})`, 'model');
      }
      return say(
        `a ${decision.class.value} request may go no further than \`${plan.sensitivity.allow[decision.class.value]}\` (${skipped})`,
      );
    case 'use_sealed_endpoint':
      return say('requests of this key are all restricted: send them to /sealed/v1');
    case 'no_capable_target':
      return say(`no model can do what the request needs (${skipped})`);
    case 'context_length_exceeded':
      return say(`the prompt and its answer fit no model's context (${skipped})`, 'messages');
    case 'budget_exhausted':
      return say(`the budget is used up (${skipped})`);
    default:
      return { code, message: `no target is available (${skipped})`, param: null, retryAfterSeconds: 1 };
  }
}

export const tooLarge = ({ limits }: RouterPlan): RouterError => ({
  code: 'request_too_large',
  message: `the body is larger than ${limits.maxBodyBytes} bytes; send images by URL where the model takes them, or less history`,
  param: null,
});
