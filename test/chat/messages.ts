/** Messages of a chat completion, as callers send them. */

export const user = (content: unknown): object => ({ role: 'user', content });
export const assistant = (content: unknown, ...calls: object[]): object => ({
  role: 'assistant',
  content,
  ...(calls.length > 0 && { tool_calls: calls }),
});
export const call = (id: string, args = '{}'): object => ({
  id,
  type: 'function',
  function: { name: 'f', arguments: args },
});
export const result = (id: string, content = 'r'): object => ({ role: 'tool', tool_call_id: id, content });

export const text = (value: string): object => ({ type: 'text', text: value });
