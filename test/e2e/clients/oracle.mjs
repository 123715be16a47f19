/**
 * Answers read by the providers of the AI SDK. Standard input: `[{ name, provider, baseURL, isWhole }]`. Standard
 * output: one line of JSON an answer, with what the provider made of it.
 */
import { createAmazonBedrock } from '@ai-sdk/amazon-bedrock';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createDeepSeek } from '@ai-sdk/deepseek';
import { createGoogle } from '@ai-sdk/google';
import { createGroq } from '@ai-sdk/groq';
import { createMistral } from '@ai-sdk/mistral';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { text } from 'node:stream/consumers';

const apiKey = 'key';
const AWS = { region: 'us-east-1', accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };

const models = {
  anthropic: (baseURL) => createAnthropic({ baseURL, apiKey })('claude-sonnet-5'),
  'amazon-bedrock': (baseURL) => createAmazonBedrock({ baseURL, ...AWS })('amazon.nova-lite-v1:0'),
  google: (baseURL) => createGoogle({ baseURL, apiKey })('gemini-3.5-flash'),
  mistral: (baseURL) => createMistral({ baseURL, apiKey })('mistral-small-latest'),
  groq: (baseURL) => createGroq({ baseURL, apiKey })('llama-3.3-70b-versatile'),
  deepseek: (baseURL) => createDeepSeek({ baseURL, apiKey })('deepseek-chat'),
  'openai-compatible': (baseURL) => createOpenAICompatible({ name: 'any', baseURL, apiKey })('model'),
};

const prompt = [{ role: 'user', content: [{ type: 'text', text: 'hello' }] }];

for (const { name, provider, baseURL, isWhole } of JSON.parse(await text(process.stdin))) {
  const model = models[provider](baseURL);
  const read = await (isWhole ? readWhole(model) : readStream(model)).catch((error) => ({ error: String(error) }));
  process.stdout.write(`${JSON.stringify({ name, ...read })}\n`);
}

async function readStream(model) {
  const { stream } = await model.doStream({ prompt, includeRawChunks: false });
  const read = { text: '', reasoning: '', calls: [], finish: null, usage: null, errors: [] };
  for await (const part of stream) {
    if (part.type === 'text-delta') read.text += part.delta;
    if (part.type === 'reasoning-delta') read.reasoning += part.delta;
    // What the provider ran itself is no call for the caller.
    if (part.type === 'tool-call' && part.providerExecuted !== true) {
      read.calls.push({ name: part.toolName, arguments: part.input });
    }
    if (part.type === 'error') read.errors.push(String(part.error?.message ?? part.error));
    if (part.type === 'finish') Object.assign(read, { finish: part.finishReason.unified, usage: part.usage });
  }
  return read;
}

async function readWhole(model) {
  const { content, finishReason, usage } = await model.doGenerate({ prompt });
  const textOf = (type) =>
    content
      .filter((part) => part.type === type)
      .map((part) => part.text)
      .join('');
  const calls = content.filter((part) => part.type === 'tool-call' && part.providerExecuted !== true);
  return {
    text: textOf('text'),
    reasoning: textOf('reasoning'),
    calls: calls.map((part) => ({ name: part.toolName, arguments: part.input })),
    finish: finishReason.unified,
    usage,
    errors: [],
  };
}
