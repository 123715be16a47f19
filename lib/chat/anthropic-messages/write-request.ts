/** A hub request as the body of the Messages API. */
import { type Thinking, claudeThinking } from '../claude-thinking';
import { CallerMistake, type UpstreamBody } from '../dialect';
import type { HubRequest, HubTool } from '../hub';
import { DEFAULT_MAX_TOKENS } from '../limits';
import type { JsonObject } from '../json';
import { dropOther } from '../other-params';
import { cacheControl, writeTurns } from './write-turns';

/** `model` is the target's name. Throws `CallerMistake` where the request cannot be said here. */
export function writeRequest(request: HubRequest, model: string): UpstreamBody {
  const { system, turns, droppedReasoning } = writeTurns(request.messages);
  const thinking = claudeThinking(request, model);
  const sampling = writeSampling(request, thinking);
  const stop = writeStop(request.stop);
  const head = {
    model,
    max_tokens: thinking.maxTokens ?? DEFAULT_MAX_TOKENS,
    ...(thinking.thinking !== null && { thinking: thinking.thinking }),
    ...(system.length > 0 && { system }),
    ...sampling.fields,
    ...stop.fields,
    ...(request.stream && { stream: true }),
    ...writeTools(request),
    ...writeOutputConfig(request, thinking),
  };
  return {
    // The turns are text already: the arguments of tool calls go on as the model wrote them.
    text: `${JSON.stringify(head).slice(0, -1)},"messages":${turns}}`,
    dropped: [
      ...sampling.dropped,
      ...stop.dropped,
      ...droppedReasoning,
      ...(request.tools.some(({ strict }) => strict) ? ['tools.function.strict'] : []),
      ...thinking.dropped,
      ...dropOther(request.other),
    ],
    changed: [
      ...new Set([
        ...(request.maxTokens === null ? ['max_tokens'] : []),
        ...thinking.changed,
        ...sampling.changed,
        ...stop.changed,
      ]),
    ],
    ...(thinking.extraTokens > 0 && { extraTokens: thinking.extraTokens }),
  };
}

interface Written {
  readonly fields: JsonObject;
  readonly dropped: readonly string[];
  readonly changed: readonly string[];
}

/** The scale ends at 1, and models since Claude 4.1 take `temperature` or `top_p`, never both. */
function writeSampling({ temperature, topP }: HubRequest, { withoutSampling }: Thinking): Written {
  if (withoutSampling) {
    const dropped = [...(temperature === null ? [] : ['temperature']), ...(topP === null ? [] : ['top_p'])];
    return { fields: {}, dropped, changed: [] };
  }
  if (temperature === null) return { fields: topP === null ? {} : { top_p: topP }, dropped: [], changed: [] };
  return {
    fields: { temperature: Math.min(temperature, 1) },
    dropped: topP === null ? [] : ['top_p'],
    changed: temperature > 1 ? ['temperature'] : [],
  };
}

/** A stop sequence of white space alone is refused. */
function writeStop(stop: readonly string[]): Written {
  const usable = stop.filter((one) => one.trim() !== '');
  const lost = usable.length < stop.length;
  return {
    fields: usable.length > 0 ? { stop_sequences: usable } : {},
    dropped: lost && usable.length === 0 ? ['stop'] : [],
    changed: lost && usable.length > 0 ? ['stop'] : [],
  };
}

function writeTools({ tools, toolChoice, parallelToolCalls }: HubRequest): JsonObject {
  if (tools.length === 0) return {};
  const single = parallelToolCalls === false && { disable_parallel_tool_use: true };
  const choice = {
    tools: tools.map(writeTool),
    tool_choice:
      typeof toolChoice === 'object'
        ? { type: 'tool', name: toolChoice.name, ...single }
        : toolChoice === 'none'
          ? { type: 'none' }
          : { type: toolChoice === 'required' ? 'any' : 'auto', ...single },
  };
  // `auto` is what no choice means.
  return toolChoice === 'auto' && !single ? { tools: choice.tools } : choice;
}

function writeTool({ name, description, parameters, cache }: HubTool): JsonObject {
  return {
    name,
    ...(description !== null && { description }),
    // A schema without a type is refused even if it is empty.
    input_schema: { type: 'object', ...(parameters ?? { properties: {} }) },
    ...cacheControl(cache),
  };
}

function writeOutputConfig({ responseFormat }: HubRequest, { effort }: Thinking): JsonObject {
  const withEffort = effort !== null && { effort };
  if (responseFormat.kind === 'text') return withEffort === false ? {} : { output_config: withEffort };
  if (responseFormat.kind === 'json_schema') {
    return { output_config: { format: { type: 'json_schema', schema: responseFormat.schema }, ...withEffort } };
  }
  throw new CallerMistake(
    "Unsupported 'response_format.type': this model has no `json_object`; give the schema with `json_schema`.",
    'response_format.type',
    'unsupported_parameter',
  );
}
