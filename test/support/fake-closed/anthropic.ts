/** Anthropic's POST /v1/messages. */
import { randomUUID } from 'node:crypto';
import { piecesOf, textOf, type Answer, type Json } from './answer';
import type { Protocol } from './protocol';

const STATUS_TYPES: Readonly<Record<number, string | undefined>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};

const STOP_REASONS = {
  end: 'end_turn',
  length: 'max_tokens',
  'stop-string': 'stop_sequence',
  'tool-calls': 'tool_use',
} as const;

export const anthropic: Protocol = {
  name: 'anthropic',
  streams: ({ body }) => (body as Json)['stream'] === true,

  refusalOfKey({ headers }) {
    if (headers['x-api-key'] === undefined) {
      return { status: 401, body: error('authentication_error', 'x-api-key header is required') };
    }
    if (headers['anthropic-version'] === undefined) {
      return { status: 400, body: error('invalid_request_error', 'anthropic-version: header is required') };
    }
    return undefined;
  },

  refusalOfBody(body) {
    for (const field of ['model', 'messages', 'max_tokens']) {
      if (body[field] === undefined) {
        return { status: 400, body: error('invalid_request_error', `${field}: Field required`) };
      }
    }
    return undefined;
  },

  asked: (body) => [
    {
      prompt: textOf([body['system'] ?? '', body['messages']]),
      offersTools: Array.isArray(body['tools']) && (body['tool_choice'] as Json | undefined)?.['type'] !== 'none',
      maxTokens: body['max_tokens'] as number,
      stop: (body['stop_sequences'] ?? []) as string[],
    },
  ],

  whole(body, [answer]) {
    if (answer === undefined) return undefined;
    return {
      ...message(body),
      content: blocks(body, answer).map((block) => block.whole),
      ...stopped(answer),
      usage: { ...usage(answer), output_tokens: answer.outputTokens },
    };
  },

  events(body, [answer]) {
    if (answer === undefined) return [];
    const start = { ...message(body), content: [], stop_reason: null, stop_sequence: null };
    return [
      { type: 'message_start', message: { ...start, usage: { ...usage(answer), output_tokens: 1 } } },
      ...blocks(body, answer).flatMap(({ empty, deltas }, index) => [
        { type: 'content_block_start', index, content_block: empty },
        ...(index === 0 ? [{ type: 'ping' }] : []),
        ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
        { type: 'content_block_stop', index },
      ]),
      {
        type: 'message_delta',
        delta: stopped(answer),
        usage: { ...usage(answer), output_tokens: answer.outputTokens },
      },
      { type: 'message_stop' },
    ];
  },

  frame: (json) => `event: ${(JSON.parse(json) as { type: string }).type}\ndata: ${json}\n\n`,
  end: '',

  error: (status, message) =>
    error(STATUS_TYPES[status] ?? 'api_error', message ?? (status === 529 ? 'Overloaded' : 'Internal server error')),

  headers: () => ({ 'request-id': requestId() }),
};

interface Block {
  readonly whole: Json;
  readonly empty: Json;
  readonly deltas: readonly Json[];
}

/** Thinking, if the caller turned it on, then text, then tool calls. */
function blocks(body: Json, { reasoning, text, toolCalls }: Answer): Block[] {
  const thinks = (body['thinking'] as Json | undefined)?.['type'] === 'enabled' && reasoning !== '';
  const signature = 'ZmFrZQ==';
  return [
    ...(thinks
      ? [
          {
            whole: { type: 'thinking', thinking: reasoning, signature },
            empty: { type: 'thinking', thinking: '', signature: '' },
            deltas: [
              ...piecesOf(reasoning).map((thinking) => ({ type: 'thinking_delta', thinking })),
              { type: 'signature_delta', signature },
            ],
          },
        ]
      : []),
    ...(text !== '' || toolCalls.length === 0
      ? [
          {
            whole: { type: 'text', text },
            empty: { type: 'text', text: '' },
            deltas: piecesOf(text).map((piece) => ({ type: 'text_delta', text: piece })),
          },
        ]
      : []),
    ...toolCalls.map(({ name, arguments: args }) => {
      const block = { type: 'tool_use', id: `toolu_${randomUUID().replaceAll('-', '').slice(0, 24)}`, name };
      return {
        whole: { ...block, input: JSON.parse(args) as unknown },
        empty: { ...block, input: {} },
        // The first piece is empty; arguments without fields are nothing but that.
        deltas: ['', ...(args === '{}' ? [] : (args.match(/.{1,6}/gsu) ?? []))].map((piece) => ({
          type: 'input_json_delta',
          partial_json: piece,
        })),
      };
    }),
  ];
}

const error = (type: string, message: string): unknown => ({
  type: 'error',
  error: { type, message },
  request_id: requestId(),
});

const requestId = (): string => `req_${randomUUID().replaceAll('-', '').slice(0, 24)}`;

const message = (body: Json): Json => ({
  model: body['model'],
  id: `msg_${randomUUID().replaceAll('-', '').slice(0, 24)}`,
  type: 'message',
  role: 'assistant',
});

const stopped = ({ finish, stopString }: Answer): Json => ({
  stop_reason: STOP_REASONS[finish],
  stop_sequence: stopString ?? null,
});

const usage = ({ promptTokens }: Answer): Json => ({
  input_tokens: promptTokens,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
});
