/** Claude's sealed thoughts through the Responses API: told as OpenAI tells its own, and taken back. */
import type { JsonObject } from '../../../lib/chat/dialect';
import { anthropicTarget } from '../../../lib/chat/anthropic-messages/target';
import { geminiTarget } from '../../../lib/chat/gemini-generate-content/target';
import { responsesCaller } from '../../../lib/chat/openai-responses/caller';
import { throughHub } from '../../../lib/chat/through-hub';
import * as anthropic from '../streams/anthropic';
import { dataOf, runEvents } from '../support';
import { askOf } from './support';

const dialect = throughHub(responsesCaller, anthropicTarget);
const CLAUDE = 'claude-sonnet-5';

const delta = (change: JsonObject): string => anthropic.delta(0, change);
const STREAM = anthropic.whole(
  'tool_use',
  anthropic.start(0, { type: 'thinking', thinking: '', signature: '' }),
  delta({ type: 'thinking_delta', thinking: 'Hm.' }),
  delta({ type: 'signature_delta', signature: 'sig' }),
  anthropic.stop(0),
  anthropic.start(1, { type: 'redacted_thinking', data: 'dark' }),
  anthropic.stop(1),
  ...anthropic.toolBlock(2, 'toolu_1', '{}'),
);

interface Completed {
  readonly type: string;
  readonly response: { readonly output: readonly JsonObject[] };
}

function streamed(): readonly JsonObject[] {
  const { out } = runEvents(dialect, askOf({ stream: true }, { model: CLAUDE }), STREAM);
  const events = dataOf(out).filter((data) => data !== '[DONE]');
  return events.map((data) => JSON.parse(data) as Completed).find(({ type }) => type === 'response.completed')!.response
    .output;
}

test('B18 they are items with their seal, streamed and whole alike', () => {
  const content = [
    { type: 'thinking', thinking: 'Hm.', signature: 'sig' },
    { type: 'redacted_thinking', data: 'dark' },
    { type: 'tool_use', id: 'toolu_1', name: 'f', input: {} },
  ];
  const text = JSON.stringify({ id: 'm', model: 'm', content, stop_reason: 'tool_use', usage: {} });
  const whole = dialect.answer(askOf({}, { model: CLAUDE }), text) as { body: string };
  for (const output of [streamed(), (JSON.parse(whole.body) as { output: JsonObject[] }).output]) {
    expect(output).toMatchObject([
      { type: 'reasoning', content: [{ type: 'reasoning_text', text: 'Hm.' }], encrypted_content: 'hub-signature:sig' },
      { type: 'reasoning', content: [], encrypted_content: 'hub-redacted:dark' },
      { type: 'function_call' },
    ]);
  }
});

test('B18 sent back they are the blocks that they were, and nobody else gets them', () => {
  const result = { type: 'function_call_output', call_id: 'toolu_1', output: 'x' };
  const body = { input: [{ role: 'user', content: 'q' }, ...streamed(), result] };
  const sent = JSON.parse(dialect.request(askOf(body, { model: CLAUDE })).text) as { messages: JsonObject[] };
  expect(sent.messages[1]).toMatchObject({
    role: 'assistant',
    content: [
      { type: 'thinking', thinking: 'Hm.', signature: 'sig' },
      { type: 'redacted_thinking', data: 'dark' },
      { type: 'tool_use', id: 'toolu_1' },
    ],
  });
  const { text, dropped } = throughHub(responsesCaller, geminiTarget).request(askOf(body));
  expect(text).not.toMatch(/sig|dark/);
  expect(dropped).toContain('input.reasoning');
});

test("OpenAI's own seal goes to nobody else, and is listed", () => {
  const body = {
    input: [
      { type: 'reasoning', summary: [], encrypted_content: 'gAAA' },
      { role: 'user', content: 'q' },
    ],
  };
  const { text, dropped } = dialect.request(askOf(body));
  expect(text).not.toContain('gAAA');
  expect(dropped).toContain('reasoning.encrypted_content');
});
