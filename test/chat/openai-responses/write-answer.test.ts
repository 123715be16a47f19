import type { HubAnswer } from '../../../lib/chat/hub';
import { responsesCaller } from '../../../lib/chat/openai-responses/caller';
import { wrongInResponse } from '../../support/responses';
import { CREATED_SECONDS } from '../support';
import { USAGE, askOf } from './support';

const ANSWER: HubAnswer = {
  id: 'msg_1',
  model: 'claude',
  parts: [{ kind: 'text', text: 'hello' }],
  finish: 'stop',
  refusal: null,
  usage: USAGE,
};

function answered(answer: Partial<HubAnswer> = {}, call = askOf()): Record<string, unknown> {
  const response = JSON.parse(responsesCaller.answer({ ...ANSWER, ...answer }, call)) as Record<string, unknown>;
  expect(wrongInResponse(response)).toEqual([]);
  return response;
}

test('a response says what was asked for, with what the API takes where nothing was said', () => {
  expect(answered()).toEqual({
    id: 'resp_1',
    object: 'response',
    created_at: CREATED_SECONDS,
    completed_at: null,
    status: 'completed',
    error: null,
    incomplete_details: null,
    model: 'claude',
    output: [
      {
        type: 'message',
        id: 'msg_1_0',
        status: 'completed',
        role: 'assistant',
        content: [{ type: 'output_text', text: 'hello', annotations: [], logprobs: [] }],
      },
    ],
    previous_response_id: null,
    instructions: null,
    tools: [],
    tool_choice: 'auto',
    parallel_tool_calls: true,
    max_output_tokens: null,
    max_tool_calls: null,
    temperature: 1,
    top_p: 1,
    presence_penalty: 0,
    frequency_penalty: 0,
    top_logprobs: 0,
    text: { format: { type: 'text' } },
    reasoning: { effort: null, summary: null },
    truncation: 'disabled',
    service_tier: 'default',
    store: false,
    background: false,
    metadata: {},
    safety_identifier: null,
    prompt_cache_key: null,
    usage: {
      input_tokens: 9,
      input_tokens_details: { cached_tokens: 4, cache_write_tokens: 0 },
      output_tokens: 3,
      output_tokens_details: { reasoning_tokens: 2 },
      total_tokens: 12,
    },
  });
});

test('it repeats the request as the policy changed it, and says that nothing is stored', () => {
  const body = {
    instructions: 'be brief',
    tools: [{ type: 'function', name: 'f' }],
    tool_choice: 'required',
    parallel_tool_calls: false,
    max_output_tokens: 900,
    temperature: 0.2,
    text: { format: { type: 'json_object' }, verbosity: 'low' },
    reasoning: { effort: 'high', summary: 'auto' },
    truncation: 'auto',
    store: true,
    metadata: { task: 'code', team: 'a' },
    user: 'u',
  };
  const policy = { set: { max_tokens: 100, temperature: 0 }, metadata: { team: 'a' } };
  expect(answered({}, askOf(body, policy))).toMatchObject({
    instructions: 'be brief',
    tools: [{ type: 'function', name: 'f', description: null, parameters: null, strict: false }],
    tool_choice: 'required',
    parallel_tool_calls: false,
    max_output_tokens: 100,
    temperature: 0,
    text: body.text,
    reasoning: { effort: 'high', summary: null },
    truncation: 'disabled',
    store: false,
    metadata: { team: 'a' },
    user: 'u',
  });
});

test('thoughts, text, calls and a refusal are items in their order', () => {
  const parts: HubAnswer['parts'] = [
    { kind: 'reasoning', text: 'hm' },
    { kind: 'text', text: 'a' },
    { kind: 'text', text: 'b' },
    {
      kind: 'tool_call',
      id: 'call_1',
      name: 'f',
      argumentsJson: '{"big":12345678901234567890}',
      thoughtSignature: 's',
    },
  ];
  expect(answered({ parts, finish: 'tool_calls', refusal: 'no' })['output']).toMatchObject([
    { type: 'reasoning', id: 'rs_1_0', summary: [], content: [{ type: 'reasoning_text', text: 'hm' }] },
    { type: 'message', id: 'msg_1_1', content: [{ text: 'ab' }] },
    {
      type: 'function_call',
      id: 'fc_1_2',
      call_id: 'call_1',
      arguments: '{"big":12345678901234567890}',
      extra_content: { google: { thought_signature: 's' } },
    },
    { type: 'message', id: 'msg_1_3', content: [{ type: 'refusal', refusal: 'no' }] },
  ]);
});

test('an answer that holds nothing has no items, and one without a count has no usage', () => {
  expect(answered({ parts: [], usage: null })).toMatchObject({ status: 'completed', output: [], usage: null });
});

test('probabilities stand at the text', () => {
  const logprobs = [{ token: 'hello', logprob: -0.5, top: [] }];
  const parts: HubAnswer['parts'] = [...ANSWER.parts, { kind: 'tool_call', id: 'c', name: 'f', argumentsJson: '{}' }];
  expect(answered({ logprobs, parts })['output']).toMatchObject([
    {
      content: [{ logprobs: [{ token: 'hello', logprob: -0.5, bytes: [104, 101, 108, 108, 111], top_logprobs: [] }] }],
    },
    { type: 'function_call' },
  ]);
});
