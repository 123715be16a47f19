/**
 * A small regular-expression language whose search takes time linear in the text, whatever the pattern: literals, `.`,
 * classes, `\d \w \s \D \W \S \b`, groups, `|`, `* + ? {m} {m,n} {m,}`. It runs as Thompson wrote it down in 1968: all
 * states at once, one character after the other, so there is nothing to go back to.
 */

export interface Pattern {
  /** A state stands before each step; the one behind the last has found the pattern. */
  readonly steps: Steps;
  /** Whether the pattern can begin with this character. */
  readonly begins: Reads;
}

interface Step {
  /** Reads one character and goes on with the next step; `null`: reads nothing. */
  readonly reads: Reads | null;
  /** Without reading: the steps to go on with, all of them, by how far away they are. */
  readonly goes: readonly number[];
  readonly onlyAtEdge: boolean;
}

type Steps = readonly Step[];
type Reads = (codePoint: number) => boolean;

/** The pattern is not of the language. `position` counts from 0. */
export class PatternError extends Error {
  constructor(
    message: string,
    readonly position: number,
  ) {
    super(`${message}, at position ${position}`);
    this.name = 'PatternError';
  }
}

/** Whether the pattern is anywhere in the text. `visits` of states: at most (steps + 1) × (characters + 1). */
export function search({ steps, begins }: Pattern, text: string): { readonly found: boolean; readonly visits: number } {
  const visitedAt = new Int32Array(steps.length + 1).fill(-1);
  let here: number[] = [];
  let ahead: number[] = [];
  let visits = 0;
  for (let at = 0, before = NONE, code; at <= text.length; at += code > 0xffff ? 2 : 1, before = code) {
    code = text.codePointAt(at) ?? NONE;
    if (begins(code)) here.push(0);
    else if (here.length === 0) continue;
    for (let state = here.pop(); state !== undefined; state = here.pop()) {
      if (visitedAt[state] === at) continue;
      visitedAt[state] = at;
      visits++;
      const step = steps[state];
      if (step === undefined) return { found: true, visits };
      if (step.reads?.(code) === true) ahead.push(state + 1);
      if (step.onlyAtEdge && isWord(before) === isWord(code)) continue;
      for (const away of step.goes) here.push(state + away);
    }
    [here, ahead] = [ahead, here];
  }
  return { found: false, visits };
}

/** Throws `PatternError` for what the language does not have, what grows too large and what is in every text. */
export function parsePattern(source: string): Pattern {
  if (source.length > LONGEST) throw new PatternError(`longer than ${LONGEST} characters`, LONGEST);
  const steps = new Parser(source).whole();
  const first = firstReads(steps, 0, new Set());
  return { steps, begins: tabled((code) => first.some((reads) => reads(code))) };
}

/** Of characters and of steps. */
const LONGEST = 1_000;
const TOO_LONG = `needs more than ${LONGEST} steps`;

function firstReads(steps: Steps, at: number, seen: Set<number>): readonly Reads[] {
  if (seen.has(at)) return [];
  const step = steps[at];
  if (step === undefined) throw new PatternError('matches without any character, so in every text', 0);
  seen.add(at);
  return step.reads !== null ? [step.reads] : step.goes.flatMap((away) => firstReads(steps, at + away, seen));
}

function go(...goes: readonly number[]): Step {
  return { reads: null, goes, onlyAtEdge: false };
}

class Parser {
  private at = 0;
  constructor(private readonly source: string) {}

  whole(): Steps {
    const steps = this.choice();
    return this.at < this.source.length ? this.fail('")" without "("') : steps;
  }

  private choice(): Steps {
    const one = this.sequence();
    if (this.take(/\|/y) === null) return one;
    const other = this.choice();
    return this.limited([go(1, one.length + 2), ...one, go(other.length + 1), ...other]);
  }

  private sequence(): Steps {
    const steps: Step[] = [];
    while (this.at < this.source.length && !'|)'.includes(this.source.charAt(this.at))) steps.push(...this.repeated());
    return steps.length === 0 ? this.fail('expected something to match') : this.limited(steps);
  }

  private repeated(): Steps {
    const one = this.single();
    const sign = this.take(/([*+?])|\{(\d{1,4})(?:(,)(\d{0,4}))?\}/y);
    if (sign === null) return one;
    const [whole, mark, least = mark === '+' ? '1' : '0', comma, most] = sign;
    const open = mark === '*' || mark === '+' || most === '';
    const max = open ? Infinity : mark === '?' ? 1 : Number(comma === undefined ? least : most);
    const min = Number(least);
    if (max < min) this.fail(`"${whole}" allows nothing`);
    const copies = Array<Steps>(min).fill(one);
    if (open) copies.push([go(1, one.length + 2), ...one, go(-one.length - 1)]);
    else copies.push(...Array<Steps>(max - min).fill([go(1, one.length + 1), ...one]));
    // Before the copies are made: repetitions of repetitions multiply.
    return copies.length * one.length > LONGEST ? this.fail(TOO_LONG) : this.limited(copies.flat());
  }

  private single(): Steps {
    if (this.take(/\(\?:|\((?!\?)/y)) {
      const group = this.choice();
      return this.take(/\)/y) ? group : this.fail('"(" without ")"');
    }
    if (this.take(/\\b/y)) return [{ reads: null, goes: [1], onlyAtEdge: true }];
    return [{ reads: this.character(), goes: [], onlyAtEdge: false }];
  }

  /** Whether one character is of a class takes no longer however it is asked, so JavaScript's own classes do. */
  private character(): Reads {
    const token = this.take(CHARACTER)?.[0];
    if (token === undefined) {
      const sign = /^\\?./su.exec(this.source.slice(this.at))?.[0] ?? '';
      this.fail(`"${sign}" is not supported here; a sign that stands for itself has a "\\" before it`);
    }
    try {
      const one = new RegExp(token, 'u');
      return tabled((code) => code !== NONE && one.test(String.fromCodePoint(code)));
    } catch {
      return this.fail(`"${token}" is neither a character nor a class`);
    }
  }

  private limited(steps: Steps): Steps {
    return steps.length > LONGEST ? this.fail(TOO_LONG) : steps;
  }

  private take(token: RegExp): RegExpExecArray | null {
    token.lastIndex = this.at;
    const match = token.exec(this.source);
    if (match !== null) this.at = token.lastIndex;
    return match;
  }

  private fail(message: string): never {
    throw new PatternError(message, this.at);
  }
}

/** A class, an escape, or what stands for itself. */
const CHARACTER = /\[(?!\^\])(?:\\[dwsDWSnrt]|\\\W|[^\]\\])+\]|\\[dwsDWSnrt]|\\\W|[^\\^$*+?()[\]{}|]/suy;

/** Stands for the character before the first and behind the last. */
const NONE = 0x110000;

/** Answers for ASCII from a table, since this runs for every character and state. */
function tabled(reads: Reads): Reads {
  const ascii = Array.from({ length: 128 }, (_, code) => reads(code));
  return (code) => ascii[code] ?? reads(code);
}

const isWord = tabled((code) => code !== NONE && /\w/.test(String.fromCodePoint(code)));
