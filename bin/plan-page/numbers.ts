/** Numbers of a plan as people read them, the same on the page and in the terminal. */

/** Stands where a number is not known. */
export const UNKNOWN = 'unknown';

const format = (value: number, decimals: number): string =>
  value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });

/** `12,345`; for tokens, sequences, GPUs. The largest number that the report has stands for no bound: an encoder keeps no cache. */
export const count = (value: number): string => (value === Number.MAX_SAFE_INTEGER ? '∞' : format(value, 0));

export const counted = (value: number, what: string): string => `${count(value)} ${what}${value === 1 ? '' : 's'}`;

const SHORT = [
  [1e12, 'T'],
  [1e9, 'B'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const;

/** Three digits that count: `830k`, `12.4M`, `1.24B`. */
export function short(value: number): string {
  const rounded = Number(value.toPrecision(3));
  const [unit, letter] = SHORT.find(([least]) => Math.abs(rounded) >= least) ?? [1, ''];
  return `${Number((rounded / unit).toPrecision(3)).toLocaleString('en-US')}${letter}`;
}

/** Cents as far as they matter: `$0.043`, `$7.30`, `$1,204`. */
export function usd(value: number): string {
  const size = Math.abs(value);
  const small = size < 0.1 ? Math.min(6, 1 - Math.floor(Math.log10(size))) : 2;
  return dollars(value, size >= 1000 || size === 0 ? 0 : small);
}

/** Cents in any case: a month, in a column. */
export const usdCents = (value: number): string => dollars(value, 2);

/** For a column: every amount with the decimals that its smallest one needs. */
export function usdColumn(values: readonly (number | null)[]): (value: number | null) => string {
  const known = values.filter((value) => value !== null && value > 0) as number[];
  const decimals = known.length > 0 && Math.min(...known) < 1 ? 3 : 2;
  return (value) => (value === null ? UNKNOWN : dollars(value, decimals));
}

const dollars = (value: number, decimals: number): string =>
  `${value < 0 ? '−' : ''}$${format(Math.abs(value), decimals)}`;

/** `7.48 GiB`, `15.0 GiB`, `141 GiB`. */
export const gib = (value: number): string => `${format(value, value >= 100 ? 0 : value >= 10 ? 1 : 2)} GiB`;

/** `128 KiB`, and the bytes where that is not all of it. */
export function bytes(value: number): string {
  if (value < 1024) return counted(value, 'byte');
  return value % 1024 === 0 ? `${count(value / 1024)} KiB` : `${format(value / 1024, 1)} KiB`;
}

/** `9.8 ms`, `240 ms`, `2.4 s`. */
export function duration(valueMs: number | null): string {
  if (valueMs === null) return UNKNOWN;
  if (valueMs >= 1000) return `${format(valueMs / 1000, 1)} s`;
  return `${format(valueMs, valueMs >= 100 ? 0 : 1)} ms`;
}

export const percent = (share: number): string => `${format(100 * share, 0)} %`;
