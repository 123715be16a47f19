/** Why a candidate ended. Source: https://ai.google.dev/api/generate-content#FinishReason */
import type { HubFinish } from '../hub';

/**
 * Google stops an answer for many reasons and adds to them; what is neither the model's own end nor the limit was
 * stopped, and to call it a `stop` would say that it is whole.
 */
export function finishOf(reason: string, calledTools: boolean): HubFinish {
  if (reason === 'STOP') return calledTools ? 'tool_calls' : 'stop';
  return reason === 'MAX_TOKENS' ? 'length' : 'content_filter';
}

/** The model wrote something that is no answer: nobody's filter, and another attempt may do better. */
const FAILED: ReadonlySet<string> = new Set([
  'MALFORMED_FUNCTION_CALL',
  'MALFORMED_RESPONSE',
  'UNEXPECTED_TOOL_CALL',
  'TOO_MANY_TOOL_CALLS',
  'MISSING_THOUGHT_SIGNATURE',
]);

export const isFailure = (reason: string): boolean => FAILED.has(reason);
