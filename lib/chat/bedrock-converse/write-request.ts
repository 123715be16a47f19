/** A hub request as the body of Converse. */
import { hasCacheMarks } from '../cache-marks';
import { type Thinking, claudeThinking } from '../claude-thinking';
import { CallerMistake, type UpstreamBody } from '../dialect';
import type { HubRequest } from '../hub';
import type { JsonObject } from '../json';
import { dropOther } from '../other-params';
import { type Maker, makerOf } from './model-id';
import { writeTools } from './write-tools';
import { takesCachePoints, writeTurns } from './write-turns';

/** `model` is its id at Bedrock. Throws `CallerMistake` where the request cannot be said here. */
export function writeRequest(request: HubRequest, model: string): UpstreamBody {
  const maker = makerOf(model);
  const { system, turns, droppedReasoning, hasTools } = writeTurns(request.messages, maker);
  const thinking = claudeThinking(request, maker === 'anthropic' ? model : '');
  const inference = writeInference({ ...request, maxTokens: thinking.maxTokens }, maker, thinking);
  const own = writeOwn(request, maker, thinking);
  const head = {
    ...(system.length > 0 && { system }),
    ...filled('inferenceConfig', inference.fields),
    ...writeTools(request, hasTools, maker),
    ...writeFormat(request),
    ...filled('additionalModelRequestFields', own.fields),
  };
  const rest = JSON.stringify(head).slice(1, -1);
  return {
    // The turns are text already: the arguments of tool calls go on as the model wrote them.
    text: `{${rest}${rest === '' ? '' : ','}"messages":${turns}}`,
    dropped: [
      ...inference.dropped,
      ...own.dropped,
      ...droppedReasoning,
      ...(hasCacheMarks(request) && !takesCachePoints(maker) ? ['cache_control'] : []),
      ...(request.tools.some(({ strict }) => strict) ? ['tools.function.strict'] : []),
      ...(request.parallelToolCalls === false ? ['parallel_tool_calls'] : []),
    ],
    changed: [...thinking.changed, ...inference.changed],
    ...(thinking.extraTokens > 0 && { extraTokens: thinking.extraTokens }),
  };
}

const filled = (name: string, fields: JsonObject): JsonObject =>
  Object.keys(fields).length === 0 ? {} : { [name]: fields };

interface Written {
  readonly fields: JsonObject;
  readonly dropped: readonly string[];
  readonly changed: readonly string[];
}

/** Source: Bedrock API reference, "InferenceConfiguration": its scale of temperatures ends at 1. */
function writeInference(request: HubRequest, maker: Maker | null, { withoutSampling }: Thinking): Written {
  const { maxTokens, stop } = request;
  const { temperature, topP } = withoutSampling ? { temperature: null, topP: null } : request;
  const lostSampling = withoutSampling
    ? [...(request.temperature === null ? [] : ['temperature']), ...(request.topP === null ? [] : ['top_p'])]
    : [];
  // Claude takes no stop of white space alone, nor, since Claude 4.1, `temperature` and `top_p` together.
  const isClaude = maker === 'anthropic';
  const stops = stop.filter((one) => (isClaude ? one.trim() : one) !== '');
  const lost = stops.length < stop.length ? ['stop'] : [];
  const withoutTopP = isClaude && temperature !== null && topP !== null;
  return {
    fields: {
      ...(maxTokens !== null && { maxTokens }),
      ...(temperature !== null && { temperature: Math.min(temperature, 1) }),
      ...(topP !== null && !withoutTopP && { topP }),
      ...(stops.length > 0 && { stopSequences: stops }),
    },
    dropped: [...lostSampling, ...(withoutTopP ? ['top_p'] : []), ...(stops.length === 0 ? lost : [])],
    changed: [...(temperature !== null && temperature > 1 ? ['temperature'] : []), ...(stops.length > 0 ? lost : [])],
  };
}

const EFFORTS: ReadonlySet<string | null> = new Set(['low', 'medium', 'high']);

/** What only some models take, by their own names. */
function writeOwn(
  { reasoningEffort, other }: HubRequest,
  maker: Maker | null,
  { thinking, effort, withoutSampling, dropped }: Thinking,
): Omit<Written, 'changed'> {
  const { top_k: topK, ...rest } = other;
  const takesTopK = maker === 'anthropic' && Number.isInteger(topK) && !withoutSampling;
  const takesEffort = maker === 'openai' && EFFORTS.has(reasoningEffort);
  return {
    fields: {
      ...(takesTopK && { top_k: topK }),
      ...(takesEffort && { reasoning_effort: reasoningEffort }),
      ...(thinking !== null && { thinking }),
      ...(effort !== null && { output_config: { effort } }),
    },
    dropped: [...(takesEffort ? [] : dropped), ...dropOther(takesTopK ? rest : other)],
  };
}

/** Source: Bedrock API reference, "OutputFormat", which wants the schema as text. */
function writeFormat({ responseFormat }: HubRequest): JsonObject {
  if (responseFormat.kind === 'text') return {};
  if (responseFormat.kind === 'json_schema') {
    const jsonSchema = { name: responseFormat.name, schema: JSON.stringify(responseFormat.schema) };
    return { outputConfig: { textFormat: { type: 'json_schema', structure: { jsonSchema } } } };
  }
  throw new CallerMistake(
    "Unsupported 'response_format.type': this model has no `json_object`; give the schema with `json_schema`.",
    'response_format.type',
    'unsupported_parameter',
  );
}
