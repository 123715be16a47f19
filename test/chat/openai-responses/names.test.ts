/** What targets say of a request comes back in the caller's own words. */
import { CallerMistake, type Dialect, type JsonObject } from '../../../lib/chat/dialect';
import { anthropicTarget } from '../../../lib/chat/anthropic-messages/target';
import { bedrockTarget } from '../../../lib/chat/bedrock-converse/target';
import { geminiTarget } from '../../../lib/chat/gemini-generate-content/target';
import { chatTarget } from '../../../lib/chat/openai-chat/target';
import { responsesCaller } from '../../../lib/chat/openai-responses/caller';
import { throughHub } from '../../../lib/chat/through-hub';
import { askOf } from './support';

const anthropic = throughHub(responsesCaller, anthropicTarget);
const bedrock = throughHub(responsesCaller, bedrockTarget);
const gemini = throughHub(responsesCaller, geminiTarget);
const chat = throughHub(responsesCaller, chatTarget);

function mistakeOf(dialect: Dialect, body: JsonObject): CallerMistake {
  try {
    dialect.request(askOf(body));
  } catch (error) {
    if (error instanceof CallerMistake) return error;
    throw error;
  }
  throw new Error('it was taken');
}

const user = (content: unknown): JsonObject => ({ role: 'user', content });
const call = (id: string, rest: JsonObject = {}): JsonObject => ({
  type: 'function_call',
  call_id: id,
  name: 'f',
  arguments: '{}',
  ...rest,
});
const output = (id: string): JsonObject => ({ type: 'function_call_output', call_id: id, output: 'o' });
const image = (url: string): JsonObject => ({ type: 'input_image', image_url: url });

test.each<[string, Dialect, JsonObject, string]>([
  [
    'an image elsewhere',
    gemini,
    {
      instructions: 'i',
      input: [user('a'), user([{ type: 'input_text', text: 'b' }, image('https://x.example/a.png')])],
    },
    'input[1].content[1].image_url',
  ],
  [
    'an image of another type',
    bedrock,
    { input: [user([image('data:image/tiff;base64,AA')])] },
    'input[0].content[0].image_url',
  ],
  [
    'a file of another type',
    anthropic,
    { input: [user([{ type: 'input_file', file_data: 'data:video/mp4;base64,AA' }])] },
    'input[0].content[0].file_data',
  ],
  [
    'an image of a tool',
    gemini,
    { input: [call('a'), { ...output('a'), output: [image('https://x.example/a.png')] }] },
    'input[1].output[0].image_url',
  ],
  [
    'arguments that are no object',
    anthropic,
    {
      input: [
        { role: 'assistant', content: 'a' },
        call('a'),
        call('b', { arguments: '[1]' }),
        output('a'),
        output('b'),
      ],
    },
    'input[2].arguments',
  ],
  ['a call without a result', anthropic, { input: [user('a'), call('a'), user('b')] }, 'input[1]'],
  ['a result without a call', anthropic, { input: [user('a'), output('a')] }, 'input[1].call_id'],
  ['JSON without a schema', anthropic, { text: { format: { type: 'json_object' } } }, 'text.format.type'],
  ['probabilities', anthropic, { include: ['message.output_text.logprobs'] }, 'include'],
])('%s', (_name, dialect, body, param) => {
  const { param: found, message } = mistakeOf(dialect, body);
  expect(found).toBe(param);
  expect(message).toContain(`'${param}'`);
});

test('what a target leaves out and changes has the names of this API', () => {
  const tool = { type: 'function', name: 'f', strict: true };
  const thought = { type: 'reasoning', summary: [{ text: 'hm' }], encrypted_content: 'x' };
  const body = {
    tools: [tool],
    input: [user('a'), thought, { role: 'assistant', content: 'b' }, user('c')],
    reasoning: { effort: 'high', summary: 'auto' },
    text: { verbosity: 'low' },
    store: true,
    truncation: 'auto',
    include: ['file_search_call.results', 'reasoning.encrypted_content'],
    temperature: 2,
  };
  const { dropped, changed } = anthropic.request(askOf(body));
  expect([...dropped].sort()).toEqual([
    'include',
    'input.reasoning',
    'reasoning.effort',
    'reasoning.encrypted_content',
    'reasoning.summary',
    'store',
    'text.verbosity',
    'tools.strict',
    'truncation',
  ]);
  expect(changed).toEqual(['max_output_tokens', 'temperature']);
});

test('what asks for nothing that is not so is not listed', () => {
  const body = { store: false, background: false, truncation: 'disabled', top_logprobs: 0, metadata: { a: 'b' } };
  for (const dialect of [anthropic, bedrock, gemini, chat]) expect(dialect.request(askOf(body)).dropped).toEqual([]);
});

test('chat completions are asked for with what they share', () => {
  const body = {
    instructions: 'i',
    input: 'u',
    max_output_tokens: 20,
    text: { verbosity: 'low', format: { type: 'json_schema', name: 'n', schema: { type: 'object' }, strict: true } },
    reasoning: { effort: 'low' },
    include: ['message.output_text.logprobs'],
    top_logprobs: 2,
    stream: true,
  };
  expect(JSON.parse(chat.request(askOf(body)).text)).toEqual({
    model: 'target-model',
    messages: [
      { role: 'system', content: 'i' },
      { role: 'user', content: 'u' },
    ],
    max_tokens: 20,
    response_format: { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' }, strict: true } },
    reasoning_effort: 'low',
    verbosity: 'low',
    logprobs: true,
    top_logprobs: 2,
    stream: true,
    stream_options: { include_usage: true },
  });
});
