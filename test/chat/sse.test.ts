import * as fc from 'fast-check';
import { sseEvent, sseReader } from '../../lib/chat/sse';

type Event = readonly [event: string | undefined, data: string];

function read(...pieces: (string | Uint8Array)[]): Event[] {
  const events: Event[] = [];
  const reader = sseReader((event, data) => events.push([event, data]));
  for (const piece of pieces) reader.push(typeof piece === 'string' ? new TextEncoder().encode(piece) : piece);
  reader.end();
  return events;
}

const CASES: readonly (readonly [name: string, text: string, events: readonly Event[]])[] = [
  ['reads the data of an event', 'data: {"a":1}\n\n', [[undefined, '{"a":1}']]],
  ['reads the name of an event', 'event: error\ndata: x\n\n', [['error', 'x']]],
  [
    'A3 reads CRLF',
    'data: a\r\n\r\ndata: b\r\n\r\n',
    [
      [undefined, 'a'],
      [undefined, 'b'],
    ],
  ],
  [
    'A3 reads lone CR',
    'data: a\r\rdata: b\r\r',
    [
      [undefined, 'a'],
      [undefined, 'b'],
    ],
  ],
  [
    'A3 reads mixed line ends',
    'data: a\r\n\ndata: b\n\r\ndata: c\r\r',
    [
      [undefined, 'a'],
      [undefined, 'b'],
      [undefined, 'c'],
    ],
  ],
  ['A4 joins several data lines', 'data: a\ndata: b\n\n', [[undefined, 'a\nb']]],
  ['A4 reads data without a space', 'data:a\n\n', [[undefined, 'a']]],
  ['A4 drops comments', ': ping\n\ndata: a\n: b\n\n', [[undefined, 'a']]],
  ['A4 drops a byte order mark', '\uFEFFdata: a\n\n', [[undefined, 'a']]],
  [
    'A5 does not take U+2028, U+2029 or U+0085 for a line end',
    'data: "\u2028\u2029\u0085"\n\n',
    [[undefined, '"\u2028\u2029\u0085"']],
  ],
];

test.each(CASES)('%s', (_name, text, events) => {
  expect(read(text)).toEqual(events);
});

test.each(CASES)('%s, one byte at a time', (_name, text, events) => {
  const bytes = new TextEncoder().encode(text);
  expect(read(...[...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(events);
});

test('A1, A2, A3 however the bytes are cut, the events are the same', () => {
  const line = fc.constantFrom(
    'data: 漢字🙂',
    'data:{"a":"é"}',
    ': ping',
    'event: x',
    'data: b',
    'id: 7',
    'retry: 1',
    '',
    '',
  );
  const text = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r')), { maxLength: 12 });
  fc.assert(
    fc.property(text, fc.array(fc.nat()), (lines, cuts) => {
      const bytes = new TextEncoder().encode(lines.flat().join(''));
      const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
      const pieces = places.slice(1).map((end, i) => bytes.slice(places[i], end));
      expect(read(...pieces)).toEqual(read(bytes));
    }),
  );
});

test('A6 delivers an event of 70 MB', () => {
  const data = 'x'.repeat(7_000_000);
  const [event] = read('data: ', ...Array.from({ length: 10 }, () => data), '\n\n');
  expect(event?.[1].length).toBe(70_000_000);
});

describe('A7 an event whose blank line never came', () => {
  test.each(['{"choices":[]}', '[DONE]'])('is delivered if it is whole: %s', (data) => {
    for (const end of ['', '\n', '\r', '\r\n']) expect(read(`data: ${data}${end}`)).toEqual([[undefined, data]]);
  });

  test.each(['{"choices":[', '[DON', '12', '"text"', '', 'event: error'])('is not delivered otherwise: %s', (data) => {
    expect(read(`data: ${data}`)).toEqual([]);
  });

  test('is never delivered in part', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(), (value, cut) => {
        const data = JSON.stringify(value);
        const bytes = new TextEncoder().encode(`data: ${data}`);
        expect(read(bytes.slice(0, cut % bytes.length))).toEqual([]);
      }),
    );
  });
});

test('sseEvent writes what sseReader reads, line breaks included', () => {
  const line = fc.string({ unit: 'grapheme' }).filter((text) => !/[\r\n]/.test(text));
  const data = fc.array(line, { minLength: 1 }).map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(fc.option(fc.constantFrom('error', 'ping'), { nil: undefined }), data, (event, text) => {
      expect(read(sseEvent(text, event))).toEqual([[event, text]]);
    }),
  );
});
