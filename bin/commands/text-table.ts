/** Aligned columns for a terminal: what does not fit is wrapped in its own column. */

export interface TextColumn {
  readonly head: string;
  /** Numbers stand to the right. @default - left */
  readonly align?: 'left' | 'right';
}

export interface TextTableOptions {
  /** Columns of the terminal that lines may take. */
  readonly width: number;
  /** Of the line of heads. @default - as it is */
  readonly head?: (line: string) => string;
  /** Spaces before each line. @default 2 */
  readonly indent?: number;
}

const GAP = 2;
/** A column is not made narrower than this to fit. */
const NARROWEST = 8;

/** Lines without their ends; none is wider than `width` as long as every column can have `NARROWEST`. */
export function textTable(
  columns: readonly TextColumn[],
  rows: readonly (readonly string[])[],
  { width, head = (line) => line, indent = 2 }: TextTableOptions,
): string[] {
  const heads = columns.map((column) => column.head);
  const cells = rows.map((row) => row.map(printable));
  const room = width - indent - GAP * (columns.length - 1);
  const widths = fitted(
    columns.map((_, index) => Math.max(...[heads, ...cells].map((row) => displayWidth(row[index] ?? '')))),
    room,
  );
  const line = (row: readonly string[]): string[] => {
    const wrapped = widths.map((most, index) => wrap(row[index] ?? '', most));
    return Array.from({ length: Math.max(...wrapped.map(({ length }) => length)) }, (_, level) => {
      const parts = wrapped.map((lines, index) =>
        padded(lines[level] ?? '', widths[index] as number, columns[index]?.align ?? 'left'),
      );
      return `${' '.repeat(indent)}${parts.join(' '.repeat(GAP))}`.trimEnd();
    });
  };
  return [...line(heads).map(head), ...cells.flatMap(line)];
}

/** The widest give way first. */
function fitted(widths: readonly number[], room: number): number[] {
  const result = [...widths];
  for (let over = sum(result) - room; over > 0; over -= 1) {
    const widest = result.indexOf(Math.max(...result));
    if ((result[widest] as number) <= NARROWEST) break;
    result[widest] = (result[widest] as number) - 1;
  }
  return result;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function padded(text: string, width: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return align === 'left' ? `${text}${space}` : `${space}${text}`;
}

/** Between words; a word that is too long after a slash, hyphen and the like, or else anywhere. At least one line. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  const add = (piece: string, gap: string): boolean => {
    const longer = line === '' ? piece : `${line}${gap}${piece}`;
    const fits = displayWidth(longer) <= width;
    if (fits) line = longer;
    return fits;
  };
  const addOnNewLine = (piece: string): boolean => {
    if (line !== '') lines.push(line);
    line = '';
    return add(piece, '');
  };
  for (const word of text.split(' ')) {
    if (add(word, ' ') || addOnNewLine(word)) continue;
    for (const part of word.split(/(?<=[-/_,])/)) {
      if (add(part, '') || addOnNewLine(part)) continue;
      for (const character of part) if (!add(character, '')) addOnNewLine(character);
    }
  }
  return [...lines, line];
}

/** What would steer the terminal is shown instead of done, line ends too. */
export const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, (character) =>
    character === '\n' || character === '\t' ? ' ' : `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );

const WIDE =
  /[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u;
const WITHOUT_WIDTH = /\p{M}/u;

/** Columns that a terminal gives it. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += WITHOUT_WIDTH.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}
