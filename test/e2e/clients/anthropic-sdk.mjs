/**
 * Requests to the router by Anthropic's client. Standard input: one JSON `{ do, url, key, model }` a line. Standard output:
 * one JSON line for each, with what the caller of the client got.
 */
import Anthropic, { APIError } from '@anthropic-ai/sdk';
import { createInterface } from 'node:readline';

/* global fetch */

const HELLO = { role: 'user', content: 'hello' };
const TOOLS = [
  {
    name: 'weather',
    description: 'The weather at a place.',
    input_schema: { type: 'object', properties: { place: { type: 'string' } }, required: ['place'] },
  },
];

const scenarios = {
  async plain({ messages, asked }) {
    const { data, response, request_id: requestID } = await messages.create(asked).withResponse();
    return { ...told(data), from: response.headers.get('x-hybrid-model'), requestID };
  },

  /** Event by event, as they come. */
  async events({ messages, asked, got }) {
    Object.assign(got, { text: '', types: [] });
    for await (const event of await messages.create({ ...asked, stream: true })) {
      got.types.push(event.type);
      if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') got.text += event.delta.text;
    }
    return {};
  },

  /** By the helper that puts the message together. */
  async stream({ messages, asked, got }) {
    return helped(messages.stream(asked), got);
  },

  async tools({ messages, asked }) {
    return told(await messages.create({ ...asked, tools: TOOLS }));
  },

  /** Calls of tools that are streamed, and the turn after them, whole or streamed as well. */
  async 'tools-streamed'({ messages, asked, got }) {
    const called = await helped(messages.stream({ ...asked, tools: TOOLS }), got);
    return { ...called, message: { role: 'assistant', content: called.content } };
  },

  async results({ messages, asked, message, streamed }) {
    const results = message.content
      .filter(({ type }) => type === 'tool_use')
      .map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content: 'sun' }));
    const turn = { ...asked, tools: TOOLS, messages: [HELLO, message, { role: 'user', content: results }] };
    return told(streamed ? await messages.stream(turn).finalMessage() : await messages.create(turn));
  },

  /** Left at the first text: by an abort or by the end of the loop. */
  async leave({ messages, asked, how, got }) {
    const stream = messages.stream(asked);
    Object.assign(got, { types: [] });
    for await (const event of stream) {
      got.types.push(event.type);
      if (event.type !== 'content_block_delta') continue;
      if (how === 'a loop that is left') break;
      stream.abort();
    }
    return {};
  },

  async 'bad-request'({ messages, asked }) {
    return told(await messages.create({ ...asked, messages: 'hello' }));
  },

  async models({ client }) {
    const ids = [];
    for await (const { id } of client.models.list()) ids.push(id);
    return { ids };
  },
};

async function helped(stream, got) {
  Object.assign(got, { text: '', deltas: 0, pieces: 0, finished: false });
  stream.on('text', (delta) => {
    got.text += delta;
    got.deltas += 1;
  });
  stream.on('inputJson', (piece) => (got.pieces += piece === '' ? 0 : 1));
  stream.on('finalMessage', () => (got.finished = true));
  return told(await stream.finalMessage());
}

function told({ id, type, role, model, content, stop_reason: stop, usage }) {
  const text = content.map((block) => (block.type === 'text' ? block.text : '')).join('');
  const calls = content.filter((block) => block.type === 'tool_use').map(({ name, input }) => [name, input]);
  return { id, type, role, model, content, text, calls, stop, usage };
}

function described(error) {
  if (!(error instanceof APIError)) return { class: error.constructor.name, message: error.message };
  const { status, type, error: body, requestID, message } = error;
  const { code, param } = body?.error ?? {};
  return { class: error.constructor.name, status, type, code, param, requestID, message };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { do: name, url, key, model, retries = 0, ...rest } = JSON.parse(line);
  let requests = 0;
  const counted = (...args) => {
    requests += 1;
    return fetch(...args);
  };
  const client = new Anthropic({ baseURL: url, apiKey: key, maxRetries: retries, fetch: counted });
  const asked = { model, max_tokens: 1_000, messages: [HELLO] };
  /** What was there before a failure. */
  const got = {};
  const result = await scenarios[name]({ client, messages: client.messages, asked, got, ...rest }).catch((error) => ({
    error: described(error),
  }));
  process.stdout.write(`${JSON.stringify({ ...got, ...result, requests })}\n`);
}
