/**
 * Every tool call of the history has its result directly after it, and every result its call: targets refuse a
 * history where that is not so, and names neither.
 */
import { CallerMistake } from './dialect';

const NOT_IN_IDS = /[^a-zA-Z0-9_-]/g;
/** Of an id as given; what makes it unique still fits into Bedrock's 64 characters. */
const MOST_CHARACTERS = 56;

export class ToolPairs {
  private readonly used = new Set<string>();
  /** Calls without a result yet, by the caller's id, with the id that the target gets. */
  private readonly open = new Map<string, string>();
  private openAt = '';

  /** @param numbered nine letters and digits, the only ids that models of Mistral take */
  constructor(private readonly numbered = false) {}

  /**
   * The id for the target. Ids must be unique in the whole conversation and of few characters; engines that number
   * their calls from 0 in every turn, or write `functions.search:0`, make others.
   */
  call(id: string, message: string): string {
    if (this.open.has(id)) {
      throw new CallerMistake(`Invalid '${message}.tool_calls': two calls have the same id.`, `${message}.tool_calls`);
    }
    const own = this.numbered ? `call${String(this.used.size + 1).padStart(5, '0')}` : this.unique(id);
    this.used.add(own);
    this.open.set(id, own);
    this.openAt = message;
    return own;
  }

  result(id: string, message: string): string {
    const own = this.open.get(id);
    if (own === undefined) {
      const param = `${message}.tool_call_id`;
      throw new CallerMistake(`Invalid '${param}': the assistant's turn before it has no such open call.`, param);
    }
    this.open.delete(id);
    return own;
  }

  /** Before a turn that is no tool result, and at the end. */
  close(): void {
    if (this.open.size === 0) return;
    const param = `${this.openAt}.tool_calls`;
    throw new CallerMistake(
      `Invalid '${param}': each tool call must be followed by a message with its result; ${this.open.size} missing.`,
      param,
    );
  }

  private unique(id: string): string {
    const base = id.replace(NOT_IN_IDS, '_').slice(0, MOST_CHARACTERS);
    let own = base;
    for (let copy = 2; this.used.has(own); copy += 1) own = `${base}_${copy}`;
    return own;
  }
}
