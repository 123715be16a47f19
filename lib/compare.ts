/** For sorting numbers upwards, `Infinity` among them, which less itself is no number. */
export const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);
