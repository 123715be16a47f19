/**
 * The compliance cases of OpenResponses, by the ids of their templates.
 * Source: https://www.openresponses.org/compliance (its suite is in no registry; the cases are its, the checks are ours).
 */
import { dataOf } from '../chat/support';
import { StreamCheck, wrongInResponse } from './responses';

type Json = Readonly<Record<string, unknown>>;

export interface Case {
  readonly input: readonly Json[];
  readonly tools?: readonly Json[];
  readonly stream?: boolean;
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

export const openResponsesCases: Readonly<Record<string, Case>> = {
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

/** The script of a fleet that calls the tool when it is asked for the weather. */
export const openResponsesScript = (prompt: string): string =>
  prompt.includes('weather')
    ? '<tool_call>{"name": "get_weather", "arguments": {"location": "San Francisco, CA"}}</tool_call>'
    : 'One two three.';

/** Asks a model at this address, with `/v1`, and expects what the case does. */
export async function checkOpenResponsesCase(
  { input, tools, stream = false, item, events = [] }: Case,
  { url, key, model }: { readonly url: string; readonly key: string; readonly model: string },
): Promise<void> {
  const response = await fetch(`${url}/responses`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, input, stream, ...(tools && { tools }) }),
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
}
