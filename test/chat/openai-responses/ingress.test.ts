import { responsesIngress } from '../../../lib/chat/openai-responses/ingress';
import type { JsonObject } from '../../../lib/chat/json';
import type { RequestSize } from '../../../lib/chat/request-size';
import { CallerMistake } from '../../../lib/chat/dialect';
import { detectors } from '../../../lib/policy/detectors';
import { readFacts } from '../../../lib/policy/read-facts';
import { collectTexts } from '../../../lib/policy/texts';
import { planOf } from '../../support/plans';
import { dataOf } from '../support';

const PNG = `data:image/png;base64,${'A'.repeat(4_000)}`;

function sizeOf(body: JsonObject): RequestSize {
  const text = JSON.stringify({ model: 'auto', input: 'hello', ...body });
  return responsesIngress.size(JSON.parse(text) as JsonObject, text, Buffer.byteLength(text));
}

test.each<[string, JsonObject, readonly string[]]>([
  ['text', {}, []],
  ['tools', { tools: [{ type: 'web_search' }] }, ['tools']],
  ['JSON', { text: { format: { type: 'json_object' } } }, ['json_object']],
  ['JSON by a schema', { text: { format: { type: 'json_schema' } } }, ['json_schema']],
  ['probabilities', { include: ['message.output_text.logprobs'] }, ['logprobs']],
  ['likeliest tokens', { top_logprobs: 2 }, ['logprobs']],
  ['no likeliest tokens', { top_logprobs: 0, include: ['reasoning.encrypted_content'] }, []],
  ['an image', { input: [{ role: 'user', content: [{ type: 'input_image', image_url: PNG }] }] }, ['images']],
  ['a file', { input: [{ role: 'user', content: [{ type: 'input_file', file_id: 'f' }] }] }, ['pdf']],
  ['sound', { input: [{ role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'AA' } }] }] }, ['audio']],
  [
    'an image of a tool',
    { input: [{ type: 'function_call_output', output: [{ type: 'input_image', image_url: PNG }] }] },
    ['images'],
  ],
])('what it needs: %s', (_name, body, needs) => {
  expect(sizeOf(body).needs).toEqual(needs);
});

test('an image is charged by the piece, not by its length', () => {
  const input = (url: string): JsonObject => ({
    input: [{ role: 'user', content: [{ type: 'input_image', image_url: url }] }],
  });
  expect(sizeOf(input(PNG)).promptTokens).toBe(sizeOf(input('data:image/png;base64,A')).promptTokens);
});

test('what is stored elsewhere may be as large as the largest context', () => {
  const plain = sizeOf({}).promptTokensMax;
  for (const stored of [{ previous_response_id: 'resp_1' }, { input: [{ type: 'item_reference', id: 'msg_1' }] }]) {
    expect(sizeOf(stored).promptTokensMax).toBeGreaterThan(plain + 900_000);
  }
});

test('the limit is `max_output_tokens`', () => {
  expect([sizeOf({ max_output_tokens: 20 }).maxTokens, sizeOf({}).maxTokens]).toEqual([20, null]);
});

test('a conversation begins with its instructions and what the user says first', () => {
  const input = [
    { role: 'developer', content: 'D' },
    { role: 'user', content: [{ type: 'input_text', text: 'U' }] },
  ];
  expect(responsesIngress.beginning({ instructions: 'I', input: [...input, { role: 'user', content: 'X' }] })).toBe(
    'IDU',
  );
  expect(responsesIngress.beginning({ input: 'U' })).toBe('U');
});

test('only a target that speaks this API too is asked in it', () => {
  expect(responsesIngress.passThrough({ protocol: 'openai', responses: true })).not.toBeNull();
  expect(responsesIngress.passThrough({ protocol: 'openai', responses: false })).toBeNull();
});

test('an input may be left out where something stored stands for it, and an answer for later is refused', () => {
  const check = (body: JsonObject): void => responsesIngress.check({ model: 'auto', ...body });
  expect(() => check({ prompt: { id: 'pmpt_1' } })).not.toThrow();
  expect(() => check({})).toThrow(CallerMistake);
  expect(() => check({ input: 'a', background: true })).toThrow('background');
});

test('a failure before anything was sent is event 0, told where either kind of client looks', () => {
  const error = { code: 'waking', message: 'm', param: 'model' } as const;
  const told = { message: 'm', type: 'server_error', param: 'model', code: 'waking' };
  expect(JSON.parse(responsesIngress.errors.body(error, 'r'))).toEqual({ error: told });
  const event = responsesIngress.errors.event(error, 'r');
  expect(event).toMatch(/^event: error\n/);
  expect(JSON.parse(dataOf(event)[0] ?? '')).toEqual({
    type: 'error',
    sequence_number: 0,
    code: 'waking',
    message: 'm',
    param: 'model',
    error: told,
  });
});

/** Each place of a request where text can stand, by the path of the only card number in it. */
const CARD = '4111 1111 1111 1111';
const PLACES: readonly (readonly [where: string, body: JsonObject])[] = [
  ['input', { input: CARD }],
  ['instructions', { instructions: CARD }],
  ['input[0].content', { input: [{ role: 'developer', content: CARD }] }],
  ['input[0].content[0].text', { input: [{ role: 'user', content: [{ type: 'input_text', text: CARD }] }] }],
  [
    'input[0].content[0].image_url',
    { input: [{ role: 'user', content: [{ type: 'input_image', image_url: `https://x.example/?c=${CARD}` }] }] },
  ],
  ['input[0].content[0].filename', { input: [{ role: 'user', content: [{ type: 'input_file', filename: CARD }] }] }],
  [
    'input[0].content[0].file_url',
    { input: [{ role: 'user', content: [{ type: 'input_file', file_url: `https://x.example/${CARD}` }] }] },
  ],
  [
    'input[0].content[0].file_data',
    { input: [{ role: 'user', content: [{ type: 'input_file', file_data: `data:text/plain;base64,${btoa(CARD)}` }] }] },
  ],
  ['input[0].content[0].text', { input: [{ role: 'assistant', content: [{ type: 'output_text', text: CARD }] }] }],
  ['input[0].content[0].refusal', { input: [{ role: 'assistant', content: [{ type: 'refusal', refusal: CARD }] }] }],
  ['input[0].arguments', { input: [{ type: 'function_call', arguments: JSON.stringify({ card: CARD }) }] }],
  ['input[0].input', { input: [{ type: 'custom_tool_call', input: CARD }] }],
  ['input[0].output', { input: [{ type: 'function_call_output', output: CARD }] }],
  [
    'input[0].output[0].text',
    { input: [{ type: 'function_call_output', output: [{ type: 'input_text', text: CARD }] }] },
  ],
  ['input[0].summary[0].text', { input: [{ type: 'reasoning', summary: [{ type: 'summary_text', text: CARD }] }] }],
  ['input[0].content[0].text', { input: [{ type: 'reasoning', content: [{ type: 'reasoning_text', text: CARD }] }] }],
  ['input[0].queries[0]', { input: [{ type: 'file_search_call', queries: [CARD] }] }],
  ['input[0].encrypted_content', { input: [{ type: 'reasoning', encrypted_content: CARD }] }],
  ['input[0].stdout', { input: [{ type: 'shell_call_output', stdout: CARD }] }],
  ['tools[0].description', { tools: [{ type: 'function', name: 'f', description: CARD }] }],
  [
    'tools[0].parameters.properties.*.enum[0]',
    { tools: [{ type: 'function', parameters: { properties: { x: { enum: [CARD] } } } }] },
  ],
  [
    'text.format.schema.properties.*.description',
    { text: { format: { schema: { properties: { x: { description: CARD } } } } } },
  ],
  ['prompt.variables.*', { prompt: { id: 'p', variables: { who: CARD } } }],
  ['metadata.*', { metadata: { note: CARD } }],
  ['user', { user: CARD }],
  ['prompt_cache_key', { prompt_cache_key: CARD }],
  ['safety_identifier', { safety_identifier: CARD }],
];

test.each(PLACES)('F1 a card number is seen at %s', (where, body) => {
  expect(collectTexts(body).some((found) => found.where === where && found.text.includes(CARD))).toBe(true);
  const given = { model: 'auto', input: 'hello', ...body };
  const text = JSON.stringify(given);
  const plan = planOf({ sensitivity: { default: 'public' } });
  const facts = readFacts({
    plan,
    detectors: detectors(plan.sensitivity),
    ingress: responsesIngress,
    tenant: 'local',
    keyFloor: 'public',
    body: given,
    bodyText: text,
    bodyBytes: Buffer.byteLength(text),
    headers: {},
    nowMs: () => 0,
  });
  expect(facts).toMatchObject({ endpoint: 'responses', detected: [{ where }] });
});

test('F3 a number that is cut between parts of a message is seen', () => {
  const content = [
    { type: 'input_text', text: '4111 1111 ' },
    { type: 'input_text', text: '1111 1111' },
  ];
  expect(collectTexts({ input: [{ role: 'user', content }] }).map(({ text }) => text)).toContain(CARD);
});
