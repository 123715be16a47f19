/** A target of every protocol: it answers soundly, or its bytes are damaged on the way. */
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { sseEvent } from '../../../lib/chat/sse';
import * as anthropic from '../../chat/streams/anthropic';
import * as bedrock from '../../chat/streams/bedrock';
import * as gemini from '../../chat/streams/gemini';
import * as openai from '../../chat/streams/openai';
import { eventStream } from '../../support/event-stream';
import { mutateBytes } from './mutate';
import type { Random } from './random';

const sse = (events: readonly string[]): Buffer => Buffer.from(events.map((data) => sseEvent(data)).join(''));
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

interface Answers {
  readonly streams: readonly Buffer[];
  readonly wholes: readonly Buffer[];
}

const call = { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Bern"}' } };
const choice = (message: object, finish: string): object => ({ index: 0, message, finish_reason: finish });
const completion = (...choices: object[]): object => ({ id: 'c', model: 'm', choices, usage: openai.USAGE });
const text = (value: string): object => ({ type: 'text', text: value });
const converse = (stopReason: string, ...content: object[]): object => ({
  output: { message: { role: 'assistant', content } },
  stopReason,
  usage: { inputTokens: 5, outputTokens: 3, totalTokens: 8 },
});

const CHAT: Answers = {
  streams: [openai.textWithUsage, openai.toolCall, openai.twoChoices].map(sse),
  wholes: [
    json(completion(choice({ role: 'assistant', content: 'Hello' }, 'stop'))),
    json(completion(choice({ role: 'assistant', content: null, tool_calls: [call] }, 'tool_calls'))),
  ],
};
const plain = (finish: string | null): string =>
  JSON.stringify({ id: 'c', choices: [{ index: 0, text: 'x', finish_reason: finish }] });

const response = (status: string): object => ({
  id: 'resp_1',
  object: 'response',
  model: 'm',
  status,
  output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hello' }] }],
  usage: { input_tokens: 5, output_tokens: 3, total_tokens: 8 },
});
const RESPONSES: Answers = {
  streams: [
    sse(
      [
        { type: 'response.created', sequence_number: 0, response: response('in_progress') },
        { type: 'response.output_text.delta', sequence_number: 1, delta: 'Hello' },
        { type: 'response.completed', sequence_number: 2, response: response('completed') },
      ].map((event) => JSON.stringify(event)),
    ),
  ],
  wholes: [json(response('completed'))],
};

/** By the end of the path. */
const ANSWERS: readonly (readonly [end: RegExp, answers: Answers])[] = [
  [/\/chat\/completions$/, CHAT],
  [/\/responses$/, RESPONSES],
  [
    /\/completions$/,
    {
      streams: [sse([plain(null), plain('stop'), openai.DONE])],
      wholes: [json({ ...completion({ index: 0, text: 'x', finish_reason: 'stop' }), object: 'text_completion' })],
    },
  ],
  [/\/embeddings$/, { streams: [], wholes: [json({ data: [{ embedding: [1] }], usage: { prompt_tokens: 2 } })] }],
  [
    /\/messages$/,
    {
      streams: [anthropic.text, anthropic.thinking, anthropic.tools].map(sse),
      wholes: [
        json({
          id: 'msg_1',
          type: 'message',
          role: 'assistant',
          model: 'm',
          content: [text('Hello'), { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Bern' } }],
          stop_reason: 'tool_use',
          usage: { input_tokens: 5, output_tokens: 3 },
        }),
      ],
    },
  ],
  [
    /\/models\/[^/]+:\w+/,
    {
      streams: [gemini.text, gemini.thoughts, gemini.tools, gemini.toolsInPieces].map(sse),
      wholes: [
        gemini.event({ ...gemini.parts(gemini.saidText('Hello')), finishReason: 'STOP' }),
        gemini.event({ ...gemini.parts(gemini.called({ name: 'weather', args: {} })), finishReason: 'STOP' }),
      ].map((event) => Buffer.from(event)),
    },
  ],
  [
    /\/model\/[^/]+\/converse/,
    {
      streams: [bedrock.text, bedrock.reasoning, bedrock.tools].map((events) => eventStream(events)),
      wholes: [
        json(converse('end_turn', { text: 'Hello' })),
        json(converse('tool_use', { toolUse: { toolUseId: 't', name: 'weather', input: { city: 'Bern' } } })),
      ],
    },
  ],
];

export interface FuzzUpstream {
  readonly url: string;
  /** Share of answers whose bytes or status are damaged. */
  damage: number;
  /** What it was sent that it should not have been: the name of what leaked. */
  readonly leaks: string[];
  stop(): Promise<void>;
}

/** @param forbidden text by its name, that no request to it may hold */
export async function startUpstream(
  random: Random,
  forbidden: Readonly<Record<string, string>>,
): Promise<FuzzUpstream> {
  const leaks: string[] = [];
  const state = { damage: 0 };
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const said = JSON.stringify(request.headers) + (request.url ?? '') + Buffer.concat(chunks).toString('utf8');
      leaks.push(...Object.keys(forbidden).filter((name) => said.includes(forbidden[name] ?? '')));
      respond(request, response, random, state.damage);
    });
    request.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get damage() {
      return state.damage;
    },
    set damage(share) {
      state.damage = share;
    },
    leaks,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function respond(request: http.IncomingMessage, response: http.ServerResponse, random: Random, damage: number): void {
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  const answers = ANSWERS.find(([end]) => end.test(path))?.[1] ?? CHAT;
  const accepts = String(request.headers.accept);
  const streams = !accepts.includes('json') && answers.streams.length > 0;
  const sound = random.pick(streams ? answers.streams : answers.wholes);
  if (!random.chance(damage)) {
    response.writeHead(200, { 'content-type': streams ? accepts : 'application/json' }).end(sound);
    return;
  }
  const status = random.chance(0.2) ? random.pick([400, 401, 404, 408, 413, 422, 429, 500, 503, 529]) : 200;
  response.writeHead(status, { 'content-type': streams ? accepts : 'application/json' });
  const bytes = mutateBytes(sound, random);
  const cut = random.int(bytes.length + 1);
  response.write(bytes.subarray(0, cut));
  const rest = (): void => {
    if (random.chance(0.1)) response.destroy();
    else response.end(bytes.subarray(cut));
  };
  // What is written in two turns arrives in two pieces.
  setImmediate(rest);
}
