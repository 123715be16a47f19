/** Chat completions as callers send them: one thing that OpenAI's protocol has in each. */
import { assistant, call, result, text, user } from '../../chat/messages';

const FUNCTION = { name: 'f', description: 'Does f.', parameters: { type: 'object', properties: {} } };
const TOOLS = [{ type: 'function', function: FUNCTION }];
const SCHEMA = {
  type: 'object',
  properties: { name: { type: 'string' } },
  required: ['name'],
  additionalProperties: false,
};
const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const image = (detail?: string): object => ({
  type: 'image_url',
  image_url: { url: PIXEL, ...(detail !== undefined && { detail }) },
});
const saying = (...messages: object[]): object => ({ messages });

export const chatBodies: Readonly<Record<string, object>> = {
  'nothing but a message': {},
  'a system message': saying({ role: 'system', content: 'Be short.' }, user('hi')),
  'a developer message': saying({ role: 'developer', content: 'Be short.' }, user('hi')),
  'a system message in parts': saying({ role: 'system', content: [text('Be'), text('short.')] }, user('hi')),
  'names of speakers': saying({ ...user('hi'), name: 'ada' }),
  'a conversation': saying(user('hi'), assistant('Hello!'), user('bye')),
  'text in parts': saying(user([text('hi'), text('there')])),
  'an image': saying(user([text('what is it?'), image()])),
  'an image looked at closely': saying(user([image('high'), text('what is it?')])),
  streamed: { stream: true },
  'streamed, with usage': { stream: true, stream_options: { include_usage: true } },
  'streamed, without usage': { stream: true, stream_options: { include_usage: false } },
  'max_tokens, the old name of the limit': { max_tokens: 10 },
  max_completion_tokens: { max_completion_tokens: 10 },
  'both names of the limit': { max_tokens: 10, max_completion_tokens: 20 },
  'numbers of sampling': { temperature: 0.5, top_p: 0.9, presence_penalty: -1, frequency_penalty: 1 },
  'nulls where they may be': { temperature: null, stop: null, max_tokens: null, seed: null, logit_bias: null },
  'several answers': { n: 2 },
  'log probabilities': { logprobs: true, top_logprobs: 5 },
  'a seed': { seed: 42 },
  'one stop string': { stop: 'END' },
  'several stop strings': { stop: ['END', '\n\n'] },
  'a bias of tokens': { logit_bias: { '50256': -100 } },
  'an end user': { user: 'user-1' },
  tools: { tools: TOOLS },
  'a strict tool': { tools: [{ type: 'function', function: { ...FUNCTION, parameters: SCHEMA, strict: true } }] },
  'a tool without parameters': { tools: [{ type: 'function', function: { name: 'f' } }] },
  'a tool that must be called': { tools: TOOLS, tool_choice: { type: 'function', function: { name: 'f' } } },
  'some tool that must be called': { tools: TOOLS, tool_choice: 'required', parallel_tool_calls: false },
  'tools that must not be called': { tools: TOOLS, tool_choice: 'none' },
  'tools, streamed': { tools: TOOLS, stream: true },
  'a call and its result': { tools: TOOLS, ...saying(user('hi'), assistant(null, call('a')), result('a')) },
  'parallel calls and their results': {
    tools: TOOLS,
    ...saying(
      user('hi'),
      assistant('Looking.', call('a'), call('b', '{"q":1}')),
      result('a'),
      result('b'),
      user('so?'),
    ),
  },
  'a result in parts': {
    tools: TOOLS,
    ...saying(user('hi'), assistant(null, call('a')), { role: 'tool', tool_call_id: 'a', content: [text('r')] }),
  },
  'a refusal in the history': saying(user('hi'), { role: 'assistant', refusal: 'No.', content: null }, user('please')),
  JSON: { response_format: { type: 'json_object' }, ...saying(user('as JSON please')) },
  'plain text by name': { response_format: { type: 'text' } },
  'an answer by schema': {
    response_format: { type: 'json_schema', json_schema: { name: 'place', strict: true, schema: SCHEMA } },
  },
  'an effort of reasoning': { reasoning_effort: 'low' },
  'a verbosity': { verbosity: 'low' },
  'a tier of service': { service_tier: 'auto' },
  'stored, with metadata': { store: true, metadata: { purpose: 'eval' } },
  'a task for the router': { metadata: { task: 'coding' } },
  'a task for the router beside metadata': { store: true, metadata: { task: 'coding', purpose: 'eval' } },
  'a prediction': { prediction: { type: 'content', content: 'x = 1' } },
  'a key of the prompt cache': { prompt_cache_key: 'k', safety_identifier: 's' },
};

/** What OpenAI's API does not take, with the place where it is wrong. */
export const invalidBodies: Readonly<Record<string, readonly [body: object, place: string]>> = {
  'messages that are text': [{ messages: 'hello' }, 'messages'],
  'a temperature that is a word': [{ temperature: 'hot' }, 'temperature'],
  'an effort that nobody knows': [{ reasoning_effort: 'enormous' }, 'reasoning_effort'],
  'a format without its schema': [{ response_format: { type: 'json_schema' } }, 'response_format'],
};
