/** A hub request as the body of the Messages API. */
import { CallerMistake, type UpstreamBody } from '../dialect';
import type { HubRequest, HubTool } from '../hub';
import { DEFAULT_MAX_TOKENS } from '../limits';
import type { JsonObject } from '../json';
import { dropOther } from '../other-params';
import { checkToolName } from '../tool-names';
import { writeTurns } from './write-turns';

/** `model` is the target's name. Throws `CallerMistake` where the request cannot be said here. */
export function writeRequest(request: HubRequest, model: string): UpstreamBody {
  const { system, turns, droppedReasoning } = writeTurns(request.messages);
  const sampling = writeSampling(request);
  const stop = writeStop(request.stop);
  const head = {
    model,
    max_tokens: request.maxTokens ?? DEFAULT_MAX_TOKENS,
    ...(system.length > 0 && { system }),
    ...sampling.fields,
    ...stop.fields,
    ...(request.stream && { stream: true }),
    ...writeTools(request),
    ...writeFormat(request),
  };
  return {
    // The turns are text already: the arguments of tool calls go on as the model wrote them.
    text: `${JSON.stringify(head).slice(0, -1)},"messages":${turns}}`,
    dropped: [
      ...sampling.dropped,
      ...stop.dropped,
      ...(droppedReasoning ? ['reasoning_content'] : []),
      ...(request.tools.some(({ strict }) => strict) ? ['tools.function.strict'] : []),
      // Its counterpart `output_config.effort` is an error on models that do not think by effort.
      ...(request.reasoningEffort === null ? [] : ['reasoning_effort']),
      ...dropOther(request.other),
    ],
    changed: [...(request.maxTokens === null ? ['max_tokens'] : []), ...sampling.changed, ...stop.changed],
  };
}

interface Written {
  readonly fields: JsonObject;
  readonly dropped: readonly string[];
  readonly changed: readonly string[];
}

/** The scale ends at 1, and models since Claude 4.1 take `temperature` or `top_p`, never both. */
function writeSampling({ temperature, topP }: HubRequest): Written {
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

function writeTool({ name, description, parameters }: HubTool, index: number): JsonObject {
  checkToolName(name, `tools[${index}].function.name`);
  return {
    name,
    ...(description !== null && { description }),
    // A schema without a type is refused even if it is empty.
    input_schema: { type: 'object', ...(parameters ?? { properties: {} }) },
  };
}

function writeFormat({ responseFormat }: HubRequest): JsonObject {
  if (responseFormat.kind === 'text') return {};
  if (responseFormat.kind === 'json_schema') {
    return { output_config: { format: { type: 'json_schema', schema: responseFormat.schema } } };
  }
  throw new CallerMistake(
    "Unsupported 'response_format.type': this model has no `json_object`; give the schema with `json_schema`.",
    'response_format.type',
    'unsupported_parameter',
  );
}
