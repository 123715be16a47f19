import fc from 'fast-check';
import { customDetector } from '../../lib/policy/detectors/custom';
import { PatternError, parsePattern, search } from '../../lib/policy/detectors/pattern';

const finds = (source: string, text: string): boolean => search(parsePattern(source), text).found;

const character = fc.constantFrom(
  ...['a', 'b', '1', '_', ' ', '-', 'é', '😀', '.', '\\d', '\\w', '\\s', '\\D', '\\W', '\\S', '\\b', '\\.', '\\n'],
  ...['[ab]', '[^a]', '[a-c1]', '[\\d_]', '[^\\w]', '[-a]', '[a-]', '[\\]\\-]', '[^-]', '[é-😀]', '[.(*]'],
);
const times = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,2}', '{0,3}', '{2,}', '{0,}');

/** Up to three alternatives of up to three pieces each. */
function alternatives(piece: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const repeated = fc.tuple(piece, times).map(([one, often]) => (one === '\\b' ? one : one + often));
  const sequence = fc.array(repeated, { minLength: 1, maxLength: 3 }).map((pieces) => pieces.join(''));
  return fc.array(sequence, { minLength: 1, maxLength: 3 }).map((options) => options.join('|'));
}

function orGroup(inner: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.oneof(
    { arbitrary: character, weight: 3 },
    { arbitrary: inner.map((pattern) => `(${pattern})`), weight: 1 },
    { arbitrary: inner.map((pattern) => `(?:${pattern})`), weight: 1 },
  );
}

/** Patterns of the language with groups, all of which JavaScript reads the same way; deeper ones take it minutes. */
const patterns = alternatives(orGroup(alternatives(character)));
const texts = fc.string({ unit: fc.constantFrom(...'aab1_ -.]\nécB9😀'), maxLength: 8 });

function parsed(source: string): ReturnType<typeof parsePattern> | null {
  try {
    return parsePattern(source);
  } catch (error) {
    if (error instanceof PatternError) return null;
    throw error;
  }
}

describe('a pattern', () => {
  test('finds what JavaScript finds', () => {
    fc.assert(
      fc.property(patterns, texts, (source, text) => {
        const pattern = parsed(source);
        fc.pre(pattern !== null);
        expect({ source, text, found: search(pattern, text).found }).toEqual({
          source,
          text,
          found: new RegExp(source, 'u').test(text),
        });
      }),
      { numRuns: 1_000 },
    );
  });

  test('is refused if it needs no character, and for no other reason among those that JavaScript reads', () => {
    fc.assert(
      fc.property(patterns, (source) => {
        const needsNone = new RegExp(`^(?:${source.replaceAll('\\b', '(?:)')})$`, 'u').test('');
        expect({ source, refused: parsed(source) === null }).toEqual({ source, refused: needsNone });
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    ['EMP-\\d{6}', 'id EMP-004711.', true],
    ['EMP-\\d{6}', 'id EMP-00471.', false],
    ['\\bK\\d{4}\\b', 'key K1234', true],
    ['\\bK\\d{4}\\b', 'key K12345', false],
    ['(?:case|matter) no\\. \\d+', 'see matter no. 7', true],
    ['a{3}', 'aa', false],
    ['xa{0}y', 'xy', true],
    ['a{2,}b', 'xaaaab', true],
    ['x.y', 'x\ny', false],
    ['[^a-z]x', 'Ax', true],
    ['(a|b)*c', 'ababc', true],
    ['(a*)*b', 'aaab', true],
    ['機密.{1,3}号', 'これは機密第七号です', true],
  ])('%s in %j: %s', (source, text, found) => {
    expect(finds(source, text)).toBe(found);
  });

  test.each([
    ['a(?=b)', 1],
    ['(?<!a)b', 0],
    ['(?<name>a)', 0],
    ['(a)\\1', 3],
    ['^a', 0],
    ['a$', 1],
    ['a**', 2],
    ['a+?', 2],
    ['*a', 0],
    ['(a', 2],
    ['a)', 1],
    ['[a', 0],
    ['[]', 0],
    ['[^]', 0],
    ['[z-a]', 5],
    ['[\\d-z]', 6],
    ['[\\b]', 0],
    ['a|', 2],
    ['|a', 0],
    ['()', 1],
    ['a{2,1}', 6],
    ['a{0}', 4],
    ['a{', 1],
    ['a}', 1],
    ['\\q', 0],
    ['\\p{L}', 0],
    ['a\\', 1],
    ['', 0],
  ])('refuses %s and says where', (source, position) => {
    expect(() => parsePattern(source)).toThrow(PatternError);
    expect(() => parsePattern(source)).toThrow(expect.objectContaining({ position }) as Error);
  });

  test.each(['a*', 'a?|b', '\\b', '(a*)+', '\\b(a?)'])('refuses %s, which is in every text', (source) => {
    expect(() => parsePattern(source)).toThrow('in every text');
  });

  test.each(['a{1000}b', '(a{100}){100}', '((a{999}){999}){999}', '(abc){9999}', 'a{900}|b{900}', 'a{0,600}b'])(
    'refuses %s, which needs too many steps',
    (source) => {
      expect(() => parsePattern(source)).toThrow('needs more than 1000 steps');
    },
  );

  test('refuses a source that is too long, and reads one as deep as it may be', () => {
    expect(() => parsePattern('a'.repeat(1_001))).toThrow('longer than 1000 characters');
    expect(finds('('.repeat(499) + 'ab' + ')'.repeat(499), 'xaby')).toBe(true);
    expect(finds(Array(300).fill('a').join('|'), 'xa')).toBe(true);
  });

  test.each(['(a+)+b', '(a*)*b', '(a|aa)+b', '(a|a)*b', 'a{0,20}a{0,20}a{20}b', '(.*)(.*)(.*)b', '\\w+\\s?\\w+@'])(
    'visits each state of %s at most once a character',
    (source) => {
      const pattern = parsePattern(source);
      for (const length of [10, 100, 1_000]) {
        const { found, visits } = search(pattern, 'a'.repeat(length));
        expect(found).toBe(false);
        expect(visits).toBeLessThanOrEqual((pattern.steps.length + 1) * (length + 1));
      }
    },
  );
});

describe('a custom detector', () => {
  const word = (...words: string[]): ((text: string) => boolean) => customDetector({ words, pattern: null });

  test.each([
    ['Falcon', 'the falcon project', true],
    ['Falcon', 'THE FALCON', true],
    ['Falcon', 'falcons', false],
    ['Falcon', 'xfalcon', false],
    ['Falcon', 'falcon_budget.xlsx', true],
    ['Project Blue', 'on project\n  blue.', true],
    ['Project Blue', 'projectblue', false],
    ['C++', 'in C++ or C', true],
    ['a.b', 'axb', false],
    ['Müller', 'Frau MÜLLER', true],
    ['ｆａｌｃｏｎ', 'a falcon', true],
    ['機密', 'これは機密です', true],
    ['기밀', '이것은 기밀입니다', true],
    ['C:\\new', 'in c:\\new', true],
  ])('finds the word %s in %j: %s', (words, text, found) => {
    expect(word(words)(text)).toBe(found);
  });

  test('finds any of its words, or its pattern', () => {
    const find = customDetector({ words: ['falcon', 'osprey'], pattern: 'EMP-\\d{6}' });
    expect(['an osprey', 'EMP-123456', 'a falcon', 'an eagle'].map(find)).toEqual([true, true, true, false]);
  });

  test('refuses a word that nobody can see, which would be in every text', () => {
    expect(() => word('\u200b ')).toThrow(PatternError);
  });
});
