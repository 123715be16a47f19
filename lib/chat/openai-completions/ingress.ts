/** `POST /v1/completions`: plain text on, as code editors ask for it. Only targets that speak OpenAI's protocol have it. */
import type { Dialect } from '../dialect';
import type { Ingress } from '../ingress';
import type { JsonObject } from '../json';
import { checkCommon, checkPositiveInteger } from '../openai-chat/check-body';
import { openAiErrors } from '../openai-chat/error';
import { isGiven, refuse } from '../openai-chat/mistakes';
import { openAiPassThrough } from '../openai-chat/pass-through';
import { infilled } from './infill';
import { firstNumber, requestSize } from '../request-size';

const passThrough = openAiPassThrough({
  path: '/completions',
  maxTokensField: () => 'max_tokens',
  hasContent: ({ text }) => typeof text === 'string' && text !== '',
});

const dialect: Dialect = { ...passThrough, request: (call) => passThrough.request(infilled(call)) };

export const completionsIngress: Ingress = {
  endpoint: 'completions',
  check(body) {
    checkCommon(body);
    checkPositiveInteger('max_tokens', body['max_tokens']);
    const { prompt, suffix } = body;
    if (typeof prompt !== 'string' && !Array.isArray(prompt)) refuse('prompt', 'a string or an array', prompt);
    if (isGiven(suffix) && typeof suffix !== 'string') refuse('suffix', 'a string', suffix);
  },
  size: (body, text, bodyBytes) =>
    requestSize({
      text,
      bodyBytes,
      attachments: [],
      messages: promptsOf(body).length,
      needs: [
        ...(choicesOf(body) > 1 ? (['n'] as const) : []),
        ...(typeof body['logprobs'] === 'number' ? (['logprobs'] as const) : []),
        ...(isGiven(body['suffix']) ? (['suffix'] as const) : []),
      ],
      maxTokens: firstNumber(body['max_tokens']),
      choices: Math.max(choicesOf(body), firstNumber(body['best_of']) ?? 1) * promptsOf(body).length,
    }),
  beginning: ({ prompt }) => JSON.stringify(prompt).slice(0, BEGINNING),
  passThrough: ({ protocol }) => (protocol === 'openai' ? dialect : null),
  errors: openAiErrors,
};

const BEGINNING = 512;

const choicesOf = (body: JsonObject): number => firstNumber(body['n']) ?? 1;

/** Several prompts in one request are answered each; a list of numbers is one prompt in tokens. */
function promptsOf({ prompt }: JsonObject): readonly unknown[] {
  if (!Array.isArray(prompt) || prompt.length === 0 || typeof prompt[0] === 'number') return [prompt];
  return prompt as unknown[];
}
