/** Bytes as people and the hub count them: a gigabyte is 10⁹. */
export function gigabytes(bytes: number): string {
  const size = bytes / 1e9;
  return `${size.toFixed(size >= 100 ? 0 : size >= 1 ? 1 : 3)} GB`;
}
