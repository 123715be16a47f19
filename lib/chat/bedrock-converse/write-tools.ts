/** Tools of a request as Converse's `toolConfig`. */
import type { HubRequest, HubTool } from '../hub';
import type { JsonObject } from '../json';
import type { Maker } from './model-id';
import { cachePoint } from './write-turns';

/**
 * There is no choice `none` here, so tools that may not be called are not offered. A history with calls or results is
 * refused without any tool, though: then one stands there that does nothing.
 */
export function writeTools(
  { tools, toolChoice }: HubRequest,
  historyHasTools: boolean,
  maker: Maker | null,
): JsonObject {
  if (tools.length === 0 || toolChoice === 'none') return historyHasTools ? { toolConfig: { tools: [STUB] } } : {};
  return {
    toolConfig: {
      tools: tools.flatMap((tool) => [writeTool(tool), ...cachePoint(tool.cache, maker)]),
      ...writeChoice(toolChoice),
    },
  };
}

const STUB = {
  toolSpec: {
    name: 'unavailable',
    description: 'Does nothing. Do not call it.',
    inputSchema: { json: { type: 'object' } },
  },
};

function writeTool({ name, description, parameters }: HubTool): JsonObject {
  return {
    toolSpec: {
      name,
      // An empty description is refused.
      ...(description !== null && description !== '' && { description }),
      inputSchema: { json: { type: 'object', ...(parameters ?? { properties: {} }) } },
    },
  };
}

/** `auto` is what no choice means, and the only one that every model knows. */
function writeChoice(choice: Exclude<HubRequest['toolChoice'], 'none'>): JsonObject {
  if (choice === 'auto') return {};
  return { toolChoice: choice === 'required' ? { any: {} } : { tool: { name: choice.name } } };
}
