/** OpenAI's POST /v1/chat/completions. */
import { randomUUID } from 'node:crypto';
import { piecesOf, textOf, type Answer, type Json, type ToolCall } from './answer';
import type { Protocol } from './protocol';

export const openai: Protocol = {
  name: 'openai',
  streams: ({ body }) => (body as Json)['stream'] === true,

  refusalOfKey({ headers }) {
    if (/^Bearer \S/.test(headers.authorization ?? '')) return undefined;
    const message =
      "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth.";
    return { status: 401, body: error('invalid_request_error', message, null) };
  },

  refusalOfBody(body) {
    if (!Array.isArray(body['messages'])) {
      return { status: 400, body: invalid("Missing required parameter: 'messages'.", 'messages') };
    }
    if (body['metadata'] !== undefined && body['store'] !== true) {
      return {
        status: 400,
        body: invalid("The 'metadata' parameter is only allowed when 'store' is enabled.", 'metadata'),
      };
    }
    return undefined;
  },

  asked(body) {
    const stop = body['stop'];
    const max = body['max_completion_tokens'] ?? body['max_tokens'];
    return Array.from({ length: typeof body['n'] === 'number' ? body['n'] : 1 }, (_, choice) => ({
      prompt: textOf(body['messages']),
      offersTools: Array.isArray(body['tools']) && body['tool_choice'] !== 'none',
      maxTokens: typeof max === 'number' ? max : undefined,
      stop: typeof stop === 'string' ? [stop] : Array.isArray(stop) ? (stop as string[]) : [],
      choice,
    }));
  },

  whole: (body, answers) => ({
    ...frame(body, 'chat.completion'),
    choices: answers.map((answer, index) => ({
      index,
      message: {
        role: 'assistant',
        content: answer.text === '' && answer.toolCalls.length > 0 ? null : answer.text,
        ...(answer.toolCalls.length > 0 ? { tool_calls: answer.toolCalls.map(toolCall) } : {}),
        refusal: null,
        annotations: [],
      },
      logprobs: null,
      finish_reason: finishReason(answer),
    })),
    usage: usage(answers),
  }),

  events(body, answers) {
    const withUsage = (body['stream_options'] as Json | undefined)?.['include_usage'] === true;
    const head = frame(body, 'chat.completion.chunk');
    const chunk = (index: number, delta: Json, finish: string | null = null): unknown => ({
      ...head,
      choices: [{ index, delta, logprobs: null, finish_reason: finish }],
      // With include_usage every chunk has the field, null until the last.
      ...(withUsage ? { usage: null } : {}),
    });
    const perChoice = answers.map((answer, index) => [
      chunk(index, { role: 'assistant', content: answer.toolCalls.length > 0 ? null : '', refusal: null }),
      ...piecesOf(answer.text).map((content) => chunk(index, { content })),
      ...answer.toolCalls.flatMap((call, at) => toolDeltas(call, at).map((delta) => chunk(index, delta))),
      chunk(index, {}, finishReason(answer)),
    ]);
    return [...interleave(perChoice), ...(withUsage ? [{ ...head, choices: [], usage: usage(answers) }] : [])];
  },

  frame: (json) => `data: ${json}\n\n`,
  end: 'data: [DONE]\n\n',

  error(status, message) {
    switch (status) {
      case 400:
        return invalid(message ?? 'Invalid request.', null);
      case 401:
        return error('invalid_request_error', message ?? 'Incorrect API key provided.', 'invalid_api_key');
      case 404:
        return error('invalid_request_error', message ?? 'The model does not exist.', 'model_not_found');
      case 429:
        return error('requests', message ?? 'Rate limit reached for requests.', 'rate_limit_exceeded');
      default:
        return error(
          'server_error',
          message ?? 'The server had an error while processing your request. Sorry about that!',
          null,
        );
    }
  },

  headers: () => ({ 'x-request-id': `req_${randomUUID().replaceAll('-', '')}`, 'openai-version': '2020-10-01' }),
};

const error = (type: string, message: string, code: string | null, param: string | null = null): unknown => ({
  error: { message, type, param, code },
});

const invalid = (message: string, param: string | null): unknown =>
  error('invalid_request_error', message, null, param);

const frame = (body: Json, object: string): Json => ({
  id: `chatcmpl-${randomUUID().replaceAll('-', '').slice(0, 29)}`,
  object,
  created: Math.floor(Date.now() / 1_000),
  model: body['model'],
  service_tier: 'default',
  system_fingerprint: 'fp_fake',
});

function usage(answers: readonly Answer[]): unknown {
  const prompt = answers[0]?.promptTokens ?? 0;
  const completion = answers.reduce((sum, { outputTokens }) => sum + outputTokens, 0);
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
  };
}

function finishReason({ finish }: Answer): string {
  if (finish === 'length') return 'length';
  return finish === 'tool-calls' ? 'tool_calls' : 'stop';
}

const toolCall = (call: ToolCall): unknown => ({ id: callId(), type: 'function', function: call });

function toolDeltas(call: ToolCall, index: number): Json[] {
  const first = { index, id: callId(), type: 'function', function: { name: call.name, arguments: '' } };
  const pieces = call.arguments.match(/.{1,6}/gsu) ?? [];
  return [
    { tool_calls: [first] },
    ...pieces.map((piece) => ({ tool_calls: [{ index, function: { arguments: piece } }] })),
  ];
}

const callId = (): string => `call_${randomUUID().replaceAll('-', '').slice(0, 24)}`;

/** One of each in turn until all are used up. */
function interleave(lists: readonly (readonly unknown[])[]): unknown[] {
  const longest = Math.max(...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, at) =>
    lists.flatMap((list) => (at < list.length ? [list[at]] : [])),
  ).flat();
}
