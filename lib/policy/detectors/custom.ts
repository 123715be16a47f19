/** A detector of the config's own: finds one of its words as a whole word in any case, or its pattern. */
import type { CustomDetector } from '../../plan/types';
import { fold } from './normalise';
import { PatternError, parsePattern, search } from './pattern';

/** Throws `PatternError` where the pattern is none, or where a word would be found in every text. */
export function customDetector({
  words,
  pattern,
}: Pick<CustomDetector, 'words' | 'pattern'>): (normalisedText: string) => boolean {
  const anyWord = words.length === 0 ? null : new RegExp(words.map(wholeWord).join('|'), 'iu');
  const parsed = pattern === null ? null : parsePattern(pattern);
  return (text) => anyWord?.test(text) === true || (parsed !== null && search(parsed, text).found);
}

/** What stands before the word is looked at last, since that is the rarer question. Nothing repeats without a bound. */
function wholeWord(word: string): string {
  const characters = [...fold(word).trim()];
  if (characters.length === 0) throw new PatternError('a word without a visible character', 0);
  const literal = characters.map(asItStands).join('').replace(/\s+/g, '\\s{1,8}');
  const before = hasEdge(characters[0]) ? `(?<!${LETTER}${literal})` : '';
  const behind = hasEdge(characters.at(-1)) ? `(?!${LETTER})` : '';
  return literal + behind + before;
}

function asItStands(character: string): string {
  return /[\^$\\.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}

/** `_` is an edge: file names are full of it. */
const LETTER = '[\\p{L}\\p{N}\\p{M}]';

/** Signs have no edges, nor have scripts that write without spaces or add their endings to the word. */
function hasEdge(character = ''): boolean {
  return /[\p{L}\p{N}\p{M}]/u.test(character) && !NO_EDGES.test(character);
}

const NO_EDGES = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}]/u;
