/** Tools and the choice among them into the hub. */
import type { HubRequest, HubTool } from '../hub';
import { type JsonObject, isObject } from '../json';
import { isGiven, refuse, unsupported } from '../openai-chat/mistakes';
import { isStrict } from './strict-schema';

export function readTools(tools: unknown): HubTool[] {
  return ((tools ?? []) as unknown[]).map((tool, index) => {
    const at = `tools[${index}]`;
    if (!isObject(tool)) refuse(at, 'an object', tool);
    const { type, name, description, parameters, strict } = tool;
    if (type !== 'function') {
      if (typeof type !== 'string') refuse(`${at}.type`, 'a string', type);
      unsupported(`${at}.type`, 'only tools of type `function` can be translated: nobody here would run another');
    }
    if (typeof name !== 'string' || name === '') refuse(`${at}.name`, 'a name', name);
    if (isGiven(description) && typeof description !== 'string') refuse(`${at}.description`, 'a string', description);
    if (isGiven(parameters) && !isObject(parameters)) refuse(`${at}.parameters`, 'a JSON Schema object', parameters);
    if (isGiven(strict) && typeof strict !== 'boolean') refuse(`${at}.strict`, 'a boolean', strict);
    const schema = (parameters ?? null) as JsonObject | null;
    return {
      name,
      description: (description ?? null) as string | null,
      parameters: schema,
      strict: (strict ?? isStrict(schema)) as boolean,
    };
  });
}

export type Choice = Pick<HubRequest, 'tools' | 'toolChoice'>;

/** `allowed_tools` leaves some of the tools out for once. */
export function readChoice(choice: unknown, tools: readonly HubTool[]): Choice {
  if (!isGiven(choice) || choice === 'auto' || choice === 'none') {
    return { tools, toolChoice: choice === 'none' ? 'none' : 'auto' };
  }
  if (choice === 'required') {
    if (tools.length === 0) refuse('tool_choice', '`tools` to choose from', choice);
    return { tools, toolChoice: choice };
  }
  if (!isObject(choice)) refuse('tool_choice', "'auto', 'none', 'required' or a tool", choice);
  const { type, mode, tools: allowed } = choice;
  if (type === 'function') return { tools, toolChoice: { name: nameOf(choice, 'tool_choice', tools) } };
  if (type !== 'allowed_tools') unsupported('tool_choice.type', 'only tools of type `function` can be chosen');
  if (!Array.isArray(allowed) || allowed.length === 0) refuse('tool_choice.tools', 'an array of tools', allowed);
  if (isGiven(mode) && mode !== 'auto' && mode !== 'required') refuse('tool_choice.mode', "'auto' or 'required'", mode);
  const names = allowed.map((tool: unknown, index) => nameOf(tool, `tool_choice.tools[${index}]`, tools));
  const offered = tools.filter(({ name }) => names.includes(name));
  return { tools: offered, toolChoice: mode === 'required' ? mode : 'auto' };
}

function nameOf(tool: unknown, at: string, tools: readonly HubTool[]): string {
  const name = isObject(tool) ? tool['name'] : undefined;
  if (typeof name !== 'string') refuse(`${at}.name`, 'the name of a tool', name);
  if (!tools.some((one) => one.name === name)) refuse(`${at}.name`, 'the name of a given tool', name);
  return name;
}
