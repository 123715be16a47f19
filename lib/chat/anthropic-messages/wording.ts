/** What a target of the hub says of a chat completion, in the words of the Messages API. */
import { type ChatCall, CallerMistake } from '../dialect';
import { type PlacedMessage, readTurns } from './read-turns';

const NAMES: Readonly<Record<string, string>> = {
  thinking_blocks: 'thinking',
  reasoning_content: 'thinking',
  reasoning_effort: 'thinking',
  parallel_tool_calls: 'tool_choice.disable_parallel_tool_use',
  stop: 'stop_sequences',
  user: 'metadata.user_id',
  response_format: 'output_config.format',
  'response_format.type': 'output_config.format.type',
  'tools.function.strict': 'tools.strict',
  'file.filename': 'title',
};

export const nameOf = (name: string): string => (Object.hasOwn(NAMES, name) ? (NAMES[name] ?? name) : name);

/** The same mistake, with the caller's own place in its text. */
export function reword({ message, param, code }: CallerMistake, { body }: ChatCall): CallerMistake {
  if (param === null) return new CallerMistake(message, param, code);
  const own = placeOf(param, () => readTurns(body));
  const said = message.replaceAll(`'${param}'`, `'${own}'`).replaceAll(/(?:a )?data: URLs?/g, 'base64 data');
  return new CallerMistake(said, own, code);
}

function placeOf(param: string, turns: () => readonly PlacedMessage[]): string {
  const [, message, rest] = /^messages\[(\d+)\](.*)$/.exec(param) ?? [];
  if (message !== undefined && rest !== undefined) return placeIn(turns()[Number(message)], rest);
  return nameOf(
    param.replace(/^(tools\[\d+\])\.function/, '$1').replace(/^(tools\[\d+\])\.parameters/, '$1.input_schema'),
  );
}

function placeIn(turn: PlacedMessage | undefined, rest: string): string {
  if (turn === undefined) return 'messages';
  const part = /^\.content\[(\d+)\]/.exec(rest)?.[1];
  if (part !== undefined) return `${turn.parts[Number(part)]?.at ?? turn.at}.source`;
  const [, call, field] = /^\.tool_calls\[(\d+)\]\.function\.(\w+)$/.exec(rest) ?? [];
  if (call === undefined) return `${turn.at}.content`;
  const called = turn.parts.filter((placed) => placed.part.kind === 'tool_call')[Number(call)];
  return `${called?.at ?? turn.at}.${field === 'arguments' ? 'input' : field}`;
}
