/**
 * Engines that nearly speak OpenAI's protocol, put right where clients would misread them. What is right already is not
 * touched: `null` everywhere means that the answer goes on as it came.
 *
 * - Reasoning under the name `reasoning` (vLLM since 0.16, Ollama) is called `reasoning_content`, as everywhere else here.
 * - Tool calls without an `index`, or with one that another call has already, get one of their own.
 * - Arguments that begin with a placeholder `{}` and then come once more are the ones that come.
 */
import { type JsonObject, isObject } from '../json';

/** The message of a whole answer, or a delta. */
export function mendReasoning(message: JsonObject): JsonObject | null {
  if (!isText(message['reasoning'])) return null;
  const { reasoning, ...rest } = message;
  const known = rest['reasoning_content'];
  return { ...rest, reasoning_content: isText(known) ? known : reasoning };
}

/** A tool call that has begun. */
interface Call {
  readonly index: number;
  readonly id: unknown;
  /** Its arguments so far are a `{}` that was not passed on yet: more may come in its place. */
  isHeldBack: boolean;
}

/** The tool calls of one choice of a stream, chunk by chunk. */
export class ToolCallMender {
  private readonly calls: Call[] = [];
  /** Whom the upstream means by an index: the call that began there last. */
  private readonly byIndex = new Map<unknown, Call>();

  /** `ends`: the choice finishes with this chunk. */
  mend(given: readonly unknown[], ends: boolean): readonly unknown[] | null {
    let changed = false;
    const mended = given.map((one, position) => {
      if (!isObject(one)) return one;
      const better = this.mendCall(one, given.length === 1 ? null : position, ends);
      changed ||= better !== null;
      return better ?? one;
    });
    if (!ends) return changed ? mended : null;
    const left = this.calls.filter(({ isHeldBack }) => isHeldBack);
    for (const call of left) call.isHeldBack = false;
    return changed || left.length > 0 ? [...mended, ...left.map(argumentsOf)] : null;
  }

  /** `position`: among several in one chunk. */
  private mendCall(given: JsonObject, position: number | null, ends: boolean): JsonObject | null {
    const { index, id } = given;
    const called = isObject(given['function']) ? given['function'] : {};
    const name = called['name'];
    const known = typeof index === 'number' ? this.byIndex.get(index) : this.withoutIndex(id, name, position);
    // Some engines give every piece of one call another id; only a name says that a call begins.
    const begins = known === undefined || (isText(id) && isText(name) && isText(known.id) && id !== known.id);
    const call = begins ? this.begin(index, id) : known;
    const text = called['arguments'];
    const isPlaceholder = begins && !ends && text === '{}';
    if (isPlaceholder) call.isHeldBack = true;
    else if (isText(text) && text.trim() !== '') call.isHeldBack = false;
    if (!isPlaceholder && index === call.index) return null;
    const { id: again, ...rest } = given;
    return {
      ...rest,
      index: call.index,
      // Some clients put all ids of a call together to one, as they do with its arguments.
      ...(begins && again !== undefined && { id: again }),
      ...(isPlaceholder && { function: { ...called, arguments: '' } }),
    };
  }

  private withoutIndex(id: unknown, name: unknown, position: number | null): Call | undefined {
    const byId = isText(id) ? this.calls.find((call) => call.id === id) : undefined;
    if (byId !== undefined || isText(name)) return byId;
    return position === null ? this.calls.at(-1) : this.calls[position];
  }

  private begin(index: unknown, id: unknown): Call {
    const isFree = typeof index === 'number' && this.calls.every((call) => call.index !== index);
    const next = Math.max(-1, ...this.calls.map((call) => call.index)) + 1;
    const call = { index: isFree ? index : next, id, isHeldBack: false };
    this.calls.push(call);
    this.byIndex.set(index, call);
    return call;
  }
}

const argumentsOf = ({ index }: Call): JsonObject => ({ index, function: { arguments: '{}' } });

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
