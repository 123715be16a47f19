/** The upstream of the benchmark: a fixed answer in OpenAI's shape, as fast as `node:http` can give it. */
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';

const usage = { prompt_tokens: 40, completion_tokens: 20, total_tokens: 60 };
const whole = JSON.stringify({
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

const server = http.createServer((request, response) => {
  const body: Buffer[] = [];
  request.on('data', (part: Buffer) => body.push(part));
  request.on('end', () => {
    if ((JSON.parse(Buffer.concat(body).toString()) as { stream?: boolean }).stream !== true) {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(whole) });
      response.end(whole);
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const part of chunks) response.write(part);
    response.end();
  });
});
server.listen(0, '127.0.0.1', () =>
  console.log(JSON.stringify({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })),
);
