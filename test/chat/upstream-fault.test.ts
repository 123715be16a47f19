import { reportedFault, statusFault } from '../../lib/chat/upstream-fault';

const body = (error: object): string => JSON.stringify({ error });

test.each([
  ['OpenAI', body({ message: 'm', type: 'server_error', param: null, code: null })],
  ['Anthropic', JSON.stringify({ type: 'error', error: { type: 'api_error', message: 'm' }, request_id: 'r' })],
  ['an old vLLM', JSON.stringify({ object: 'error', message: 'm', type: 'BadRequestError', code: 400 })],
  ['FastAPI', JSON.stringify({ detail: 'm' })],
  ['Bedrock', JSON.stringify({ message: 'm' })],
  ['what stands before AWS services', JSON.stringify({ Message: 'm' })],
  ['Ollama', JSON.stringify({ error: 'm' })],
  ['plain text', 'm'],
])('the message of an error body of %s', (_name, text) => {
  expect(statusFault(500, text)).toEqual({
    ok: false,
    kind: 'status',
    status: 500,
    message: 'm',
    contextLengthExceeded: false,
  });
});

test("a proxy's page is cut", () => {
  expect(statusFault(502, `<html>${'x'.repeat(10_000)}`).message).toHaveLength(300);
});

test('A14 529 is 503 to everybody but Anthropic', () => {
  const overloaded = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
  expect(statusFault(529, JSON.stringify(overloaded))).toMatchObject({ kind: 'status', status: 503 });
  expect(reportedFault({ error: { message: 'Overloaded', code: 529 } })).toMatchObject({ status: 503 });
  expect(reportedFault(overloaded)).toMatchObject({ kind: 'error_event', status: 503, message: 'Overloaded' });
});

test.each([
  ['rate_limit_error', 429],
  ['api_error', 500],
  ['invalid_request_error', 400],
  ['authentication_error', 401],
  ['permission_error', 403],
  ['not_found_error', 404],
  ['request_too_large', 413],
  ['timeout_error', 504],
  ['constructor', 502],
])("Anthropic's %s stands for %i", (type, status) => {
  expect(reportedFault({ type: 'error', error: { type, message: 'm' } })).toMatchObject({ status });
});

describe('a prompt that does not fit the context', () => {
  test.each([
    ['OpenAI', { message: 'Too long', code: 'context_length_exceeded' }],
    [
      'vLLM before 0.16',
      { message: "This model's maximum context length is 8192 tokens. However, you requested 8203 tokens" },
    ],
    ['vLLM', { message: "You passed 1015 input tokens. However, the model's context length is only 1024 tokens" }],
    ['Anthropic', { type: 'invalid_request_error', message: 'prompt is too long: 208310 tokens > 200000 maximum' }],
    [
      'Anthropic with max_tokens',
      { message: 'input length and `max_tokens` exceed context limit: 178959 + 64000 > 200000' },
    ],
    ['Bedrock', { message: 'The model returned the following errors: Input is too long for requested model.' }],
    ['Nova', { message: 'Input Tokens Exceeded: Number of input tokens exceeds maximum length.' }],
    ['llama.cpp', { message: 'the request exceeds the available context size, try increasing it' }],
  ])('is known by what %s says', (_name, error) => {
    expect(statusFault(400, body(error))).toMatchObject({ status: 400, contextLengthExceeded: true });
    expect(reportedFault({ error })).toMatchObject({ status: 400, contextLengthExceeded: true });
  });

  test('is not what another error is about', () => {
    expect(statusFault(400, body({ message: 'invalid image' })).contextLengthExceeded).toBe(false);
    expect(statusFault(429, body({ message: 'prompt is too long' })).contextLengthExceeded).toBe(false);
  });
});
