/** The upstream of the benchmark: a fixed answer in OpenAI's shape or Anthropic's, as fast as `node:http` can give it. */
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';

const usage = { prompt_tokens: 40, completion_tokens: 20, total_tokens: 60 };
const completion = JSON.stringify({
  id: 'chatcmpl-bench',
  object: 'chat.completion',
  created: 1_700_000_000,
  model: 'gpt-4o',
  choices: [{ index: 0, message: { role: 'assistant', content: 'word '.repeat(20) }, finish_reason: 'stop' }],
  usage,
});
const chunk = (choices: object[], rest: object = {}): string =>
  `data: ${JSON.stringify({ id: 'chatcmpl-bench', object: 'chat.completion.chunk', created: 1_700_000_000, model: 'gpt-4o', choices, ...rest })}\n\n`;
const delta = (content: object, finish: string | null = null): object => ({
  index: 0,
  delta: content,
  finish_reason: finish,
});
const chunks = [
  chunk([delta({ role: 'assistant', content: '' })]),
  ...Array.from({ length: 20 }, () => chunk([delta({ content: 'word ' })])),
  chunk([delta({}, 'stop')]),
  chunk([], { usage }),
  'data: [DONE]\n\n',
];

const OPENAI = { whole: completion, stream: chunks };

const anthropicUsage = { input_tokens: 40, output_tokens: 20 };
const message = { id: 'msg_bench', type: 'message', role: 'assistant', model: 'claude-sonnet-5', stop_sequence: null };
const named = (event: { readonly type: string }): string => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
const block = { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'word ' } };
const ANTHROPIC = {
  whole: JSON.stringify({
    ...message,
    content: [{ type: 'text', text: 'word '.repeat(20) }],
    stop_reason: 'end_turn',
    usage: anthropicUsage,
  }),
  stream: [
    { type: 'message_start', message: { ...message, content: [], stop_reason: null, usage: anthropicUsage } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ...Array.from({ length: 20 }, () => block),
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: anthropicUsage },
    { type: 'message_stop' },
  ].map(named),
};

const server = http.createServer((request, response) => {
  const body: Buffer[] = [];
  request.on('data', (part: Buffer) => body.push(part));
  request.on('end', () => {
    const { whole, stream } = request.url === '/v1/messages' ? ANTHROPIC : OPENAI;
    if ((JSON.parse(Buffer.concat(body).toString()) as { stream?: boolean }).stream !== true) {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(whole) });
      response.end(whole);
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const part of stream) response.write(part);
    response.end();
  });
});
server.listen(0, '127.0.0.1', () =>
  console.log(JSON.stringify({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })),
);
