/** Streams of every target as a caller of the Messages API gets them: whole, and broken off anywhere. */
import { messagesCaller } from '../../../lib/chat/anthropic-messages/caller';
import { anthropicTarget } from '../../../lib/chat/anthropic-messages/target';
import { messagesPassThrough } from '../../../lib/chat/anthropic-messages/pass-through';
import { bedrockTarget } from '../../../lib/chat/bedrock-converse/target';
import type { Dialect } from '../../../lib/chat/dialect';
import { geminiTarget } from '../../../lib/chat/gemini-generate-content/target';
import { chatTarget } from '../../../lib/chat/openai-chat/target';
import { throughHub } from '../../../lib/chat/through-hub';
import * as anthropic from '../streams/anthropic';
import * as bedrock from '../streams/bedrock';
import * as gemini from '../streams/gemini';
import * as openai from '../streams/openai';
import { bytesOf, run, runEvents } from '../support';
import { messagesCall, readMessageEvents } from './events';

const toChat = throughHub(messagesCaller, chatTarget);
const toAnthropic = throughHub(messagesCaller, anthropicTarget);
const toBedrock = throughHub(messagesCaller, bedrockTarget);
const toGemini = throughHub(messagesCaller, geminiTarget);
const CALL = messagesCall({ stream: true });

const TEXT = [{ type: 'text', text: 'Hello, 世界 🙂' }];
const THOUGHT = [
  { type: 'thinking', thinking: 'Hm.' },
  { type: 'text', text: 'Yes.' },
];
const calls = (...inputs: string[]): object[] => [
  { type: 'text', text: 'Looking.' },
  ...inputs.map((input, index) => ({ type: 'tool_use', name: ['tool_a', 'tool_b'][index], input })),
];
const BIG = '{"q":12345678901234567890}';

test.each<[string, Dialect, readonly string[], object[], string]>([
  ['openai text', toChat, openai.textWithUsage, TEXT, 'end_turn'],
  [
    'openai tool call',
    toChat,
    openai.toolCall,
    [{ type: 'tool_use', id: 'call_1', name: 'f', input: '{"big":12345678901234567890}' }],
    'tool_use',
  ],
  ['anthropic text', toAnthropic, anthropic.text, TEXT, 'end_turn'],
  ['anthropic thinking', toAnthropic, anthropic.thinking, THOUGHT, 'end_turn'],
  ['anthropic tools', toAnthropic, anthropic.tools, calls(BIG, '{}'), 'tool_use'],
  ['anthropic text as it came', messagesPassThrough, anthropic.text, TEXT, 'end_turn'],
  ['anthropic thinking as it came', messagesPassThrough, anthropic.thinking, THOUGHT, 'end_turn'],
  ['bedrock text', toBedrock, bedrock.text, TEXT, 'end_turn'],
  ['bedrock reasoning', toBedrock, bedrock.reasoning, THOUGHT, 'end_turn'],
  ['bedrock tools', toBedrock, bedrock.tools, calls(BIG, '{}'), 'tool_use'],
  ['gemini text', toGemini, gemini.text, TEXT, 'end_turn'],
  ['gemini thoughts', toGemini, gemini.thoughts, THOUGHT, 'end_turn'],
  ['gemini tools', toGemini, gemini.tools, calls('{"q":1}', '{}'), 'tool_use'],
  ['gemini tools in pieces', toGemini, gemini.toolsInPieces, [{ name: 'tool_a' }, { name: 'tool_b' }], 'tool_use'],
])('%s is a whole message, and broken off anywhere none', (_, dialect, events, content, stopReason) => {
  const whole = runEvents(dialect, CALL, events);
  expect(whole.last).toMatchObject({ ended: true });
  const message =
    dialect === messagesPassThrough ? readMessageEvents(withNames(whole.out)) : readMessageEvents(whole.out);
  expect(message).toMatchObject({
    content,
    stopReason,
    isWhole: true,
    message: { role: 'assistant', type: 'message' },
  });
  expect(message.content).toHaveLength(content.length);

  const bytes = bytesOf(events, dialect);
  const step = Math.ceil(bytes.length / 150);
  const lastEvent = bytesOf(events.slice(0, -1), dialect).length;
  const wrong: unknown[] = [];
  for (let cut = 0; cut < bytes.length - 2; cut += cut >= lastEvent ? 1 : step) {
    const { out, last } = run(dialect, CALL, [bytes.slice(0, cut)]);
    const isAnnounced = dialect === toBedrock && last.ended === true;
    if (isAnnounced) continue;
    const isBroken = last.fault?.kind === 'truncated' && last.ended === undefined && whole.out.startsWith(out);
    if (!isBroken || out.includes('message_stop') || /"stop_reason":"/.test(out) !== isTold(dialect, out))
      wrong.push({ cut });
  }
  expect(wrong).toEqual([]);
});

/** What a target said itself goes on as it came; through the hub the reason waits for the end. */
const isTold = (dialect: Dialect, out: string): boolean =>
  dialect === messagesPassThrough && out.includes('message_delta');

/** Our own small streams have no names before their data. */
const withNames = (out: string): string =>
  out.replace(/^data: (\{"type":"(\w+)")/gm, (_line, head: string, type: string) => `event: ${type}\ndata: ${head}`);

test('an error in the middle ends it there, and the names of events go on as they came', () => {
  const reader = messagesPassThrough.stream(CALL);
  const [start = '', , block = ''] = anthropic.text;
  expect(reader.read('message_start', start).out).toBe(`event: message_start\ndata: ${start}\n\n`);
  expect(reader.read('content_block_start', block)).toMatchObject({ content: true });
  const error = JSON.stringify({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } });
  expect(reader.read('error', error)).toMatchObject({ out: '', fault: { status: 503 } });
});

test('as it came: usage and finish are read, a block of any kind is content, a second beginning is not told', () => {
  const search = { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} };
  const events = [
    anthropic.messageStart(),
    anthropic.messageStart({ input_tokens: 12, output_tokens: 1 }),
    anthropic.start(0, search),
    anthropic.stop(0),
    anthropic.messageDelta('end_turn'),
    anthropic.MESSAGE_STOP,
  ];
  const { out, usage, finish, content } = runEvents(messagesPassThrough, CALL, events);
  expect(out.match(/message_start/g)).toHaveLength(1);
  expect([finish, usage]).toMatchObject(['stop', { promptTokens: 12, completionTokens: 7 }]);
  expect(content[0]).toBe(false);
  expect(content[1]).toBe(true);
});
