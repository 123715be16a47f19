/**
 * DynamoDB's expressions, as far as its developer guide describes them for top-level attributes: conditions, key
 * conditions, filters and update expressions. What it does not know is a ValidationException, as on the real one.
 */
import type { AttributeValue, Item } from '../../../lib/tables/attributes';
import { FakeError } from './errors';

export type Names = Readonly<Record<string, string>>;

/** Some of the 573 words that may not stand in an expression without a placeholder. */
const RESERVED = new Set(
  'add all and any as asc between by count create date day delete desc each end exists from group hash in index is key limit month name names not null number of offset on or order owner partition path primary range region remove role row second select set size state status sum table text then time timestamp timezone to token total ttl type unique update url usage use user users uuid value values view where with year zone'.split(
    ' ',
  ),
);

const TOKEN = /\s*(#[A-Za-z0-9_]+|:[A-Za-z0-9_]+|[A-Za-z_][A-Za-z0-9_]*|<>|<=|>=|[=<>(),+-])/y;

/** Reads one expression. Which placeholders were used is noted in `used`, since unused ones are an error. */
class Reader {
  private readonly tokens: string[] = [];
  private at = 0;

  constructor(
    text: string,
    private readonly names: Names,
    private readonly values: Item,
    private readonly used: Set<string>,
  ) {
    TOKEN.lastIndex = 0;
    let end = 0;
    for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
      this.tokens.push(match[1] as string);
      end = TOKEN.lastIndex;
    }
    if (text.slice(end).trim() !== '') throw invalid(`Syntax error; token: "${text.slice(end).trim().slice(0, 10)}"`);
  }

  get isDone(): boolean {
    return this.at >= this.tokens.length;
  }

  peek(): string {
    return this.tokens[this.at] ?? '';
  }

  isWord(word: string): boolean {
    return this.peek().toUpperCase() === word;
  }

  take(): string {
    const token = this.tokens[this.at++];
    if (token === undefined) throw invalid('Syntax error; token: "<EOF>"');
    return token;
  }

  takeIf(token: string): boolean {
    const is = this.isWord(token);
    if (is) this.at += 1;
    return is;
  }

  expect(token: string): void {
    const found = this.take();
    if (found.toUpperCase() !== token) throw invalid(`Syntax error; token: "${found}"`);
  }

  attribute(): string {
    const token = this.take();
    if (token.startsWith('#')) {
      const name = this.names[token];
      if (name === undefined) {
        throw invalid(
          `An expression attribute name used in the document path is not defined; attribute name: ${token}`,
        );
      }
      this.used.add(token);
      return name;
    }
    if (!/^[A-Za-z]/.test(token)) throw invalid(`Syntax error; token: "${token}"`);
    if (RESERVED.has(token.toLowerCase())) {
      throw invalid(`Attribute name is a reserved keyword; reserved keyword: ${token}`);
    }
    return token;
  }

  value(): AttributeValue {
    const token = this.take();
    const value = this.values[token];
    if (!token.startsWith(':')) throw invalid(`Syntax error; token: "${token}"`);
    if (value === undefined) {
      throw invalid(`An expression attribute value used in expression is not defined; attribute value: ${token}`);
    }
    this.used.add(token);
    return value;
  }

  /** An attribute's value (of an item to come) or a placeholder's. */
  operand(): (item: Item) => AttributeValue | undefined {
    if (this.peek().startsWith(':')) {
      const value = this.value();
      return () => value;
    }
    const name = this.attribute();
    return (item) => item[name];
  }
}

export interface Expressions {
  readonly names: Names;
  readonly values: Item;
  readonly used: Set<string>;
}

export type Predicate = (item: Item) => boolean;

export function condition(text: string, { names, values, used }: Expressions): Predicate {
  const reader = new Reader(text, names, values, used);
  const predicate = either(reader);
  if (!reader.isDone) throw invalid(`Syntax error; token: "${reader.peek()}"`);
  return predicate;
}

function either(reader: Reader): Predicate {
  const parts = [both(reader)];
  while (reader.takeIf('OR')) parts.push(both(reader));
  return (item) => parts.some((part) => part(item));
}

function both(reader: Reader): Predicate {
  const parts = [one(reader)];
  while (reader.takeIf('AND')) parts.push(one(reader));
  return (item) => parts.every((part) => part(item));
}

function one(reader: Reader): Predicate {
  if (reader.takeIf('NOT')) {
    const part = one(reader);
    return (item) => !part(item);
  }
  if (reader.takeIf('(')) {
    const inner = either(reader);
    reader.expect(')');
    return inner;
  }
  for (const [name, make] of Object.entries(FUNCTIONS)) {
    if (!reader.takeIf(name.toUpperCase())) continue;
    reader.expect('(');
    const predicate = make(reader);
    reader.expect(')');
    return predicate;
  }
  return comparison(reader);
}

const FUNCTIONS: Readonly<Record<string, (reader: Reader) => Predicate>> = {
  attribute_exists: (reader) => {
    const name = reader.attribute();
    return (item) => item[name] !== undefined;
  },
  attribute_not_exists: (reader) => {
    const name = reader.attribute();
    return (item) => item[name] === undefined;
  },
  begins_with: (reader) => {
    const name = reader.attribute();
    reader.expect(',');
    const prefix = reader.value();
    return (item) => {
      const value = item[name];
      return value !== undefined && 'S' in value && 'S' in prefix && value.S.startsWith(prefix.S);
    };
  },
};

function comparison(reader: Reader): Predicate {
  const left = reader.operand();
  if (reader.takeIf('BETWEEN')) {
    const low = reader.operand();
    reader.expect('AND');
    const high = reader.operand();
    return (item) => {
      const [value, from, to] = [left(item), low(item), high(item)];
      return (compared(value, from) ?? -1) >= 0 && (compared(value, to) ?? 1) <= 0;
    };
  }
  const operator = reader.take();
  const right = reader.operand();
  return (item) => holds(operator, left(item), right(item));
}

/** A comparison with an attribute that is missing or of another type does not hold; only "not equal" does. */
function holds(operator: string, left: AttributeValue | undefined, right: AttributeValue | undefined): boolean {
  const order = compared(left, right);
  switch (operator) {
    case '=':
      return order === 0;
    case '<>':
      return order !== 0;
    case '<':
      return order !== null && order < 0;
    case '<=':
      return order !== null && order <= 0;
    case '>':
      return order !== null && order > 0;
    case '>=':
      return order !== null && order >= 0;
    default:
      throw invalid(`Syntax error; token: "${operator}"`);
  }
}

/** `null`: they cannot be compared. */
export function compared(left: AttributeValue | undefined, right: AttributeValue | undefined): number | null {
  if (left === undefined || right === undefined) return null;
  if ('N' in left && 'N' in right) return Number(left.N) - Number(right.N);
  if ('S' in left && 'S' in right) return Buffer.compare(Buffer.from(left.S), Buffer.from(right.S));
  if ('BOOL' in left && 'BOOL' in right) return left.BOOL === right.BOOL ? 0 : 1;
  return null;
}

/** What an update expression makes of an item. */
export interface Updated {
  readonly item: Item;
  readonly touched: readonly string[];
}

export function updated(text: string, before: Item, { names, values, used }: Expressions): Updated {
  const reader = new Reader(text, names, values, used);
  const item: Record<string, AttributeValue> = { ...before };
  const touched: string[] = [];
  const seen = new Set<string>();
  const touch = (name: string): string => {
    if (touched.includes(name)) {
      throw invalid(
        `Two document paths overlap with each other; must remove or rewrite one of these paths; path: [${name}]`,
      );
    }
    touched.push(name);
    return name;
  };
  const clauses: Readonly<Record<string, () => void>> = {
    SET: () => {
      const name = touch(reader.attribute());
      reader.expect('=');
      item[name] = sum(reader, before);
    },
    REMOVE: () => {
      delete item[touch(reader.attribute())];
    },
    ADD: () => {
      const name = touch(reader.attribute());
      item[name] = added(before[name], reader.value());
    },
  };
  while (!reader.isDone) {
    const word = reader.take().toUpperCase();
    const clause = clauses[word];
    if (clause === undefined) throw invalid(`Syntax error; token: "${word}"`);
    if (seen.has(word)) throw invalid(`The "${word}" section can only be used once in an update expression`);
    seen.add(word);
    do clause();
    while (reader.takeIf(','));
  }
  return { item, touched };
}

function sum(reader: Reader, before: Item): AttributeValue {
  let value = term(reader, before);
  while (reader.peek() === '+' || reader.peek() === '-') {
    const sign = reader.take() === '+' ? 1 : -1;
    value = numeral(numberOf(value) + sign * numberOf(term(reader, before)));
  }
  return value;
}

function term(reader: Reader, before: Item): AttributeValue {
  if (reader.takeIf('IF_NOT_EXISTS')) {
    reader.expect('(');
    const name = reader.attribute();
    reader.expect(',');
    const otherwise = term(reader, before);
    reader.expect(')');
    return before[name] ?? otherwise;
  }
  const value = reader.operand()(before);
  if (value === undefined)
    throw invalid('The provided expression refers to an attribute that does not exist in the item');
  return value;
}

function added(before: AttributeValue | undefined, value: AttributeValue): AttributeValue {
  if (!('N' in value)) throw invalid('Incorrect operand type for operator or function; operator: ADD');
  return numeral((before === undefined ? 0 : numberOf(before)) + numberOf(value));
}

function numberOf(value: AttributeValue): number {
  if ('N' in value) return Number(value.N);
  throw invalid('An operand in the update expression has an incorrect data type');
}

const numeral = (value: number): AttributeValue => ({ N: String(value) });

export const invalid = (message: string): FakeError => new FakeError('ValidationException', message);
