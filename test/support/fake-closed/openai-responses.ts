/** OpenAI's POST /v1/responses. */
import { randomUUID } from 'node:crypto';
import { type Answer, type Json, piecesOf, textOf } from './answer';
import { openai } from './openai';
import type { Protocol } from './protocol';

export const openaiResponses: Protocol = {
  ...openai,
  name: 'openai-responses',

  refusalOfBody(body) {
    const { input, prompt, previous_response_id: previous } = body;
    const message = "Missing required parameter: 'input'.";
    return input === undefined && prompt === undefined && previous === undefined
      ? { status: 400, body: { error: { message, type: 'invalid_request_error', param: 'input', code: null } } }
      : undefined;
  },

  asked(body) {
    const max = body['max_output_tokens'];
    return [
      {
        prompt: textOf([body['instructions'] ?? '', body['input']]),
        offersTools: Array.isArray(body['tools']) && body['tool_choice'] !== 'none',
        maxTokens: typeof max === 'number' ? max : undefined,
        stop: [],
      },
    ];
  },

  whole: (body, [answer]) => responseOf(body, idOf('resp'), answer, answer === undefined ? [] : itemsOf(answer)),

  events(body, [answer]) {
    if (answer === undefined) return [];
    const id = idOf('resp');
    const items = itemsOf(answer);
    const begun = { response: responseOf(body, id, undefined, []) };
    const whole = responseOf(body, id, answer, items);
    const told: Json[] = [
      { type: 'response.created', ...begun },
      { type: 'response.in_progress', ...begun },
      ...items.flatMap((item, index) => (item['type'] === 'message' ? ofMessage(item, index) : ofCall(item, index))),
      { type: `response.${String(whole['status'])}`, response: whole },
    ];
    return told.map((event, number) => ({ ...event, sequence_number: number }));
  },

  frame: (json) => `event: ${(JSON.parse(json) as { type?: string }).type ?? 'error'}\ndata: ${json}\n\n`,
  end: '',
};

const idOf = (prefix: string): string => `${prefix}_${randomUUID().replaceAll('-', '')}`;

function itemsOf({ text, toolCalls, finish }: Answer): Json[] {
  const status = finish === 'length' ? 'incomplete' : 'completed';
  const content = [{ type: 'output_text', text, annotations: [], logprobs: [] }];
  const message = { type: 'message', id: idOf('msg'), status, role: 'assistant', content };
  const calls = toolCalls.map((call) => ({
    type: 'function_call',
    id: idOf('fc'),
    call_id: idOf('call'),
    status,
    ...call,
  }));
  return [...(text === '' && calls.length > 0 ? [] : [message]), ...calls];
}

function ofMessage(item: Json, index: number): Json[] {
  const [part] = item['content'] as Json[];
  const at = { item_id: item['id'], output_index: index, content_index: 0 };
  const text = String(part?.['text']);
  return [
    { type: 'response.output_item.added', output_index: index, item: { ...item, status: 'in_progress', content: [] } },
    { type: 'response.content_part.added', ...at, part: { ...part, text: '' } },
    ...piecesOf(text).map((delta) => ({ type: 'response.output_text.delta', ...at, delta, logprobs: [] })),
    { type: 'response.output_text.done', ...at, text, logprobs: [] },
    { type: 'response.content_part.done', ...at, part },
    { type: 'response.output_item.done', output_index: index, item },
  ];
}

function ofCall(item: Json, index: number): Json[] {
  const { id, name, arguments: json } = item;
  const at = { item_id: id, output_index: index };
  const begun = { ...item, status: 'in_progress', arguments: '' };
  const pieces = String(json).match(/.{1,6}/gsu) ?? [];
  return [
    { type: 'response.output_item.added', output_index: index, item: begun },
    ...pieces.map((delta) => ({ type: 'response.function_call_arguments.delta', ...at, delta })),
    { type: 'response.function_call_arguments.done', ...at, name, arguments: json },
    { type: 'response.output_item.done', output_index: index, item },
  ];
}

/** Without an answer: it goes on. */
function responseOf(body: Json, id: string, answer: Answer | undefined, output: readonly Json[]): Json {
  const isCut = answer?.finish === 'length';
  return {
    id,
    object: 'response',
    created_at: Math.floor(Date.now() / 1_000),
    completed_at: null,
    status: answer === undefined ? 'in_progress' : isCut ? 'incomplete' : 'completed',
    background: false,
    error: null,
    incomplete_details: isCut ? { reason: 'max_output_tokens' } : null,
    instructions: body['instructions'] ?? null,
    max_output_tokens: body['max_output_tokens'] ?? null,
    max_tool_calls: null,
    model: body['model'],
    output,
    parallel_tool_calls: true,
    previous_response_id: body['previous_response_id'] ?? null,
    frequency_penalty: 0,
    presence_penalty: 0,
    prompt_cache_key: null,
    reasoning: { effort: null, summary: null },
    safety_identifier: null,
    service_tier: 'default',
    store: body['store'] ?? true,
    temperature: body['temperature'] ?? 1,
    text: { format: { type: 'text' }, verbosity: 'medium' },
    tool_choice: body['tool_choice'] ?? 'auto',
    tools: ((body['tools'] ?? []) as Json[]).map((tool) => ({
      description: null,
      parameters: null,
      strict: true,
      ...tool,
    })),
    top_logprobs: 0,
    top_p: body['top_p'] ?? 1,
    truncation: 'disabled',
    usage: answer === undefined ? null : usageOf(answer),
    user: null,
    metadata: body['metadata'] ?? {},
  };
}

const usageOf = ({ promptTokens, outputTokens }: Answer): Json => ({
  input_tokens: promptTokens,
  input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
  output_tokens: outputTokens,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: promptTokens + outputTokens,
});
