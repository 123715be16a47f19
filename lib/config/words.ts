/** Small words for findings: lists, and the nearest name to one that is misspelt. */

const LISTED = 20;

/** `a, b, c`, and how many more. */
export function listed(words: readonly string[]): string {
  const more = words.length - LISTED;
  return words.slice(0, LISTED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** "did you mean `x`?", or what to do where nothing is near. */
export function didYouMean(word: string, known: readonly string[], otherwise: string): string {
  const near = nearest(word, known);
  return near === null ? otherwise : `did you mean \`${near}\`?`;
}

/** The known word that most likely was meant, if one is near enough. */
export function nearest(word: string, known: readonly string[]): string | null {
  const wanted = word.toLowerCase().slice(0, LONGEST);
  let best: string | null = null;
  let bestDistance = (wanted.length < 5 ? 1 : Math.max(2, Math.floor(wanted.length / 3))) + 1;
  for (const candidate of known) {
    const other = candidate.toLowerCase();
    const begun = wanted.length >= 3 && other.startsWith(wanted);
    const distance = begun ? 1 : editDistance(wanted, other);
    if (distance < bestDistance && distance < other.length) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** No name in a config is meant to be longer. */
const LONGEST = 100;

/** Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1;
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current[column] = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + same,
        swapped ? at(beforeLast, column - 2) + 1 : Infinity,
      );
    }
    [beforeLast, last] = [last, current];
  }
  return at(last, b.length);
}

const at = (row: readonly number[], column: number): number => row[column] ?? Infinity;
