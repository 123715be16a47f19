/** What both completion endpoints read from a request's body, with vLLM's refusals. */
import type { Generation } from './engine';
import { badRequest, contextTooLong, unknownModel } from './errors';

export type Json = Readonly<Record<string, unknown>>;

/** What the server was started with, as far as a request is measured by it. */
export interface Served {
  readonly models: readonly string[];
  /** Whether a model that is not in `models` is refused. */
  readonly strictModels: boolean;
  readonly maxModelLen: number;
  readonly schedulingPolicy: 'priority' | 'fcfs';
}

export interface CompletionRequest {
  readonly model: string;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly continuousUsage: boolean;
  readonly returnTokenIds: boolean;
  readonly generation: Generation;
}

export function readRequest(body: Json, served: Served, promptIds: readonly number[]): CompletionRequest {
  const model = typeof body['model'] === 'string' ? body['model'] : (served.models[0] ?? '');
  const streamOptions = (body['stream_options'] ?? {}) as Json;
  if (body['cache_salt'] !== undefined && (typeof body['cache_salt'] !== 'string' || body['cache_salt'] === '')) {
    throw badRequest("Parameter 'cache_salt' must be a non-empty string if provided.");
  }
  const priority = number(body['priority']) ?? 0;
  if (priority !== 0 && served.schedulingPolicy !== 'priority') {
    throw badRequest(`Got priority ${priority} but Priority scheduling is not enabled.`);
  }
  return {
    model,
    stream: body['stream'] === true,
    includeUsage: streamOptions['include_usage'] === true,
    continuousUsage: streamOptions['continuous_usage_stats'] === true,
    returnTokenIds: body['return_token_ids'] === true,
    generation: {
      promptIds,
      maxTokens: maxTokens(body, served.maxModelLen, promptIds.length),
      choices: number(body['n']) ?? 1,
      stop: stops(body['stop']),
      priority,
    },
  };
}

/** Refuses a model the server does not have, before the prompt is looked at. */
export function checkModel(body: Json, served: Served): void {
  const model = body['model'];
  if (!served.strictModels || typeof model !== 'string' || served.models.includes(model)) return;
  throw unknownModel(model);
}

export const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

function maxTokens(body: Json, limit: number, promptTokens: number): number {
  const asked = number(body['max_completion_tokens']) ?? number(body['max_tokens']);
  if (asked !== undefined && asked < 1) throw badRequest(`max_tokens must be at least 1, got ${asked}.`, 'max_tokens');
  if (promptTokens + (asked ?? 1) > limit) throw contextTooLong(limit, promptTokens, asked ?? 1);
  return asked ?? limit - promptTokens;
}

function stops(stop: unknown): string[] {
  if (typeof stop === 'string') return [stop];
  return Array.isArray(stop) ? stop.filter((text): text is string => typeof text === 'string' && text !== '') : [];
}
