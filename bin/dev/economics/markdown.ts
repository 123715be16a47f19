/** Markdown as prettier leaves it, and numbers as people read them. */

/** The first row is the head. */
export function table(rows: readonly (readonly string[])[]): string {
  const [head = []] = rows;
  const widths = head.map((_, column) => Math.max(3, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  const padded = (row: readonly string[]): string =>
    line(widths.map((width, column) => (row[column] ?? '').padEnd(width)));
  const [first = '', ...rest] = rows.map(padded);
  return `${first}${line(widths.map((width) => '-'.repeat(width)))}${rest.join('')}`;
}

/** Whole dollars from ten on, cents below, three digits below a cent. */
export function usd(value: number): string {
  if (value >= 10) return `$${Math.round(value).toLocaleString('en-US')}`;
  return `$${value >= 0.1 ? value.toFixed(2) : value.toPrecision(2)}`;
}

/** Millions of tokens; `null`: never. */
export function millions(tokens: number | null): string {
  if (tokens === null) return 'never';
  const value = tokens / 1e6;
  return `${value >= 100 ? Math.round(value).toLocaleString('en-US') : value >= 10 ? value.toFixed(0) : value.toFixed(1)}M`;
}

/** `found ÷ said`, as `2.9 times too low` and the like: what was said is off by that factor. */
export function off(said: number, found: number): string {
  const factor = found / said;
  if (factor > 0.8 && factor < 1.25) return 'about right';
  return factor > 1 ? `${times(factor)} too low` : `${times(1 / factor)} too high`;
}

export const times = (factor: number): string => `${factor >= 10 ? Math.round(factor) : factor.toFixed(1)} times`;

export const percent = (share: number): string => `${Math.round(share * 100)} %`;
