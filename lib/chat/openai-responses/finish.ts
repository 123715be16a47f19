import { type JsonObject, isObject } from '../json';

/** Why a response ended, in the hub's words; `null`: it did not. */
export function finishOf({ status, incomplete_details: details, output }: JsonObject): string | null {
  if (status === 'incomplete') {
    const reason = isObject(details) ? details['reason'] : null;
    return reason === 'content_filter' ? reason : 'length';
  }
  if (status !== 'completed') return null;
  const items = Array.isArray(output) ? output.filter(isObject) : [];
  return items.some(({ type }) => type === 'function_call' || type === 'custom_tool_call') ? 'tool_calls' : 'stop';
}
