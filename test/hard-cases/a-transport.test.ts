/** A1–A16, A21–A23: how a stream's bytes come and go. */
import * as http from 'node:http';
import { setImmediate as later } from 'node:timers/promises';
import * as anthropic from '../chat/streams/anthropic';
import * as bedrock from '../chat/streams/bedrock';
import * as gemini from '../chat/streams/gemini';
import * as openai from '../chat/streams/openai';
import { eventFrame } from '../support/event-stream';
import { reset } from '../support/fake-vllm/listener';
import { KEY } from '../support/router';
import {
  MODELS,
  PROTOCOLS,
  type Protocol,
  type World,
  askStream,
  askWhole,
  expectBroken,
  framed,
  inPiecesOf,
  nextRecord,
  play,
  playEvents,
  playJson,
  send,
  startWorld,
} from './support';

let world: World;
beforeAll(async () => {
  world = await startWorld((url) => ({
    models: {
      gpt: { provider: 'openai', model: 'gpt-4o' },
      claude: { provider: 'anthropic', model: 'claude-sonnet-5' },
      flash: { provider: 'gemini', model: 'gemini-2.5-flash' },
      nova: { provider: 'bedrock', model: 'amazon.nova-lite-v1:0' },
      backed: { provider: 'bedrock', model: 'amazon.nova-lite-v1:0', fallback: ['fast'] },
      fast: { fleet: 'llama' },
    },
    fleets: { llama: { model: 'meta-llama/Llama-3.1-8B-Instruct', endpoints: [url] } },
  }));
});
afterAll(() => world.stop());

const TEXTS: Readonly<Record<Protocol, readonly string[]>> = {
  openai: openai.text,
  anthropic: anthropic.text,
  gemini: gemini.text,
  bedrock: bedrock.text,
};
const TOOLS: Readonly<Record<Protocol, readonly string[]>> = {
  openai: openai.toolCall,
  anthropic: anthropic.tools,
  gemini: gemini.tools,
  bedrock: bedrock.tools,
};
const HELLO = 'Hello, 世界 🙂';

const said = (content: string): string => openai.chunk({ delta: { content } });
const sse = (event: string): string => `data: ${event}\n\n`;

describe.each(PROTOCOLS)('%s', (protocol) => {
  const model = MODELS[protocol];

  test('A1, A2, A11 a stream that comes byte by byte is the same as one that comes at once', async () => {
    for (const events of [TEXTS[protocol], TOOLS[protocol]]) {
      const bytes = framed(protocol, events);
      world.upstream.serve = play([bytes]);
      const atOnce = await askStream(world, model);
      world.upstream.serve = play(inPiecesOf(1, bytes));
      const byByte = await askStream(world, model);
      expect(byByte).toMatchObject({ done: true, error: null });
      for (const part of ['text', 'calls', 'finishes'] as const) expect(byByte[part]).toEqual(atOnce[part]);
      if (events === TEXTS[protocol]) expect(byByte.text).toBe(HELLO);
      expect(JSON.stringify(byByte.events)).not.toContain('\ufffd');
    }
  });

  test('A8 upstream reset mid-stream is an error event, no finish, no [DONE], and what came before was sent', async () => {
    const [firstHalf] = splitAtText(protocol);
    world.upstream.serve = playEvents(protocol, firstHalf, { end: 'reset' });
    const answer = await askStream(world, model);
    expect(answer.status).toBe(200);
    expectBroken(answer, 'Hello');
    expect(answer.error).toMatchObject({ type: 'server_error', code: 'upstream_interrupted' });
    expect(answer.record).toMatchObject({ outcome: 'interrupted', usageEstimated: true });
  });

  test('A9 an end that was never announced is a truncation, told and counted', async () => {
    const [firstHalf] = splitAtText(protocol);
    world.upstream.serve = playEvents(protocol, firstHalf);
    const answer = await askStream(world, model);
    expectBroken(answer, 'Hello');
    expect(answer.error?.message).toContain('truncated');
    expect(answer.record).toMatchObject({ outcome: 'interrupted', error: 'upstream_interrupted' });
    expect(world.router.metrics.at(-1)).toMatchObject({ TruncatedStreams: 1 });
  });

  test('A15 a caller that leaves mid-stream ends the request upstream, and what it got is booked', async () => {
    const [firstHalf] = splitAtText(protocol);
    const before = world.router.records.length;
    const { caller, closed } = await begunBy(model, framed(protocol, firstHalf));
    caller.destroy();
    await closed;
    const record = await nextRecord(world.router, before);
    expect(record).toMatchObject({ outcome: 'client_gone', usageEstimated: true });
    expect(record.usage?.promptTokens).toBeGreaterThan(0);
    expect(record.usage?.completionTokens).toBeGreaterThan(0);
    expect(record.costUsd).toBeGreaterThan(0);
  });

  test('A22 the first part goes out before the second is there', async () => {
    const [firstHalf, secondHalf] = splitAtText(protocol);
    for (let round = 0; round < 5; round++) {
      let goOn: () => void = () => undefined;
      const seen = new Promise<void>((resolve) => (goOn = resolve));
      world.upstream.serve = async ({ response }) => {
        await send(response, framed(protocol, firstHalf));
        await seen;
        response.end(framed(protocol, secondHalf));
      };
      const response = await callerOf(model);
      const texts: string[] = [];
      for await (const piece of response) {
        texts.push(String(piece));
        if (texts.join('').includes('Hello')) goOn();
      }
      expect(texts.join('')).toContain('[DONE]');
    }
  });
});

/** A text in two events, cut between them. */
function splitAtText(protocol: Protocol): [string[], string[]] {
  switch (protocol) {
    case 'openai':
      return [
        [openai.ROLE, said('Hello')],
        [said(', you'), openai.STOP, '[DONE]'],
      ];
    case 'anthropic': {
      const [start = '', ...rest] = anthropic.textBlock(0, 'Hello');
      return [
        [anthropic.messageStart(), start, rest[0] as string],
        [anthropic.stop(0), anthropic.messageDelta('end_turn'), anthropic.MESSAGE_STOP],
      ];
    }
    case 'gemini':
      return [[gemini.said(gemini.saidText('Hello'))], [gemini.finish('STOP')]];
    case 'bedrock':
      return [
        [bedrock.MESSAGE_START, bedrock.delta(0, { text: 'Hello' })],
        [bedrock.stop(0), bedrock.messageStop('end_turn'), bedrock.metadata()],
      ];
  }
}

/** A caller with a socket of its own. */
function callerOf(model: string, body: object = { stream: true }): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = http.request(`${world.router.url}/chat/completions`, {
      method: 'POST',
      agent: false,
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    });
    request.on('error', reject);
    request.on('response', resolve);
    request.end(JSON.stringify({ model, messages: [{ role: 'user', content: 'hello' }], ...body }));
  });
}

/** A stream that has begun and does not go on. `closed`: the upstream has seen its request end. */
async function begunBy(
  model: string,
  bytes: Uint8Array,
): Promise<{ caller: http.IncomingMessage; closed: Promise<void> }> {
  let onClosed: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => (onClosed = resolve));
  world.upstream.serve = async ({ response, gone }) => {
    gone.addEventListener('abort', onClosed);
    await send(response, bytes);
  };
  const caller = await callerOf(model);
  caller.on('error', () => undefined);
  await new Promise<void>((resolve) => {
    caller.on('data', (piece: Buffer) => {
      if (String(piece).includes('Hello')) resolve();
    });
  });
  return { caller, closed };
}

test.each([
  ['CR LF', '\r\n'],
  ['CR alone', '\r'],
  ['LF', '\n'],
])('A3 lines that end in %s, also where a chunk ends between CR and LF', async (_, end) => {
  const text = openai.text.map((event) => `data: ${event}${end}${end}`).join('');
  for (const pieces of [[text], inPiecesOf(1, Buffer.from(text)), text.split(/(?<=\r)(?=\n)/)]) {
    world.upstream.serve = play(pieces);
    expect(await askStream(world, 'gpt')).toMatchObject({ text: HELLO, done: true, error: null });
  }
});

test('A3 line ends of every kind in one stream', async () => {
  world.upstream.serve = play([
    `data: ${openai.ROLE}\r\n\ndata: ${openai.HELLO}\r\r`,
    `data: ${openai.STOP}\n\r\ndata: [DONE]\r\n\r\n`,
  ]);
  expect(await askStream(world, 'gpt')).toMatchObject({ text: HELLO, done: true, error: null });
});

test('A4 several data lines, none of the space, comments, pings and a byte order mark', async () => {
  const [head = '', tail = ''] = openai.HELLO.split(/(?<="choices":)/);
  world.upstream.serve = play([
    `\ufeff: connected\n\ndata:${openai.ROLE}\n\n`,
    `: ping\n\nevent: ping\ndata: {"type": "ping"}\n\ndata: ${head}\ndata:${tail}\n\n`,
    `${sse(openai.STOP)}:\n\n${sse('[DONE]')}`,
  ]);
  const answer = await askStream(world, 'gpt');
  expect(answer).toMatchObject({ text: HELLO, done: true, error: null });
  expect(answer.events).toHaveLength(4);
});

test('A5 U+2028, U+2029 and U+0085 in a string end no line', async () => {
  const text = 'a\u2028b\u2029c\u0085d';
  for (const [protocol, events] of [
    ['openai', [said(text), openai.STOP, '[DONE]']],
    ['anthropic', anthropic.whole('end_turn', ...anthropic.textBlock(0, text))],
  ] as const) {
    world.upstream.serve = play(inPiecesOf(7, framed(protocol, events)));
    expect(await askStream(world, MODELS[protocol])).toMatchObject({ text, done: true });
  }
});

test('A6 one event of 65 MiB arrives whole, in memory that grows by a few times its size', async () => {
  const MIB = 65;
  const piece = 'x'.repeat(1 << 20);
  const [head = '', tail = ''] = said('@').split('@');
  world.upstream.serve = async ({ response }) => {
    await send(response, `${sse(openai.ROLE)}data: ${head}`);
    for (let at = 0; at < MIB; at++) await send(response, piece);
    await send(response, `${tail}\n\n${sse(openai.STOP)}${sse('[DONE]')}`);
    response.end();
  };
  const before = process.memoryUsage().rss;
  let received = 0;
  let end = '';
  for await (const chunk of await callerOf('gpt')) {
    received += (chunk as Buffer).length;
    end = (end + String(chunk)).slice(-200);
  }
  const grownMib = (process.memoryUsage().rss - before) / (1 << 20);
  expect(received).toBeGreaterThan(MIB << 20);
  expect(end).toContain('[DONE]');
  // The parser's text, its JSON and what goes out; upstream and caller in this process hold some of it as well.
  expect(grownMib).toBeLessThan(8 * MIB);
}, 30_000);

test.each([
  ['[DONE] without its blank line', `${sse(openai.STOP)}data: [DONE]`, true],
  ['a finish without [DONE]', sse(openai.STOP), false],
  ['half an event', `${sse(openai.STOP)}data: {"id":"chatcmpl-1","choi`, false],
  ['half a [DONE]', `${sse(openai.STOP)}data: [DO`, false],
])('A7 a stream that ends in %s is whole only if its end was announced', async (_, tail, whole) => {
  world.upstream.serve = play([sse(openai.HELLO), tail]);
  const answer = await askStream(world, 'gpt');
  expect({ text: answer.text, done: answer.done, whole: answer.error === null }).toEqual({
    text: HELLO,
    done: whole,
    whole,
  });
});

test('A10 an error event of the engine mid-stream is told, ends the stream, and what came is booked', async () => {
  for (const model of ['gpt', 'fast']) {
    const error = { object: 'error', message: 'EngineCore died', type: 'InternalServerError', code: 500 };
    world.upstream.serve = play([sse(said('Hello')), sse(JSON.stringify({ error })), sse(openai.STOP), sse('[DONE]')]);
    const answer = await askStream(world, model);
    expectBroken(answer, 'Hello');
    expect(answer.error).toMatchObject({ type: 'server_error', code: 'upstream_error' });
    expect(answer.record).toMatchObject({ outcome: 'interrupted', usageEstimated: true });
    expect(answer.record.usage?.completionTokens).toBeGreaterThan(0);
  }
});

test.each([
  ['throttlingException', 'rate_limit_error', 429],
  ['modelStreamErrorException', 'server_error', 502],
  ['internalServerException', 'server_error', 502],
  ['serviceUnavailableException', 'server_error', 502],
])(
  'A12 %s of Bedrock mid-stream is an error event, and before the answer made good elsewhere',
  async (name, type, status) => {
    const thrown = bedrock.exception(name, 'x');
    world.upstream.serve = playEvents('bedrock', [bedrock.MESSAGE_START, bedrock.delta(0, { text: 'Hello' }), thrown]);
    const broken = await askStream(world, 'nova');
    expectBroken(broken, 'Hello');
    expect(broken.error?.type).toBe(type);

    world.upstream.serve = playEvents('bedrock', [bedrock.MESSAGE_START, thrown]);
    const refused = await askStream(world, 'nova');
    expect(refused).toMatchObject({ status, error: { type } });

    world.upstream.serve = (exchange) =>
      exchange.request.path.startsWith('/model/')
        ? playEvents('bedrock', [thrown])(exchange)
        : playEvents('openai', openai.text)(exchange);
    const saved = await askStream(world, 'backed');
    expect(saved).toMatchObject({ text: HELLO, done: true });
    expect(saved.headers.get('x-hybrid-model')).toBe('fast');
  },
);

test('A13 a frame whose checksum is wrong is an error, and nothing of it is given', async () => {
  const broken = eventFrame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'garbage' } });
  // Still JSON, and a text: only the checksum tells.
  broken.write('G', broken.indexOf('garbage'));
  const hello = framed('bedrock', [bedrock.MESSAGE_START, bedrock.delta(0, { text: 'Hello' })]);
  world.upstream.serve = play([hello, broken, framed('bedrock', bedrock.text)]);
  const answer = await askStream(world, 'nova');
  expectBroken(answer, 'Hello');
  expect(JSON.stringify(answer.events)).not.toContain('arbage');
});

test('A14 overloaded_error of Anthropic mid-stream is an error event, never a finish reason', async () => {
  const error = JSON.stringify({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } });
  const [firstHalf] = splitAtText('anthropic');
  world.upstream.serve = play([framed('anthropic', firstHalf), `event: error\ndata: ${error}\n\n`]);
  const answer = await askStream(world, 'claude');
  expectBroken(answer, 'Hello');
  expect(answer.error).toMatchObject({ type: 'server_error', code: 'upstream_error' });

  world.upstream.serve = play([`event: error\ndata: ${error}\n\n`]);
  expect((await askStream(world, 'claude')).status).toBe(502);
});

test('A16 a caller that leaves before a whole answer ends the request upstream, and its prompt is booked', async () => {
  const before = world.router.records.length;
  let onClosed: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => (onClosed = resolve));
  const asked = new Promise<void>((resolve) => {
    world.upstream.serve = ({ gone }) => {
      gone.addEventListener('abort', onClosed);
      resolve();
    };
  });
  const leaving = new AbortController();
  const answer = fetch(`${world.router.url}/chat/completions`, {
    method: 'POST',
    signal: leaving.signal,
    headers: { authorization: `Bearer ${KEY}` },
    body: JSON.stringify({ model: 'gpt', messages: [{ role: 'user', content: 'hello' }] }),
  });
  await asked;
  leaving.abort();
  await expect(answer).rejects.toThrow();
  await closed;
  expect(await nextRecord(world.router, before)).toMatchObject({ outcome: 'client_gone', status: 499 });

  // The connection was lost, not the upstream.
  world.upstream.serve = playJson({ choices: [{ index: 0, message: { content: 'Hello' }, finish_reason: 'stop' }] });
  expect((await askWhole(world, 'gpt')).status).toBe(200);
});

test('A21 a caller that does not read stops the upstream, and gets everything when it reads on', async () => {
  const event = sse(said('x'.repeat(1 << 16)));
  const events = 1_500;
  let sent = 0;
  world.upstream.serve = async ({ response }) => {
    for (; sent < events; sent++) await send(response, event);
    response.end(sse(openai.STOP) + sse('[DONE]'));
  };
  const caller = await callerOf('gpt');
  caller.pause();
  // Until nothing has moved for a while: then all buffers between the two are full.
  for (let quiet = 0, last = -1; quiet < 300; quiet++) {
    if (sent !== last) quiet = 0;
    last = sent;
    await later();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const heldMib = (sent * event.length) / (1 << 20);
  expect(sent).toBeLessThan(events / 2);
  expect(heldMib).toBeLessThan(48);
  let received = 0;
  for await (const chunk of caller) received += (chunk as Buffer).length;
  expect(received).toBeGreaterThan(events * event.length);
}, 30_000);

test('A23 a chunk is read once, goes on as it came, and waits for none of those behind it', async () => {
  const chunks = Array.from({ length: 100 }, (_, at) => said(`word ${at} `));
  let release: () => void = () => undefined;
  world.upstream.serve = async ({ response }) => {
    for (const chunk of chunks) {
      const seen = new Promise<void>((resolve) => (release = resolve));
      await send(response, sse(chunk));
      await seen;
    }
    response.end(sse(openai.STOP) + sse('[DONE]'));
  };
  const parse = jest.spyOn(JSON, 'parse');
  const stringify = jest.spyOn(JSON, 'stringify');
  try {
    const pieces: string[] = [];
    for await (const piece of await callerOf('gpt')) {
      pieces.push(String(piece));
      if (String(piece).includes('word')) release();
    }
    const ofChunks = parse.mock.calls.filter(([text]) => text.includes('chat.completion.chunk'));
    expect(ofChunks).toHaveLength(chunks.length + 1);
    const written = stringify.mock.calls.filter(([value]) => JSON.stringify(value).includes('word'));
    expect(written).toEqual([]);
    expect(pieces.join('')).toBe([...chunks, openai.STOP, '[DONE]'].map(sse).join(''));
  } finally {
    parse.mockRestore();
    stringify.mockRestore();
  }
});

test('A8 a reset between two bytes of one character leaves no broken character behind', async () => {
  const bytes = framed('openai', [said('Hello'), said('世')]);
  world.upstream.serve = async ({ response }) => {
    await send(response, bytes.subarray(0, bytes.length - 55));
    await reset(response);
  };
  const answer = await askStream(world, 'gpt');
  expectBroken(answer, 'Hello');
  expect(JSON.stringify(answer.events)).not.toContain('\ufffd');
});
