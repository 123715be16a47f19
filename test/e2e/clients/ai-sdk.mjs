/**
 * Requests to the router by the AI SDK. Standard input: one JSON `{ do, url, key, model }` a line. Standard output: one
 * JSON line for each, with what the caller of the SDK got.
 */
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, RetryError, generateObject, generateText, jsonSchema, streamText, tool } from 'ai';
import { createInterface } from 'node:readline';

/* global AbortController */

// `generateObject` is deprecated and in wide use.
process.noDeprecation = true;
globalThis.AI_SDK_LOG_WARNINGS = false;

const place = jsonSchema({
  type: 'object',
  properties: { place: { type: 'string' } },
  required: ['place'],
  additionalProperties: false,
});
const tools = { weather: tool({ description: 'The weather at a place.', inputSchema: place }) };
const prompt = 'hello';

const scenarios = {
  async text({ model }) {
    const { text, finishReason, usage } = await generateText({ model, prompt });
    return { text, finish: finishReason, outputTokens: usage.outputTokens };
  },

  async stream({ model }) {
    return streamed(streamText({ model, prompt, onError: () => undefined }));
  },

  async tools({ model }) {
    return streamed(streamText({ model, prompt, tools, onError: () => undefined }));
  },

  async object({ model }) {
    const { object, finishReason } = await generateObject({ model, prompt, schema: place });
    return { object, finish: finishReason };
  },

  /** As often as asked in all, one second between. */
  async refused({ model, tries }) {
    await generateText({ model, prompt, maxRetries: tries - 1 });
    return {};
  },

  async abort({ model }) {
    const abort = new AbortController();
    const { fullStream } = streamText({ model, prompt, abortSignal: abort.signal, onError: () => undefined });
    const types = [];
    for await (const part of fullStream) {
      types.push(part.type);
      if (part.type !== 'text-delta') continue;
      abort.abort();
    }
    return { last: types.at(-1), finished: types.includes('finish') };
  },
};

async function streamed({ fullStream }) {
  const got = { text: '', deltas: 0, inputDeltas: 0, calls: [], finish: null, errors: [] };
  for await (const part of fullStream) {
    if (part.type === 'text-delta') {
      got.text += part.text;
      got.deltas += 1;
    }
    if (part.type === 'tool-input-delta') got.inputDeltas += 1;
    if (part.type === 'tool-call') got.calls.push([part.toolName, part.input]);
    if (part.type === 'error') got.errors.push(part.error?.message ?? JSON.stringify(part.error));
    if (part.type === 'finish') got.finish = part.finishReason;
  }
  return got;
}

function described(error) {
  const tries = RetryError.isInstance(error) ? error.errors.length : 1;
  const last = RetryError.isInstance(error) ? error.lastError : error;
  if (!APICallError.isInstance(last)) return { name: error.name, message: error.message };
  return { name: 'APICallError', tries, status: last.statusCode, retryable: last.isRetryable, message: last.message };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { do: name, url, key, model, ...rest } = JSON.parse(line);
  const provider = createOpenAICompatible({
    name: 'router',
    baseURL: url,
    apiKey: key,
    supportsStructuredOutputs: true,
    includeUsage: true,
  });
  const result = await scenarios[name]({ model: provider(model), ...rest }).then(
    (value) => value,
    (error) => ({ error: described(error) }),
  );
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
