import fc from 'fast-check';
import { collectTexts } from '../../lib/policy/texts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const textsOf = (body: unknown): string[] => collectTexts(body).map(({ text }) => text);
const placesOf = (body: unknown, text: string): string[] =>
  collectTexts(body)
    .filter((each) => each.text === text)
    .map(({ where }) => where);

describe('collectTexts', () => {
  test('finds every string of any body, keys as well as values', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        const texts = new Set(textsOf(body));
        JSON.stringify(body, (key, value: unknown) => {
          if (key !== '' && !/^\d+$/.test(key)) expect(texts).toContain(key);
          if (typeof value === 'string') expect(texts).toContain(value);
          return value;
        });
      }),
    );
  });

  test('says where each text stands', () => {
    const body = {
      messages: [
        { role: 'system', content: 'S' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'T' },
            { type: 'file', file: { filename: 'F' } },
          ],
        },
      ],
      tools: [{ function: { parameters: { properties: { x: { enum: ['E'] } } } } }],
    };
    expect(placesOf(body, 'S')).toEqual(['messages[0].content']);
    expect(placesOf(body, 'T')).toEqual(['messages[1].content[0].text']);
    expect(placesOf(body, 'F')).toEqual(['messages[1].content[1].file.filename']);
    expect(placesOf(body, 'E')).toEqual(['tools[0].function.parameters.properties.*.enum[0]']);
    expect(placesOf(body, 'messages')).toEqual(['messages']);
  });

  test('never repeats a name that the caller made up in a place', () => {
    const names = fc.stringMatching(/^[a-z@.]{3,12}$/).map((name) => `x${name}`);
    fc.assert(
      fc.property(fc.dictionary(names, fc.dictionary(names, fc.string())), (metadata) => {
        for (const { where } of collectTexts({ metadata })) expect(where).toMatch(/^metadata(\.\*){0,2}$/);
      }),
    );
  });

  test('joins the parts of a list beside each alone', () => {
    const body = { messages: [{ content: [{ text: '4111 1111' }, { type: 'image' }, { text: ' 1111 1111' }] }] };
    expect(placesOf(body, '4111 1111 1111 1111')).toEqual(['messages[0].content']);
    expect(placesOf(body, '4111 1111')).toEqual(['messages[0].content[0].text']);
    expect(placesOf({ input: ['ab', 'cd'] }, 'abcd')).toEqual(['input']);
  });

  test('has no joined text where there is one part only', () => {
    expect(textsOf([{ text: 'one' }, { type: 'image' }])).toEqual(['text', 'one', 'type', 'image']);
  });

  test('reads numbers long enough to be a card, and leaves out those that may be token ids', () => {
    expect(placesOf({ metadata: { n: 4111111111111111 } }, '4111111111111111')).toEqual(['metadata.*']);
    expect(textsOf({ input: [[15339, 1917, 199999]], max_tokens: 100 })).toEqual(['input', 'max_tokens']);
  });

  test('ignores what is neither text nor number', () => {
    expect(textsOf([null, true, false, undefined, 1n])).toEqual([]);
  });

  test('reads a __proto__ key like any other', () => {
    const body: unknown = JSON.parse('{"__proto__": {"secret": "hidden"}, "constructor": "c"}');
    expect(textsOf(body)).toEqual(['__proto__', 'secret', 'hidden', 'constructor', 'c']);
    expect(({} as Record<string, unknown>)['secret']).toBeUndefined();
  });

  test('throws on a body that is nested too deep, without running out of stack', () => {
    const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + '"x"' + ']'.repeat(levels));
    expect(textsOf(nested(100))).toEqual(['x']);
    expect(() => collectTexts(nested(101))).toThrow('nested deeper than 100 levels');
    expect(() => collectTexts(nested(200_000))).toThrow('nested deeper than 100 levels');
  });
});

describe('base64 in a request', () => {
  const long = 'a text that is long enough to be left out in its base64 form: '.repeat(2);

  test.each([
    ['text', 'data:text/plain;base64,'],
    ['text with a charset', 'data:text/csv;charset=utf-8;base64,'],
    ['JSON', 'data:application/json;base64,'],
    ['SVG', 'data:image/svg+xml;base64,'],
    ['no media type', 'data:;base64,'],
    ['an unknown media type', 'data:application/octet-stream;base64,'],
    ['capital letters', 'DATA:TEXT/PLAIN;base64,'],
  ])('is decoded for %s', (_, head) => {
    expect(textsOf([`${head}${base64(long)}`])).toEqual([head, long]);
  });

  test('is decoded in the middle of a text, whose rest is kept', () => {
    expect(textsOf([`see data:text/plain;base64,${base64(long)} and 4111`])).toEqual([
      'see data:text/plain;base64, and 4111',
      long,
    ]);
  });

  test('is decoded from the alphabet of URLs too', () => {
    const text = '~~~???>>>'.repeat(10);
    const url = Buffer.from(text).toString('base64url');
    expect(textsOf([`data:text/plain;base64,${url}`])).toContain(text);
  });

  test('that is not UTF-8 is read as far as it is ASCII', () => {
    const bytes = Buffer.concat([Buffer.from([0xff, 0xfe, 0xe9]), Buffer.from('jane@example.com')]);
    expect(textsOf([`data:text/plain;base64,${bytes.toString('base64')}`]).join()).toContain('jane@example.com');
  });

  test('that cannot be decoded is kept as it stands', () => {
    const broken = `data:text/plain;base64,${'A'.repeat(101)}`;
    expect(textsOf([broken])).toEqual([broken]);
  });

  test('that is too short to be a document is kept beside what it says', () => {
    const short = `data:text/plain;base64,${base64('hi there')}`;
    expect(textsOf([short])).toEqual([short, 'hi there']);
  });

  test('too large to be decoded makes the whole fail instead of being skipped', () => {
    expect(() => collectTexts([`data:text/plain;base64,${'A'.repeat(17 * 1024 * 1024)}`])).toThrow('too large');
  });

  test.each(['image/png', 'audio/wav', 'video/mp4', 'application/pdf'])(
    'of %s is left out, its head is not',
    (type) => {
      const payload = 'iVBORw0KGgo'.repeat(20);
      expect(textsOf([`data:${type};base64,${payload}`])).toEqual([`data:${type};base64,`]);
      expect(textsOf([`data:${type};base64,${payload} 123-45-6789`])).toEqual([`data:${type};base64, 123-45-6789`]);
    },
  );

  test.each([
    ['Anthropic', { type: 'base64', media_type: 'image/png' }],
    ['Gemini', { mimeType: 'image/png' }],
    ['OpenAI audio', { format: 'wav' }],
  ])('beside its media type is left out as %s sends it', (_, source) => {
    const data = 'iVBORw0KGgo'.repeat(20);
    expect(textsOf({ source: { ...source, data } }).join()).not.toContain('iVBOR');
  });

  test('is looked for in `data` only', () => {
    const body = { media_type: 'image/png', data: 'iVBORw0KGgo'.repeat(20), title: 'a'.repeat(100) };
    expect(textsOf(body)).toContain('a'.repeat(100));
  });

  test('beside a media type of text is decoded', () => {
    expect(textsOf({ source: { type: 'base64', media_type: 'text/plain', data: base64(long) } })).toContain(long);
  });

  test('is not assumed where `data` is plain text', () => {
    const source = { type: 'text', media_type: 'text/plain', data: 'card 4111 1111 1111 1111' };
    expect(placesOf({ source }, source.data)).toEqual(['source.data']);
    expect(textsOf({ format: 'csv', data: 'abcd'.repeat(30) })).toContain('abcd'.repeat(30));
    const mislabelled = { media_type: 'image/png', data: 'my card is 4111 1111 1111 1111' };
    expect(textsOf(mislabelled).join()).toContain('4111 1111 1111 1111');
  });
});
