/** Names that a target refuses, there and back. */
import type { JsonObject } from '../../lib/chat/dialect';
import { anthropicMessages, bedrockConverse, geminiGenerateContent, openAiThroughHub } from './dialects';
import { assemble, callOf, runEvents } from './support';
import * as anthropic from './streams/anthropic';

const tool = (name: string): JsonObject => ({ type: 'function', function: { name } });
const asking = (...names: readonly string[]): JsonObject => ({ tools: names.map(tool) });
const history = (name: string): readonly JsonObject[] => [
  { role: 'user', content: 'q' },
  { role: 'assistant', tool_calls: [{ id: 'a', function: { name, arguments: '{}' } }] },
  { role: 'tool', tool_call_id: 'a', content: 'x' },
];
const namesIn = (text: string): string[] => [...text.matchAll(/"name":"([^"]*)"/g)].map(([, name]) => name ?? '');

test.each<[string, string, typeof anthropicMessages]>([
  ['Anthropic', 'files.read', anthropicMessages],
  ['Bedrock', 'mcp:search', bedrockConverse],
  ['Gemini', '1st', geminiGenerateContent],
  ['OpenAI', 'ü', openAiThroughHub],
])('%s is offered another name, and called by it in the history', (_, name, dialect) => {
  const { text } = dialect.request(callOf({ ...asking(name, 'other'), messages: history(name) }));
  const names = namesIn(text);
  expect(names).not.toContain(name);
  expect(names).toContain('other');
  expect(names.filter((one) => one === names[0]).length).toBeGreaterThanOrEqual(2);
});

test('C21 what is called is told under its own name, streamed and not', () => {
  const call = callOf({ ...asking('files.read', 'files_read'), stream: true });
  const sent = namesIn(anthropicMessages.request(call).text);
  expect(new Set(sent)).toEqual(new Set(['files_read_2', 'files_read']));
  const events = anthropic
    .whole('tool_use', ...anthropic.toolBlock(0, 'toolu_1', '{}'))
    .map((event) => event.replace(/"name":"[^"]*"/, '"name":"files_read_2"'));
  expect(assemble(runEvents(anthropicMessages, call, events).chunks).calls).toMatchObject([{ name: 'files.read' }]);
  const content = [
    { type: 'tool_use', id: 'a', name: 'files_read_2', input: {} },
    { type: 'tool_use', id: 'b', name: 'files_read', input: {} },
  ];
  const whole = anthropicMessages.answer(
    call,
    JSON.stringify({ id: 'm', model: 'm', content, stop_reason: 'tool_use', usage: {} }),
  );
  expect(namesIn((whole as { body: string }).body)).toEqual(['files.read', 'files_read']);
});

test('names that only their end tells apart stay apart', () => {
  const long = 'x'.repeat(80);
  const names = namesIn(anthropicMessages.request(callOf(asking(`${long}1`, `${long}2`))).text);
  expect(new Set(names).size).toBe(2);
  for (const name of names) expect(name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
});

test('a tool that must be called is asked for by its other name', () => {
  const choice = { type: 'function', function: { name: 'a.b' } };
  const { text } = anthropicMessages.request(callOf({ ...asking('a.b'), tool_choice: choice }));
  expect(JSON.parse(text)).toMatchObject({ tools: [{ name: 'a_b' }], tool_choice: { type: 'tool', name: 'a_b' } });
});

test('names that the target takes stay', () => {
  for (const name of ['a.b', '_a:b-c', 'x'.repeat(128)]) {
    expect(namesIn(geminiGenerateContent.request(callOf(asking(name))).text)).toEqual([name]);
  }
});
