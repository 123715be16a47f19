/** Streams as Anthropic's Messages API has them, event by event; written for these tests. */

const json = (event: object): string => JSON.stringify(event);

export function messageStart(usage: object = { input_tokens: 10, output_tokens: 1 }): string {
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude', content: [], usage };
  return json({ type: 'message_start', message });
}

export function messageDelta(
  stopReason: string | null,
  usage: object = { output_tokens: 7 },
  more: object = {},
): string {
  return json({ type: 'message_delta', delta: { stop_reason: stopReason, stop_sequence: null, ...more }, usage });
}

export const start = (index: number, block: object): string =>
  json({ type: 'content_block_start', index, content_block: block });
export const delta = (index: number, change: object): string =>
  json({ type: 'content_block_delta', index, delta: change });
export const stop = (index: number): string => json({ type: 'content_block_stop', index });

export const PING = json({ type: 'ping' });
export const MESSAGE_STOP = json({ type: 'message_stop' });

export const textBlock = (index: number, text: string): string[] => [
  start(index, { type: 'text', text: '' }),
  delta(index, { type: 'text_delta', text }),
  stop(index),
];
export const toolBlock = (index: number, id: string, ...pieces: string[]): string[] => [
  start(index, { type: 'tool_use', id, name: `tool_${id}`, input: {} }),
  ...pieces.map((piece) => delta(index, { type: 'input_json_delta', partial_json: piece })),
  stop(index),
];

/** A whole answer around its content. */
export const whole = (stopReason: string, ...content: string[]): string[] => [
  messageStart(),
  PING,
  ...content,
  messageDelta(stopReason),
  MESSAGE_STOP,
];

export const text = whole('end_turn', ...textBlock(0, 'Hello, 世界 🙂'));
export const thinking = whole(
  'end_turn',
  start(0, { type: 'thinking', thinking: '', signature: '' }),
  delta(0, { type: 'thinking_delta', thinking: 'Hm.' }),
  delta(0, { type: 'signature_delta', signature: 'c2ln' }),
  stop(0),
  ...textBlock(1, 'Yes.'),
);
export const tools = whole(
  'tool_use',
  ...textBlock(0, 'Looking.'),
  ...toolBlock(1, 'a', '', '{"q":', '12345678901234567890}'),
  ...toolBlock(2, 'b', ''),
);
