/** Why a chat completion ended, in the hub's terms. */
import type { HubFinish } from '../hub';

/** vLLM's finish reason for what it gave up while shutting down. It is no answer, not even an empty one. */
export const ABORTED = 'abort';

/** DeepSeek's, for an answer that it broke off for want of machines. */
export const isGivenUp = (reason: unknown): boolean => reason === 'insufficient_system_resource';

const FINISH: Readonly<Record<string, HubFinish>> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool_calls',
  function_call: 'tool_calls',
  content_filter: 'content_filter',
};

/** Engines that were made to call a tool say `stop`; what is not known still says that the model stopped by itself. */
export function finishOf(reason: string, hasCalls: boolean): HubFinish {
  const finish = (Object.hasOwn(FINISH, reason) ? FINISH[reason] : undefined) ?? 'stop';
  return finish === 'stop' && hasCalls ? 'tool_calls' : finish;
}
