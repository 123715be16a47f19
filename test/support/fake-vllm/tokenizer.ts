/**
 * A small tokenizer that every fake replica shares without sharing memory: an id says by itself which bytes it stands
 * for, so one process can go on where another stopped. A token is a control mark, a text mark, a word of a fixed
 * vocabulary, or one to three bytes of UTF-8; a character outside ASCII is always split over two tokens.
 */

/** Marks that only a chat template can write: text that spells them out is encoded as text. */
export const CONTROL = { begin: 1, end: 2, system: 3, user: 4, assistant: 5, tool: 6, tools: 7 } as const;

const CONTROL_TEXT = new Map<number, string>(Object.entries(CONTROL).map(([name, id]) => [id, `<|${name}|>`]));

/** Marks that a model writes into its text, one token each, as Qwen and DeepSeek have them. */
const MARKS = ['<think>', '</think>', '<tool_call>', '</tool_call>'];
const FIRST_MARK = 10;

/** The words of the answers the fake makes up. */
export const WORDS = (
  'the a every one replica host prefill token stream cache queue model router answer batch prompt boundary lane fleet ' +
  'zone price budget wakes drains fills holds sends reads keeps counts finds loses resumes before after under beside ' +
  'within without quickly slowly once twice again and but then'
).split(' ');
const FIRST_WORD = 100;
const wordIds = new Map(
  WORDS.flatMap((word, index) => [
    [word, FIRST_WORD + 2 * index] as const,
    [` ${word}`, FIRST_WORD + 2 * index + 1] as const,
  ]),
);
const wordsById = new Map([...wordIds].map(([word, id]) => [id, word]));

/** Where the tokens of one, two and three bytes begin. */
const FIRST_BYTES = [1_000, 2_000, 100_000] as const;

const PIECE = /<\/?(?:think|tool_call)>| ?[A-Za-z]+|[^A-Za-z]/gsu;

/** The ids of a text, without control marks. */
export function encode(text: string): number[] {
  const ids: number[] = [];
  for (const [piece] of text.matchAll(PIECE)) {
    const mark = MARKS.indexOf(piece);
    const known = mark >= 0 ? FIRST_MARK + mark : wordIds.get(piece);
    if (known !== undefined) ids.push(known);
    else for (const part of bytePieces(Buffer.from(piece, 'utf8'))) ids.push(idOfBytes(part));
  }
  return ids;
}

/** The bytes of one token; control marks have none, unless `control` asks for their names. */
export function bytesOf(id: number, control = false): Buffer {
  const name = CONTROL_TEXT.get(id);
  if (name !== undefined) return Buffer.from(control ? name : '');
  const mark = MARKS[id - FIRST_MARK];
  if (mark !== undefined) return Buffer.from(mark);
  const word = wordsById.get(id);
  if (word !== undefined) return Buffer.from(word);
  for (const [index, first] of [...FIRST_BYTES.entries()].reverse()) {
    if (id >= first) return Buffer.from([16, 8, 0].slice(2 - index).map((shift) => ((id - first) >> shift) & 0xff));
  }
  return Buffer.alloc(0);
}

/** The text of a list of ids, with the names of the control marks in it. Half a character becomes U+FFFD. */
export const decode = (ids: readonly number[]): string =>
  Buffer.concat(ids.map((id) => bytesOf(id, true))).toString('utf8');

export const isControl = (id: number): boolean => CONTROL_TEXT.has(id);

function bytePieces(bytes: Buffer): Buffer[] {
  if ((bytes[0] ?? 0) >= 0x80) {
    const half = Math.ceil(bytes.length / 2);
    return [bytes.subarray(0, half), bytes.subarray(half)];
  }
  const pieces: Buffer[] = [];
  for (let from = 0; from < bytes.length; from += 3) pieces.push(bytes.subarray(from, from + 3));
  return pieces;
}

function idOfBytes(bytes: Buffer): number {
  return (FIRST_BYTES[bytes.length - 1] ?? 0) + [...bytes].reduce((value, byte) => value * 256 + byte, 0);
}
