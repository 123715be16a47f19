/**
 * Arguments of a tool call that come in pieces, each with the JSON path (RFC 9535) of its place, put together.
 * Source: https://googleapis.github.io/js-genai/release_docs/interfaces/types.PartialArg.html
 */
import { type JsonObject, isObject } from '../json';

/** A name in an object or a place in an array. */
type Step = string | number;
type Container = Record<Step, unknown>;

export class PartialArguments {
  private readonly root: Container;

  /** `known`: arguments that came whole. */
  constructor(known: JsonObject) {
    this.root = { ...known };
  }

  get json(): string {
    return JSON.stringify(this.root);
  }

  /** False: the piece has no place here. */
  add(piece: unknown): boolean {
    if (!isObject(piece)) return false;
    const steps = stepsOf(piece['jsonPath']);
    const last = steps.pop();
    if (last === undefined) return false;
    let at: Container | null = this.root;
    steps.forEach((step, index) => {
      at &&= childAt(at, step, typeof (steps[index + 1] ?? last) === 'number');
    });
    return at !== null && put(at, last, piece);
  }
}

const STEP = /\.([^.[\]]+)|\[(\d+)\]|\['((?:[^'\\]|\\['\\])*)'\]/y;

/** Empty: it is no path to a place. */
function stepsOf(path: unknown): Step[] {
  if (typeof path !== 'string' || !path.startsWith('$')) return [];
  const steps: Step[] = [];
  for (STEP.lastIndex = 1; STEP.lastIndex < path.length;) {
    const [, name, place, quoted] = STEP.exec(path) ?? [];
    const step = place === undefined ? (name ?? quoted?.replace(/\\(.)/g, '$1')) : Number(place);
    if (step === undefined) return [];
    steps.push(step);
  }
  return steps;
}

/** The object or array at a place, made where there is none yet; `null`: something else is there. */
function childAt(at: Container, step: Step, isArray: boolean): Container | null {
  if (!fits(at, step)) return null;
  if (!Object.hasOwn(at, step)) at[step] = isArray ? [] : {};
  const child = at[step];
  // A number that is kept as its text is a frozen object.
  return typeof child === 'object' && child !== null && !Object.isFrozen(child) ? (child as Container) : null;
}

/** Arrays grow by one, so that a piece cannot ask for a billion places; `__proto__` is no place that can be assigned. */
function fits(at: Container, step: Step): boolean {
  if (Array.isArray(at)) return typeof step === 'number' && step <= at.length;
  return typeof step === 'string' && step !== '__proto__';
}

/** A text goes on where it left off. A piece without a value only says that more will come. */
function put(at: Container, step: Step, piece: JsonObject): boolean {
  if (!fits(at, step)) return false;
  const before = Object.hasOwn(at, step) ? at[step] : undefined;
  const { stringValue: text } = piece;
  if (typeof text === 'string') at[step] = typeof before === 'string' ? before + text : text;
  else if ('numberValue' in piece) at[step] = piece['numberValue'];
  else if ('boolValue' in piece) at[step] = piece['boolValue'];
  else if ('nullValue' in piece) at[step] = null;
  return true;
}
