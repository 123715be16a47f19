/** Whether two ranges of addresses may have one in common. What is not a plain IPv4 range may. */
export function mayOverlap(one: string, other: string): boolean {
  const first = rangeOf(one);
  const second = rangeOf(other);
  return first === null || second === null || (first.from <= second.to && second.from <= first.to);
}

function rangeOf(cidr: string): { from: number; to: number } | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr);
  if (match === null) return null;
  const [, a, b, c, d, bits] = match.map(Number) as [number, number, number, number, number, number];
  if (Math.max(a, b, c, d) > 255 || bits > 32) return null;
  const size = 2 ** (32 - bits);
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  const from = address - (address % size);
  return { from, to: from + size - 1 };
}
