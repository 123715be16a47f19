/**
 * The compliance cases of OpenResponses, by the ids of their templates, against a fleet behind the hub.
 * Source: https://www.openresponses.org/compliance (its suite is in no registry; the cases are its, the checks are ours).
 */
import { dataOf } from '../chat/support';
import { type FakeVllm, startFakeVllm } from '../support/fake-vllm';
import { configOf } from '../support/plans';
import { StreamCheck, wrongInResponse } from '../support/responses';
import { KEY, type TestRouter, startRouter } from '../support/router';

type Json = Readonly<Record<string, unknown>>;

interface Case {
  readonly input: readonly Json[];
  readonly tools?: readonly Json[];
  readonly stream?: true;
  /** What must be among the items. */
  readonly item: 'message' | 'function_call';
  /** What must be among the events. */
  readonly events?: readonly string[];
}

const said = (role: string, content: unknown): Json => ({ type: 'message', role, content });
const WEATHER: Json = {
  type: 'function',
  name: 'get_weather',
  description: 'The weather at a place',
  parameters: { type: 'object', properties: { location: { type: 'string' } }, required: ['location'] },
};
const PNG =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const WEATHER_ASKED = [said('user', 'How is the weather in San Francisco?')];

const CASES: Readonly<Record<string, Case>> = {
  'basic-response': { input: [said('user', 'Say hello in three words.')], item: 'message' },
  'streaming-response': {
    input: [said('user', 'Count from 1 to 5.')],
    stream: true,
    item: 'message',
    events: ['response.output_text.delta', 'response.output_text.done'],
  },
  'system-prompt': { input: [said('system', 'Speak like a pirate.'), said('user', 'Say hello.')], item: 'message' },
  'tool-calling': { input: WEATHER_ASKED, tools: [WEATHER], item: 'function_call' },
  'tool-calling-streaming': {
    input: WEATHER_ASKED,
    tools: [WEATHER],
    stream: true,
    item: 'function_call',
    events: [
      'response.output_item.added',
      'response.function_call_arguments.delta',
      'response.function_call_arguments.done',
      'response.output_item.done',
    ],
  },
  'image-input': {
    input: [
      said('user', [
        { type: 'input_text', text: 'What is this?' },
        { type: 'input_image', image_url: PNG },
      ]),
    ],
    item: 'message',
  },
  'multi-turn': {
    input: [said('user', 'My name is Alice.'), said('assistant', 'Hello Alice!'), said('user', 'What is my name?')],
    item: 'message',
  },
};

let fleet: FakeVllm;
let router: TestRouter;

beforeAll(async () => {
  fleet = await startFakeVllm({
    script: (prompt) =>
      prompt.includes('weather')
        ? '<tool_call>{"name": "get_weather", "arguments": {"location": "San Francisco, CA"}}</tool_call>'
        : 'One two three.',
  });
  const config = configOf({
    fleets: { eyes: { model: 'Qwen/Qwen3-VL-8B-Instruct', endpoints: [fleet.url] } },
    providers: {},
    models: { eyes: { fleet: 'eyes' } },
    routes: [{ name: 'default', to: ['eyes'] }],
  });
  router = await startRouter(config);
});

afterAll(async () => {
  await router.close();
  await fleet.stop();
});

test.each(Object.entries(CASES))('%s', async (_id, { input, tools, stream = false, item, events = [] }) => {
  const response = await fetch(`${router.url}/responses`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'eyes', input, stream, ...(tools && { tools }) }),
  });
  const text = await response.text();
  expect({ status: response.status, text }).toMatchObject({ status: 200 });
  const told = stream ? dataOf(text) : [];
  const check = new StreamCheck(told);
  const whole = (stream ? check.final : JSON.parse(text)) as Json;
  if (stream) expect(check.wrong).toEqual([]);
  expect(wrongInResponse(whole)).toEqual([]);
  expect(whole['status']).toBe('completed');
  expect((whole['output'] as Json[]).map(({ type }) => type)).toContain(item);
  const types = told.slice(0, -1).map((data) => (JSON.parse(data) as Json)['type']);
  expect(types).toEqual(expect.arrayContaining(events));
});
