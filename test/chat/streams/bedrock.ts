/** Streams as Bedrock's ConverseStream has them, event by event; written for these tests. */

const json = (event: object): string => JSON.stringify(event);

export const MESSAGE_START = json({ messageStart: { role: 'assistant' } });

export const start = (block: number, toolUse?: object): string =>
  json({ contentBlockStart: { contentBlockIndex: block, start: toolUse === undefined ? {} : { toolUse } } });
export const delta = (block: number, change: object): string =>
  json({ contentBlockDelta: { contentBlockIndex: block, delta: change, p: 'abcdefgh' } });
export const stop = (block: number): string => json({ contentBlockStop: { contentBlockIndex: block } });
export const messageStop = (stopReason: string): string => json({ messageStop: { stopReason } });
export const metadata = (usage: object = { inputTokens: 10, outputTokens: 7, totalTokens: 17 }): string =>
  json({ metadata: { usage, metrics: { latencyMs: 5 } } });
export const exception = (type: string, message: string): string => json({ [type]: { message } });

/** A block of text has no start. */
export const textBlock = (block: number, ...texts: string[]): string[] => [
  ...texts.map((text) => delta(block, { text })),
  stop(block),
];
export const toolBlock = (block: number, id: string, ...pieces: string[]): string[] => [
  start(block, { toolUseId: id, name: `tool_${id}` }),
  ...pieces.map((input) => delta(block, { toolUse: { input } })),
  stop(block),
];

/** A whole answer around its content. */
export const whole = (stopReason: string, ...content: string[]): string[] => [
  MESSAGE_START,
  ...content,
  messageStop(stopReason),
  metadata(),
];

export const text = whole('end_turn', ...textBlock(0, 'Hello, ', '世界 🙂'));
export const reasoning = whole(
  'end_turn',
  delta(0, { reasoningContent: { text: 'Hm.' } }),
  delta(0, { reasoningContent: { signature: 'c2ln' } }),
  stop(0),
  ...textBlock(1, 'Yes.'),
);
export const tools = whole(
  'tool_use',
  ...textBlock(0, 'Looking.'),
  ...toolBlock(1, 'a', '', '{"q":', '12345678901234567890}'),
  ...toolBlock(2, 'b', ''),
);
