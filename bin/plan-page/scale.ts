/** A logarithmic axis. */

export interface Scale {
  readonly from: number;
  readonly to: number;
  /** The powers of ten that lie on it. */
  readonly ticks: readonly number[];
  /** Where a value is drawn. */
  readonly at: (value: number) => number;
}

/** @param start where `low` is drawn, `end` where `high` is; both are first widened to a 1, 2 or 5 times a power of ten */
export function logScale(low: number, high: number, start: number, end: number): Scale {
  const from = rounded(low, 'down');
  const to = Math.max(rounded(high, 'up'), 10 * from);
  const first = Math.ceil(Math.log10(from) - SLACK);
  const last = Math.floor(Math.log10(to) + SLACK);
  return {
    from,
    to,
    ticks: Array.from({ length: last - first + 1 }, (_, index) => Number(`1e${first + index}`)),
    at: (value) => start + (Math.log10(value / from) / Math.log10(to / from)) * (end - start),
  };
}

/** For what rounding does to a logarithm. */
const SLACK = 1e-9;

function rounded(value: number, way: 'down' | 'up'): number {
  const exponent = Math.floor(Math.log10(value) + SLACK);
  const steps = [1, 2, 5, 10].map((digit) => Number(`${digit}e${exponent}`));
  return way === 'up'
    ? (steps.find((step) => step >= value * (1 - SLACK)) ?? value)
    : (steps.findLast((step) => step <= value * (1 + SLACK)) ?? value);
}

/** Moves positions apart, as little as it takes, so that neighbours are `gap` apart and all between `low` and `high`. */
export function spread(positions: readonly number[], gap: number, low: number, high: number): number[] {
  const order = positions.map((position, index) => ({ position, index })).sort((a, b) => a.position - b.position);
  const placed: number[] = [];
  for (const { position } of order) placed.push(Math.max(position, (placed.at(-1) ?? low - gap) + gap));
  for (let index = placed.length - 1, limit = high; index >= 0; index -= 1, limit -= gap) {
    placed[index] = Math.min(placed[index] as number, limit);
  }
  const result = new Array<number>(positions.length);
  order.forEach(({ index }, rank) => (result[index] = placed[rank] as number));
  return result;
}
