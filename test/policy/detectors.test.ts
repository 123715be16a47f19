import fc from 'fast-check';
import { DETECTORS, type DetectorName } from '../../config/vocabulary';
import type { PlanSensitivity } from '../../lib/plan/types';
import { type DetectionResult, type Detector, detect, detectors } from '../../lib/policy/detectors';
import { PatternError } from '../../lib/policy/detectors/pattern';
import { normalise } from '../../lib/policy/detectors/normalise';

const SENSITIVITY: PlanSensitivity = {
  default: 'internal',
  allow: { public: 'external', internal: 'agreement', restricted: 'vpc' },
  detect: {
    card: 'restricted',
    iban: 'restricted',
    email: 'internal',
    phone: 'internal',
    ssn: 'restricted',
    secret: 'restricted',
  },
  custom: [],
};
const ALL = detectors(SENSITIVITY);
const IN_TIME = { nowMs: () => 0, budgetMs: 250 };
const CARD = '4111 1111 1111 1111';

const find = (body: unknown): DetectionResult => detect(body, ALL, IN_TIME);
const namesIn = (body: unknown): string[] => find(body).found.map(({ detector }) => detector);

/** What each detector finds and what looks like it; digits and keys are made up or published for tests. */
const CASES: Readonly<Record<DetectorName, { readonly yes: readonly string[]; readonly no: readonly string[] }>> = {
  card: {
    yes: [
      'card 4111 1111 1111 1111',
      '4111111111111111',
      '4111-1111-1111-1111',
      '4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1',
      '4222222222222',
      '5555555555554444',
      '2223003122003222',
      '378282246310005',
      '3782 822463 10005',
      '30569309025904',
      '6011111111111117',
      '3530111333300000',
      '6240008631401148',
      '6759649826438453',
      '2200770212727079',
      'paid with 4111 1111 1111 1111 12/27 123',
      'row 17 4111 1111 1111 1111 999',
      'item 1.4111 1111 1111 1111',
      '{"card":4111111111111111}',
      'id4111111111111111x',
    ],
    no: [
      '4111 1111 1111 1112',
      '4111  1111  1111  1111',
      '41111111111111111111111',
      '94111111111111111',
      '1234567890123452',
      '0.4111111111111111',
      '0.94111111111111111',
      '1700000000000',
      '2 4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 7 3',
      '0000 0000 0000 0000',
      'call 555-0100',
    ],
  },
  iban: {
    yes: [
      'DE89 3704 0044 0532 0130 00',
      'DE89370400440532013000',
      'de89370400440532013000',
      'IBAN: GB29 NWBK 6016 1331 9268 19.',
      'FR14 2004 1010 0505 0001 3M02 606',
      'MT84MALT011000012345MTLCAST001S',
      'NO93 8601 1117 947',
      'am 12 DE89 3704 0044 0532 0130 00 is mine',
      'to12 DE89 3704 0044 0532 0130 00',
      'DE89-3704-0044-0532-0130-00',
      'iban=DE89370400440532013000&x=1',
    ],
    no: [
      'DE88 3704 0044 0532 0130 00',
      'DE89 3704 0044 0532 0130',
      'XX89 3704 0044 0532 0130 00',
      'DE893704004405320130009',
      'XDE89370400440532013000',
      'DE543704004405320130001',
      'XX46370400440532013000',
      'no03 at the table n',
      'as 12 of them are in the house with me',
    ],
  },
  email: {
    yes: [
      'jane.doe@example.com',
      'mailto:jane+x@mail.example.co.uk',
      "<o'hara@example.org>",
      'jürgen@müller.de',
      'a@xn--80ak.xn--p1ai',
    ],
    no: [
      'jane at example.com',
      '@example.com',
      'jane@localhost',
      'react@18.2.0',
      'git@github.com:acme/repo.git',
      'a @b.com',
      'x@y.',
    ],
  },
  phone: {
    yes: [
      '+49 30 1234567',
      '+1 (212) 555-0142',
      '+442079460958',
      'tel:2125550142',
      '(212) 555-0142',
      '212-555-0142',
      '212.555.0142',
      '1-212-555-0142',
      '030 1234567',
      '030/123 45 67',
      '(030) 123456',
      '(030) 1234567',
      '01 23 45 67 89',
      '020 7946 0958',
    ],
    no: [
      '2125550142',
      '01.02.2023 10:00',
      '05-12-2023 10',
      '+1234',
      '2023-01-01T00:00:00+0100',
      '192.168.100.200',
      'ISO 9001',
      '0.1234567890',
      '112-555-0142',
      '99-212-555-0142',
    ],
  },
  ssn: {
    yes: ['123-45-6789', 'ssn:123-45-6789.', '899-99-9999', '(001-01-0001)'],
    no: [
      '000-45-6789',
      '666-45-6789',
      '900-45-6789',
      '123-00-6789',
      '123-45-0000',
      '1123-45-6789',
      '123-45-67890',
      '123-45-6789-1',
      '5-123-45-6789',
      '123456789',
    ],
  },
  secret: {
    yes: [
      '-----BEGIN PRIVATE KEY-----',
      '-----BEGIN RSA PRIVATE KEY-----',
      '-----BEGIN PGP PRIVATE KEY BLOCK-----',
      'AKIAIOSFODNN7EXAMPLE',
      'key=ASIAIOSFODNN7EXAMPLE;',
      `sk-${'abcdefghij'.repeat(3)}`,
      'sk-ant-api03-AbCd_efGh-1234567890',
      'sk-proj-a1_b2-c3_d4-e5_f6-g7',
      `ghp_${'a1B2c3'.repeat(6)}`,
      `github_pat_${'a1B2c3'.repeat(6)}`,
      `AIza${'a1B2c'.repeat(7)}`,
      'xoxb-1234567890-abc',
      `hk_${'a1B2c3d4'.repeat(4)}`,
      `hf_${'aBcDeF'.repeat(6)}`,
      'Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJl',
      'sk_live_a1b2c3d4e5f6g7h8',
      `glpat-${'a1B2c'.repeat(4)}`,
    ],
    no: [
      '-----BEGIN PUBLIC KEY-----',
      '-----BEGIN CERTIFICATE-----',
      'AKIAIOSFODNN7',
      'AKIAIOSFODNN7EXAMPLES',
      'XAKIAIOSFODNN7EXAMPLE',
      'sk-toggleable__label-arrow',
      'task-management-system-2024-v2',
      'hk_population_estimates',
      'ghp_short',
      'eyJhbGciOiJIUzI1NiJ9',
      'a long and quite ordinary sentence about keys',
    ],
  },
};

describe.each(DETECTORS)('the detector %s', (name) => {
  const has = ALL.find((detector) => detector.name === name)?.find ?? (() => false);

  test.each(CASES[name].yes)('finds %s', (text) => expect(has(normalise(text))).toBe(true));
  test.each(CASES[name].yes)('finds %s in the middle of a text', (text) =>
    expect(has(normalise(`Before it stands this, (${text}), and behind it that.`))).toBe(true),
  );
  test.each(CASES[name].no)('does not find %s', (text) => expect(has(normalise(text))).toBe(false));

  // Nothing is timed: what took the square of these lengths would not come back at all.
  test.each(
    [
      'a',
      '1',
      ' ',
      '-',
      '.',
      '@',
      '+',
      '\\',
      '%',
      '(',
      'a@',
      'a@a.',
      '@a.a-',
      'a.',
      '1.',
      '1 ',
      '9-',
      '4111 ',
      '555-',
      '(0',
      '0 1 ',
      '+1 ',
    ]
      .concat([
        'DE',
        'DE12',
        'DE12 ',
        'sk-',
        'sk-1-',
        'eyJ',
        'eyJ-',
        'eyJaaaaaaaaaaaa.',
        'AKIA',
        '-----BEGIN A ',
        '%41',
        '\\\\u',
        '\u0661',
      ])
      .map((unit) => [unit]),
  )('comes to an end on a long text of %j', (unit) => {
    expect(typeof has(normalise(unit.repeat(100_000 / unit.length)))).toBe('boolean');
  });
});

describe('normalise', () => {
  test.each([
    ['plain ASCII', 'card 4111, "x" {y} ~\n'],
    ['an accent', 'Müller'],
  ])('leaves %s as it is', (_, text) => expect(normalise(text)).toBe(text));

  test.each([
    ['zero-width characters', '41\u200b11\u200d1\ufeff', '41111'],
    ['soft hyphens', 'fal\u00adcon', 'falcon'],
    ['full-width digits', '４１１１', '4111'],
    ['Arabic digits', '٤١١١', '4111'],
    ['Devanagari digits', '४१११', '4111'],
    ['mathematical digits', '𝟒𝟏𝟏𝟏', '4111'],
    ['dashes', '123‐45–6789', '123-45-6789'],
    ['spaces that do not break', '4111\u00a01111', '4111 1111'],
  ])('writes %s as ASCII', (_, text, expected) => expect(normalise(text)).toBe(expected));

  test.each([
    ['JSON escapes', 'a\\u0034111', 'a4111'],
    ['JSON in JSON in JSON', '\\\\\\\\u0034\\\\\\"x', '4"x'],
    ['line ends', 'a\\n123', 'a\n123'],
    ['escaped full-width digits', '\\uff14', '4'],
    ['URL escapes', 'jane%40example.com', 'jane@example.com'],
    ['URL escapes of UTF-8', '%EF%BC%94111', '4111'],
    ['URL escapes that are not UTF-8', 'm%FCller%40x', 'm%FCller@x'],
  ])('decodes %s and keeps what stood there', (_, text, decoded) => {
    expect(normalise(text)).toBe(`${text}\n${decoded}`);
  });

  test('knows the value of every decimal digit there is', () => {
    // Unicode gives each script ten in a row, so the n-th of all of them has the value n modulo 10.
    let count = 0;
    for (let code = 0; code <= 0x10ffff; code++) {
      const digit = String.fromCodePoint(code);
      if (/\p{Nd}/u.test(digit)) expect(normalise(digit)).toBe(String(count++ % 10));
    }
    expect(count).toBeGreaterThan(600);
  });
});

describe('detect', () => {
  const user = (content: unknown): unknown => ({ model: 'auto', messages: [{ role: 'user', content }] });

  test.each<[string, unknown, string]>([
    ['the system prompt', { messages: [{ role: 'system', content: CARD }] }, 'messages[0].content'],
    [
      'an earlier turn of the user',
      {
        messages: [
          { role: 'user', content: CARD },
          { role: 'assistant', content: 'ok' },
          { role: 'user', content: 'go on' },
        ],
      },
      'messages[0].content',
    ],
    ['a tool result', { messages: [{ role: 'tool', tool_call_id: 'c1', content: CARD }] }, 'messages[0].content'],
    [
      'the arguments of a tool call',
      {
        messages: [{ role: 'assistant', tool_calls: [{ function: { name: 'pay', arguments: `{"card":"${CARD}"}` } }] }],
      },
      'messages[0].tool_calls[0].function.arguments',
    ],
    [
      'the description of a tool',
      { tools: [{ function: { name: 'pay', description: CARD } }] },
      'tools[0].function.description',
    ],
    [
      'an enum of a schema',
      { tools: [{ function: { parameters: { properties: { card: { enum: [CARD] } } } } }] },
      'tools[0].function.parameters.properties.*.enum[0]',
    ],
    [
      'a name of a schema',
      { tools: [{ function: { parameters: { properties: { [CARD]: {} } } } }] },
      'tools[0].function.parameters.properties.*',
    ],
    [
      'the schema of the answer',
      { response_format: { json_schema: { schema: { const: CARD } } } },
      'response_format.json_schema.schema.const',
    ],
    [
      'the query of an image URL',
      user([{ type: 'image_url', image_url: { url: `https://x.example/i.png?c=${encodeURIComponent(CARD)}` } }]),
      'messages[0].content[0].image_url.url',
    ],
    [
      'the text of an image',
      user([{ type: 'image_url', image_url: { alt: CARD } }]),
      'messages[0].content[0].image_url.*',
    ],
    ['metadata', { metadata: { note: CARD } }, 'metadata.*'],
    ['a key of metadata', { metadata: { [CARD]: 'x' } }, 'metadata.*'],
    ['the user field', { user: CARD }, 'user'],
    [
      'a file name',
      user([{ type: 'file', file: { filename: `${CARD}.pdf` } }]),
      'messages[0].content[0].file.filename',
    ],
    [
      'the input of Responses',
      { input: [{ role: 'user', content: [{ type: 'input_text', text: CARD }] }] },
      'input[0].content[0].text',
    ],
    ['the instructions of Responses', { instructions: CARD }, 'instructions'],
    ['the system prompt of Messages', { system: [{ type: 'text', text: CARD }] }, 'system[0].text'],
    [
      'the input of a tool in Messages',
      { messages: [{ role: 'assistant', content: [{ type: 'tool_use', input: { card: CARD } }] }] },
      'messages[0].content[0].input.*',
    ],
    ['a number in the input of a tool', { input: { card: 4111111111111111 } }, 'input.*'],
    ['a list to embed', { input: ['hello', CARD] }, 'input[1]'],
    ['a field that nobody knows', { x: { y: [CARD] } }, '*.*[0]'],
  ])('finds what stands in %s', (_, body, where) => {
    expect(find(body)).toEqual({ found: [{ detector: 'card', class: 'restricted', where }], failed: null });
  });

  test.each<[string, unknown]>([
    [
      'split over parts',
      user([
        { type: 'text', text: '4111 1111' },
        { type: 'text', text: ' 1111 1111' },
      ]),
    ],
    ['with zero-width characters', user([...CARD].join('\u200b'))],
    ['in Unicode digits', user('٤١١١ ١١١١ ١١١١ ١١١١')],
    ['in a base64 data URL', user(`data:text/plain;base64,${btoa(`a card: ${CARD}`)}`)],
    ['in JSON escapes', { input: `{"card":"\\u0034111 1111 1111 1111"}` }],
    ['in JSON in JSON', { input: JSON.stringify(JSON.stringify({ card: CARD })).replace('4', '\\\\u0034') }],
    ['behind an escaped line end', { input: 'n\\n4111111111111111' }],
    ['with dashes of a word processor', user('4111–1111–1111–1111')],
  ])('finds a number %s', (_, body) => expect(namesIn(body)).toEqual(['card']));

  test('finds a card wherever it is cut into parts', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: CARD.length - 1 }), { maxLength: 6 }), (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), CARD.length];
        const parts = at.slice(1).map((end, index) => ({ type: 'text', text: CARD.slice(at[index], end) }));
        expect(namesIn(user(parts))).toEqual(['card']);
      }),
    );
  });

  test('finds a card wherever it stands in a long text, and so at every seam', () => {
    for (let at = 7_000; at < 8_300; at += 7)
      expect(namesIn(user('x'.repeat(at) + CARD + 'x'.repeat(20_000)))).toEqual(['card']);
    for (let at = 15_000; at < 16_500; at += 7) expect(namesIn(user('x'.repeat(at) + CARD))).toEqual(['card']);
  });

  test('reports each detector once, at the first place, and never what it found', () => {
    const result = find({
      system: CARD,
      messages: [{ content: `${CARD}, jane@example.com` }, { content: 'joe@example.com' }],
    });
    expect(result.found).toEqual([
      { detector: 'card', class: 'restricted', where: 'system' },
      { detector: 'email', class: 'internal', where: 'messages[0].content' },
    ]);
    expect(JSON.stringify(result)).not.toMatch(/4111|example/);
  });

  test('finds nothing in an ordinary request', () => {
    const body = {
      ...(user('Summarise chapter 12 of 2024 in 3 sentences.') as object),
      temperature: 0.7,
      seed: 123456789,
    };
    expect(find(body)).toEqual({ found: [], failed: null });
  });

  test('leaves out detectors that are off and adds those of the config', () => {
    const custom = { name: 'staff', class: 'restricted' as const, words: ['falcon'], pattern: 'EMP-\\d{6}' };
    const list = detectors({ ...SENSITIVITY, detect: { ...SENSITIVITY.detect, email: 'off' }, custom: [custom] });
    expect(list.map(({ name }) => name)).toEqual(['card', 'iban', 'phone', 'ssn', 'secret', 'staff']);
    expect(detect(user('EMP-004711 of jane@example.com'), list, IN_TIME).found).toEqual([
      { detector: 'staff', class: 'restricted', where: 'messages[0].content' },
    ]);
  });

  test('cannot be made with a custom pattern that is none', () => {
    const custom = { name: 'staff', class: 'internal' as const, words: [], pattern: '(a' };
    expect(() => detectors({ ...SENSITIVITY, custom: [custom] })).toThrow(PatternError);
  });

  test('names the detector that throws, keeps what was found and says nothing of the text', () => {
    const broken: Detector = {
      name: 'broken',
      class: 'internal',
      find: (text) => {
        throw new Error(`cannot read ${text}`);
      },
    };
    expect(detect({ system: CARD }, [broken], IN_TIME)).toEqual({ found: [], failed: 'broken' });
    const onlyLong: Detector = { ...broken, find: (text) => text.length > 10 && broken.find(text) };
    expect(detect({ user: 'a@b.example', x: CARD }, [...ALL, onlyLong], IN_TIME)).toEqual({
      found: [{ detector: 'email', class: 'internal', where: 'user' }],
      failed: 'broken',
    });
  });

  test('fails on a body that cannot be read', () => {
    const body: unknown = JSON.parse('['.repeat(50_000) + ']'.repeat(50_000));
    expect(find(body)).toEqual({ found: [], failed: 'texts' });
  });

  describe('that runs out of time', () => {
    /** Each detector takes a millisecond for a piece of text. */
    function slow(): { clock: { nowMs: () => number; budgetMs: number }; list: Detector[]; runs: () => number } {
      let now = 0;
      const list = ALL.map((detector) => ({ ...detector, find: (text: string) => (now++, detector.find(text)) }));
      return { clock: { nowMs: () => now, budgetMs: 100 }, list, runs: () => now };
    }

    test('is late, soon after its budget', () => {
      const { clock, list, runs } = slow();
      expect(detect(user('x'.repeat(5_000_000)), list, clock)).toEqual({ found: [], failed: 'late' });
      expect(runs()).toBe(101);
    });

    test('is late over many short texts, too', () => {
      const { clock, list, runs } = slow();
      expect(detect(Array(1_000).fill('x'), list, clock)).toEqual({ found: [], failed: 'late' });
      expect(runs()).toBeLessThanOrEqual(101 + ALL.length);
    });

    test('keeps what it found before', () => {
      const { clock, list } = slow();
      expect(detect([CARD, ...Array<string>(1_000).fill('x')], list, clock)).toEqual({
        found: [{ detector: 'card', class: 'restricted', where: '[0]' }],
        failed: 'late',
      });
    });

    test('is not late when it has looked at everything in time', () => {
      const { clock, list } = slow();
      expect(detect(user('x'), list, clock)).toEqual({ found: [], failed: null });
    });
  });

  test('hands out long texts in pieces', () => {
    const lengths: number[] = [];
    const list: Detector[] = [{ name: 'one', class: 'internal', find: (text) => lengths.push(text.length) < 0 }];
    detect('x'.repeat(100_000), list, IN_TIME);
    expect(Math.max(...lengths)).toBeLessThan(10_000);
  });

  test('does not look at pictures, but at what stands around them', () => {
    const list: Detector[] = [{ name: 'long', class: 'internal', find: (text) => text.length > 1_000 }];
    const url = `data:image/png;base64,${'iVBORw0KGgo'.repeat(1_000)}`;
    expect(detect(user([{ type: 'image_url', image_url: { url } }]), list, IN_TIME).found).toEqual([]);
  });

  test('does not read a body at all when no detector is on', () => {
    const body = {
      get text(): string {
        throw new Error('read');
      },
    };
    expect(detect(body, [], IN_TIME)).toEqual({ found: [], failed: null });
  });
});
