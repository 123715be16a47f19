/** Gemini's POST /v1beta/models/MODEL:generateContent and :streamGenerateContent. */
import { randomUUID } from 'node:crypto';
import { piecesOf, textOf, type Answer, type Json } from './answer';
import type { Protocol } from './protocol';

const STATUS_WORDS: Readonly<Record<number, string | undefined>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
};

export const gemini: Protocol = {
  name: 'gemini',

  streams: ({ path }) => path.endsWith(':streamGenerateContent'),

  refusalOfKey({ headers }) {
    if (headers['x-goog-api-key'] !== undefined) return undefined;
    return { status: 403, body: error(403, "Method doesn't allow unregistered callers.") };
  },

  refusalOfBody(body) {
    const { contents } = body;
    if (!Array.isArray(contents) || contents.length === 0) {
      return { status: 400, body: error(400, '* GenerateContentRequest.contents: contents is not specified') };
    }
    const unknown = Object.keys(body).find((field) => !FIELDS.includes(field));
    if (unknown === undefined) return undefined;
    return { status: 400, body: error(400, `Invalid JSON payload received. Unknown name "${unknown}".`) };
  },

  asked(body) {
    const config = (body['generationConfig'] ?? {}) as Json;
    const mode = ((body['toolConfig'] as Json | undefined)?.['functionCallingConfig'] as Json | undefined)?.['mode'];
    const contents = body['contents'] as readonly Json[];
    const prompt = textOf([...contents, body['systemInstruction']].map((content) => (content as Json)?.['parts']));
    return Array.from({ length: (config['candidateCount'] as number | undefined) ?? 1 }, (_, choice) => ({
      prompt,
      offersTools: Array.isArray(body['tools']) && mode !== 'NONE',
      maxTokens: config['maxOutputTokens'] as number | undefined,
      stop: (config['stopSequences'] ?? []) as string[],
      choice,
    }));
  },

  whole: (body, answers) => ({
    candidates: answers.map((answer, index) => ({
      ...content(partsOf(body, answer)),
      finishReason: finishReason(answer),
      ...indexed(index),
    })),
    usageMetadata: usage(answers, (answer) => answer.outputTokens),
    ...head(),
  }),

  events(body, answers) {
    const own = head();
    const events = answers.flatMap((answer, index) => [
      ...partsOf(body, answer)
        .flatMap((part) =>
          'text' in part ? piecesOf(part['text'] as string).map((text) => ({ ...part, text })) : [part],
        )
        .map((part) => ({ ...content([part]), ...indexed(index) })),
      // A tool call is followed by an end with no text, as Gemini does it.
      { ...content([{ text: '' }]), finishReason: finishReason(answer), ...indexed(index) },
    ]);
    return events.map((candidate, at) => ({
      candidates: [candidate],
      usageMetadata: usage(answers, (answer) => (at === events.length - 1 ? answer.outputTokens : at)),
      ...own,
    }));
  },

  frame: (json) => `data: ${json}\r\n\r\n`,
  end: '',

  error: (status, message) => error(status, message ?? 'An internal error has occurred.'),

  headers: () => ({ 'x-gemini-service-tier': 'standard' }),
};

const FIELDS = ['contents', 'systemInstruction', 'tools', 'toolConfig', 'generationConfig', 'safetySettings'];

/** Thoughts, if the caller wants them, then text, then tool calls. */
function partsOf(body: Json, { reasoning, text, toolCalls }: Answer): Json[] {
  const thinking = (body['generationConfig'] as Json | undefined)?.['thinkingConfig'] as Json | undefined;
  return [
    ...(thinking?.['includeThoughts'] === true && reasoning !== '' ? [{ text: reasoning, thought: true }] : []),
    ...(text !== '' ? [{ text }] : []),
    ...toolCalls.map(({ name, arguments: args }, index) => ({
      functionCall: { name, ...(args !== '{}' && { args: JSON.parse(args) as unknown }) },
      ...(index === 0 && { thoughtSignature: 'ZmFrZQ==' }),
    })),
  ];
}

const content = (parts: readonly Json[]): Json => ({ content: { role: 'model', parts } });

/** A field that is 0 is left out. */
const indexed = (index: number): Json => (index === 0 ? {} : { index });

const finishReason = ({ finish }: Answer): string => (finish === 'length' ? 'MAX_TOKENS' : 'STOP');

/** A tenth of what is written is counted as thoughts. */
function usage(answers: readonly Answer[], written: (answer: Answer) => number): Json {
  const prompt = answers[0]?.promptTokens ?? 0;
  const output = answers.reduce((sum, answer) => sum + written(answer), 0);
  const thoughts = Math.floor(output / 10);
  return {
    promptTokenCount: prompt,
    candidatesTokenCount: output - thoughts,
    ...(thoughts > 0 && { thoughtsTokenCount: thoughts }),
    totalTokenCount: prompt + output,
  };
}

const head = (): Json => ({ modelVersion: 'gemini-fake', responseId: randomUUID().replaceAll('-', '').slice(0, 23) });

const error = (status: number, message: string): unknown => ({
  error: { code: status, message, status: STATUS_WORDS[status] ?? 'UNKNOWN' },
});
