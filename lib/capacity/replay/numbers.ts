/** Numbers from 0 to 1, the same each time: the generator of Park and Miller. */
export function numbers(seed: number): () => number {
  let value = seed;
  return () => {
    value = (value * 48_271) % 2_147_483_647;
    return value / 2_147_483_647;
  };
}
