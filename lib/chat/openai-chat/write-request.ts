/** A hub request as the body of a chat completion. */
import { hasCacheMarks } from '../cache-marks';
import type { ChatCall, UpstreamBody } from '../dialect';
import type { HubRequest, HubTool } from '../hub';
import type { JsonObject } from '../json';
import { dropOther } from '../other-params';
import { writeMessages } from './write-messages';

export function writeRequest(request: HubRequest, { model, maxTokensField }: ChatCall): UpstreamBody {
  // OpenAI's own API refuses what it does not know; engines and the rest of the world do not.
  const isOpenAi = maxTokensField === 'max_completion_tokens';
  const { messages, droppedReasoning } = writeMessages(request.messages, { reasoning: !isOpenAi });
  // Who asks by another protocol may not know that the model does not think, and OpenAI refuses the word there.
  const takesEffort = request.reasoningEffort !== null && !(isOpenAi && DOES_NOT_THINK.test(model));
  const others = writeOthers(request.other, isOpenAi ? OPENAI_PARAMS : ENGINE_PARAMS);
  const body = {
    model,
    messages,
    ...writeTools(request),
    ...(request.maxTokens !== null && { [maxTokensField]: request.maxTokens }),
    ...(request.temperature !== null && { temperature: request.temperature }),
    ...(request.topP !== null && { top_p: request.topP }),
    ...(request.stop.length > 0 && { stop: request.stop }),
    ...writeFormat(request.responseFormat),
    ...(takesEffort && { reasoning_effort: request.reasoningEffort }),
    ...others.fields,
    ...(request.stream && { stream: true, stream_options: { include_usage: true } }),
  };
  return {
    text: JSON.stringify(body),
    dropped: [
      ...(droppedReasoning ? ['reasoning_content'] : []),
      ...(hasCacheMarks(request) ? ['cache_control'] : []),
      ...(request.reasoningEffort !== null && !takesEffort ? ['reasoning_effort'] : []),
      ...others.dropped,
    ],
    changed: [],
  };
}

/** OpenAI's models from before the ones that think. */
const DOES_NOT_THINK = /^(?:ft:)?(?:gpt-[34]|chatgpt-)/;

function writeTools({ tools, toolChoice, parallelToolCalls }: HubRequest): JsonObject {
  if (tools.length === 0) return {};
  const named = typeof toolChoice === 'object' ? { type: 'function', function: { name: toolChoice.name } } : toolChoice;
  return {
    tools: tools.map(writeTool),
    // `auto` is what no choice means.
    ...(named !== 'auto' && { tool_choice: named }),
    ...(parallelToolCalls !== null && { parallel_tool_calls: parallelToolCalls }),
  };
}

const writeTool = ({ name, description, parameters, strict }: HubTool): JsonObject => ({
  type: 'function',
  function: {
    name,
    ...(description !== null && { description }),
    ...(parameters !== null && { parameters }),
    ...(strict && { strict }),
  },
});

function writeFormat(format: HubRequest['responseFormat']): JsonObject {
  if (format.kind !== 'json_schema') return format.kind === 'text' ? {} : { response_format: { type: format.kind } };
  const { kind, name, schema, strict } = format;
  return { response_format: { type: kind, json_schema: { name, schema, ...(strict && { strict }) } } };
}

/** Parameters that other protocols share with chat completions by name and meaning. */
const OPENAI_PARAMS: ReadonlySet<string> = new Set([
  'user',
  'safety_identifier',
  'prompt_cache_key',
  'service_tier',
  'verbosity',
  'top_logprobs',
  'logprobs',
]);

const ENGINE_PARAMS: ReadonlySet<string> = new Set([...OPENAI_PARAMS, 'top_k']);

function writeOthers(
  other: HubRequest['other'],
  known: ReadonlySet<string>,
): { readonly fields: JsonObject; readonly dropped: readonly string[] } {
  const entries = Object.entries(other);
  return {
    fields: Object.fromEntries(entries.filter(([name]) => known.has(name))),
    dropped: dropOther(Object.fromEntries(entries.filter(([name]) => !known.has(name)))),
  };
}
