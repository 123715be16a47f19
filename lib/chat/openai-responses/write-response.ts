/**
 * The Response object: what was asked for, with what the API takes where nothing was said, and what came of it. It has all
 * fields that OpenAI's schema or that of OpenResponses requires.
 * Sources: https://platform.openai.com/docs/api-reference/responses/object, https://www.openresponses.org/reference
 */
import type { ChatCall } from '../dialect';
import type { HubFinish, HubUsage } from '../hub';
import { type JsonObject, isObject } from '../json';
import { decidedBody } from './decided-body';
import { readTools } from './read-tools';
import { writeUsage } from './usage';

export interface Outcome {
  readonly model: string;
  /** `null`: the model goes on. */
  readonly finish: HubFinish | null;
  readonly output: readonly object[];
  readonly usage: HubUsage | null;
}

/** The part of the request's id that no protocol has put in. */
export const idOf = ({ id }: Pick<ChatCall, 'id'>): string => id.replace(/^chatcmpl-/, '');

/** @returns a function, because a stream tells the same request three times */
export function responseOf(call: ChatCall): (outcome: Outcome) => JsonObject {
  const asked = echo(decidedBody(call));
  return ({ model, finish, output, usage }) => {
    const reason = finish === null ? null : INCOMPLETE[finish];
    return {
      id: `resp_${idOf(call)}`,
      object: 'response',
      created_at: call.createdSeconds,
      // A function that is pure has no clock.
      completed_at: null,
      status: finish === null ? 'in_progress' : reason === null ? 'completed' : 'incomplete',
      error: null,
      incomplete_details: reason === null ? null : { reason },
      model,
      output,
      ...asked,
      usage: writeUsage(usage),
    };
  };
}

const INCOMPLETE: Readonly<Record<HubFinish, 'max_output_tokens' | 'content_filter' | null>> = {
  stop: null,
  tool_calls: null,
  length: 'max_output_tokens',
  content_filter: 'content_filter',
};

function echo(body: JsonObject): JsonObject {
  const { text, reasoning, tool_choice: choice, user } = body;
  return {
    previous_response_id: null,
    instructions: body['instructions'] ?? null,
    tools: readTools(body['tools']).map((tool) => ({ type: 'function', ...tool })),
    tool_choice: choice ?? 'auto',
    parallel_tool_calls: body['parallel_tool_calls'] ?? true,
    max_output_tokens: body['max_output_tokens'] ?? null,
    max_tool_calls: body['max_tool_calls'] ?? null,
    temperature: body['temperature'] ?? 1,
    top_p: body['top_p'] ?? 1,
    presence_penalty: body['presence_penalty'] ?? 0,
    frequency_penalty: body['frequency_penalty'] ?? 0,
    top_logprobs: body['top_logprobs'] ?? 0,
    text: { ...(isObject(text) && text), format: formatOf(text) },
    reasoning: { effort: isObject(reasoning) ? (reasoning['effort'] ?? null) : null, summary: null },
    truncation: 'disabled',
    service_tier: 'default',
    store: false,
    background: false,
    metadata: body['metadata'] ?? {},
    safety_identifier: body['safety_identifier'] ?? null,
    prompt_cache_key: body['prompt_cache_key'] ?? null,
    ...(typeof user === 'string' && { user }),
  };
}

const formatOf = (text: unknown): unknown => (isObject(text) ? text['format'] : null) ?? { type: 'text' };
