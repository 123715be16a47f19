/** How the answer is to be made: `generationConfig`. Source: https://ai.google.dev/api/generate-content#generationconfig */
import type { HubRequest } from '../hub';
import type { JsonObject } from '../json';
import { refuse } from '../openai-chat/mistakes';
import { writeThinking } from './thinking';
import type { Written } from './written';

export function writeGenerationConfig(request: HubRequest, model: string): Written {
  const thinking = writeThinking(request.reasoningEffort, model);
  const stop = writeStop(request.stop);
  const others = writeOthers(request.other);
  return {
    fields: {
      ...(request.maxTokens !== null && { maxOutputTokens: request.maxTokens }),
      ...(request.temperature !== null && { temperature: request.temperature }),
      ...(request.topP !== null && { topP: request.topP }),
      ...stop.fields,
      ...writeFormat(request.responseFormat),
      ...thinking.fields,
      ...others.fields,
    },
    dropped: [...stop.dropped, ...thinking.dropped, ...others.dropped],
    changed: [...stop.changed, ...thinking.changed],
  };
}

/** A stop sequence that is empty is refused. */
function writeStop(stop: readonly string[]): Written {
  const usable = stop.filter((one) => one !== '');
  const lost = usable.length < stop.length;
  return {
    fields: usable.length > 0 ? { stopSequences: usable } : {},
    dropped: lost && usable.length === 0 ? ['stop'] : [],
    changed: lost && usable.length > 0 ? ['stop'] : [],
  };
}

function writeFormat(format: HubRequest['responseFormat']): JsonObject {
  if (format.kind === 'text') return {};
  return {
    responseMimeType: 'application/json',
    ...(format.kind === 'json_schema' && { responseJsonSchema: format.schema }),
  };
}

function writeOthers(other: HubRequest['other']): Pick<Written, 'fields' | 'dropped'> {
  const fields: Record<string, unknown> = {};
  const dropped: string[] = [];
  for (const [param, value] of Object.entries(other)) {
    const write = Object.hasOwn(OTHERS, param) ? OTHERS[param] : undefined;
    const written = write?.(value, other) ?? null;
    if (written === null) dropped.push(param);
    else Object.assign(fields, written);
  }
  return { fields, dropped };
}

/** By parameter: what it is here, nothing if its value asks for nothing, `null` if it cannot be said. */
const OTHERS: Readonly<Record<string, (value: unknown, other: HubRequest['other']) => JsonObject | null>> = {
  n: (n) => (n === 1 ? {} : { candidateCount: n }),
  seed: (seed) => (Math.abs(number('seed', seed)) < 2 ** 31 && Number.isInteger(seed) ? { seed } : null),
  // vLLM's: 0 and -1 stand for all tokens, which cannot be asked for here.
  top_k: (topK) => (number('top_k', topK) >= 1 ? { topK } : null),
  // Models that have no penalties refuse even 0.
  presence_penalty: (value) => (number('presence_penalty', value) === 0 ? {} : { presencePenalty: value }),
  frequency_penalty: (value) => (number('frequency_penalty', value) === 0 ? {} : { frequencyPenalty: value }),
  logprobs: (value) => (value === true ? { responseLogprobs: true } : {}),
  top_logprobs(value, { logprobs }) {
    if (number('top_logprobs', value) === 0) return {};
    return logprobs === true ? { logprobs: value } : null;
  },
  store: (store) => (store === false ? {} : null),
};

function number(param: string, value: unknown): number {
  if (typeof value !== 'number') refuse(param, 'a number', value);
  return value;
}
