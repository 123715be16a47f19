/** What a target says of a chat completion, in the words of a caller of this API. */
import { type ChatCall, CallerMistake } from '../dialect';
import { decidedBody } from './decided-body';
import { type PlacedMessage } from './conversation';
import { readInput } from './read-input';

const NAMES: Readonly<Record<string, string>> = {
  max_tokens: 'max_output_tokens',
  max_completion_tokens: 'max_output_tokens',
  reasoning_effort: 'reasoning.effort',
  reasoning_content: 'input.reasoning',
  thinking_blocks: 'input.reasoning',
  'tools.function.strict': 'tools.strict',
  response_format: 'text.format',
  'response_format.type': 'text.format.type',
  verbosity: 'text.verbosity',
  logprobs: 'include',
};

export const nameOf = (name: string): string => (Object.hasOwn(NAMES, name) ? (NAMES[name] ?? name) : name);

export function reword(mistake: CallerMistake, call: ChatCall): CallerMistake {
  const { param } = mistake;
  if (param === null) return mistake;
  const own = placeOf(param, () => readInput(decidedBody(call)));
  return new CallerMistake(mistake.message.replaceAll(`'${param}'`, `'${own}'`), own, mistake.code);
}

const MESSAGE = /^messages\[(\d+)\](?:\.(content|tool_calls)\[(\d+)\])?(.*)$/;
const TOOL = /^(tools\[\d+\])\.function(.*)$/;

function placeOf(param: string, messages: () => readonly PlacedMessage[]): string {
  const [, tool, ofTool = ''] = TOOL.exec(param) ?? [];
  if (tool !== undefined) return tool + ofTool;
  const [, index, list, item, rest = ''] = MESSAGE.exec(param) ?? [];
  if (index === undefined) return nameOf(param);
  const message = messages()[Number(index)];
  if (message === undefined) return 'input';
  if (item === undefined) return rest === '.tool_call_id' ? `${message.at}.call_id` : message.at;
  const places = message.places.filter((_place, at) => list === 'content' || message.parts[at]?.kind === 'tool_call');
  return (places[Number(item)] ?? message.at) + fieldOf(rest);
}

/** Fields of a part stand one level higher here. */
const fieldOf = (rest: string): string => rest.replace(/^\.(?:file|function)(?=\.)|(?<=^\.image_url)\.url$/, '');
