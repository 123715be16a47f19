/** Tools on offer and which of them may be called. Source: https://ai.google.dev/api/caching#FunctionCallingConfig */
import type { HubRequest, HubTool } from '../hub';
import type { JsonObject } from '../json';
import type { Written } from './written';

export function writeTools({ tools, toolChoice, parallelToolCalls }: HubRequest): Written {
  if (tools.length === 0) return { fields: {}, dropped: [], changed: [] };
  return {
    fields: { tools: [{ functionDeclarations: tools.map(writeTool) }], ...writeChoice(toolChoice) },
    dropped: [
      ...(tools.some(({ strict }) => strict) ? ['tools.function.strict'] : []),
      ...(parallelToolCalls === false ? ['parallel_tool_calls'] : []),
    ],
    changed: [],
  };
}

/** The schema goes as JSON Schema: `parameters` would take a dialect of OpenAPI's, without `$ref` and much else. */
function writeTool({ name, description, parameters }: HubTool): JsonObject {
  return {
    name,
    ...(description !== null && { description }),
    ...(parameters !== null && { parametersJsonSchema: { type: 'object', ...parameters } }),
  };
}

function writeChoice(choice: HubRequest['toolChoice']): JsonObject {
  // `auto` is what no choice means.
  if (choice === 'auto') return {};
  const config =
    typeof choice === 'object'
      ? { mode: 'ANY', allowedFunctionNames: [choice.name] }
      : { mode: choice === 'none' ? 'NONE' : 'ANY' };
  return { toolConfig: { functionCallingConfig: config } };
}
