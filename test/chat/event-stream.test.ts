/** AWS's binary event stream: what comes out of its bytes, and that nothing comes out of broken ones. */
import { crc32 } from 'node:zlib';
import type { UpstreamFault } from '../../lib/chat/dialect';
import { eventStreamReader } from '../../lib/chat/event-stream';
import { MOST_FRAME_BYTES } from '../../lib/chat/event-stream-frame';
import { eventFrame, exceptionFrame, frame } from '../support/event-stream';

interface Read {
  readonly events: readonly (readonly [string, string])[];
  readonly faults: readonly UpstreamFault[];
}

function read(...pieces: readonly Uint8Array[]): Read {
  const events: [string, string][] = [];
  const faults: UpstreamFault[] = [];
  const reader = eventStreamReader({
    crc32,
    onEvent: (event, data) => events.push([event, data]),
    onFault: (fault) => faults.push(fault),
  });
  for (const piece of pieces) reader.push(piece);
  reader.end();
  return { events, faults };
}

const EVENT = { ':message-type': 'event', ':event-type': 'e' };
const HELLO = eventFrame('hello', { text: '世界 🙂' });
const STREAM = Buffer.concat([HELLO, eventFrame('empty', {}), frame(EVENT, '')]);
const WHOLE: Read = {
  events: [
    ['hello', '{"text":"世界 🙂"}'],
    ['empty', '{}'],
    ['e', ''],
  ],
  faults: [],
};
const INVALID = expect.objectContaining({ kind: 'invalid', status: 502 }) as UpstreamFault;
const TRUNCATED = expect.objectContaining({ kind: 'truncated' }) as UpstreamFault;

describe('A11 frames', () => {
  test('come out of one piece', () => {
    expect(read(STREAM)).toEqual(WHOLE);
    expect(read()).toEqual({ events: [], faults: [] });
  });

  test('come out of single bytes, and of pieces of any size', () => {
    for (let size = 1; size < STREAM.length; size += 1) {
      const pieces = Array.from({ length: Math.ceil(STREAM.length / size) }, (_piece, index) =>
        STREAM.subarray(index * size, (index + 1) * size),
      );
      expect(read(...pieces)).toEqual(WHOLE);
    }
  });

  test('come out cut in two at any byte', () => {
    for (let cut = 0; cut <= STREAM.length; cut += 1) {
      expect(read(STREAM.subarray(0, cut), STREAM.subarray(cut))).toEqual(WHOLE);
    }
  });

  test('are given as soon as they are whole', () => {
    const events: string[] = [];
    const onFault = (): never => {
      throw new Error('no fault');
    };
    const reader = eventStreamReader({ crc32, onEvent: (event) => events.push(event), onFault });
    reader.push(STREAM.subarray(0, HELLO.length - 1));
    expect(events).toEqual([]);
    reader.push(STREAM.subarray(HELLO.length - 1, HELLO.length));
    expect(events).toEqual(['hello']);
  });

  test('may lie anywhere in the memory of their bytes', () => {
    expect(read(Buffer.concat([Buffer.from('before'), STREAM]).subarray(6))).toEqual(WHOLE);
  });
});

test('A9 a stream that ends inside a frame is truncated, wherever it ends', () => {
  for (let end = 1; end < HELLO.length; end += 1) {
    expect(read(HELLO.subarray(0, end))).toEqual({ events: [], faults: [TRUNCATED] });
    expect(read(Buffer.concat([HELLO, HELLO.subarray(0, end)]))).toEqual({
      events: [WHOLE.events[0]],
      faults: [TRUNCATED],
    });
  }
});

test('A13 a byte that was changed is a fault and never an event, whichever byte it is', () => {
  for (let place = 0; place < HELLO.length; place += 1) {
    for (const flipped of [0x01, 0x80]) {
      const broken = Buffer.from(HELLO);
      broken[place] = (broken[place] ?? 0) ^ flipped;
      const { events, faults } = read(Buffer.concat([HELLO, broken, HELLO]));
      expect(events).toEqual([WHOLE.events[0]]);
      expect(faults).toEqual([INVALID]);
    }
  }
});

test('A13 what is no event stream at all is a fault', () => {
  expect(read(Buffer.from('{"message":"Service Unavailable"}'))).toEqual({ events: [], faults: [INVALID] });
  expect(read(Buffer.alloc(64))).toEqual({ events: [], faults: [INVALID] });
});

/** A prelude whose checksum is right. */
function prelude(total: number, headers: number): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt32BE(total, 0);
  bytes.writeUInt32BE(headers, 4);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, 8)), 8);
  return bytes;
}

test.each([
  ['larger than any', MOST_FRAME_BYTES + 1, 0],
  ['of 4 GiB', 0xffff_ffff, 0],
  ['smaller than a frame can be', 15, 0],
  ['smaller than its headers', 100, 85],
])('a frame that says it is %s is a fault before it is waited for', (_name, total, headers) => {
  expect(read(prelude(total, headers))).toEqual({ events: [], faults: [INVALID] });
});

test('a large frame in small pieces is read', () => {
  const large = eventFrame('large', { text: 'x'.repeat(3_000_000) });
  const pieces = Array.from({ length: Math.ceil(large.length / 16_384) }, (_piece, index) =>
    large.subarray(index * 16_384, (index + 1) * 16_384),
  );
  expect(read(...pieces).events[0]?.[1]).toHaveLength(3_000_000 + '{"text":""}'.length);
});

describe('headers', () => {
  test('of any other type are passed over', () => {
    // Read as the beginning of a header, such a byte would be longer than all that follows.
    const filled = (length: number): number[] => Array.from({ length }, () => 255);
    const others = [
      [0, 0],
      [1, 0],
      [2, 1],
      [3, 2],
      [4, 4],
      [5, 8],
      [8, 8],
      [9, 16],
    ].map(([type = 0, length = 0]): [string, object] => [`h${type}`, { type, bytes: filled(length) }]);
    const bytes: [string, object] = ['bytes', { type: 6, bytes: [0, 2, 1, 1] }];
    const all = Object.fromEntries([...others, bytes, ...Object.entries(EVENT)]) as typeof EVENT;
    expect(read(frame(all, '{}'))).toEqual({ events: [['e', '{}']], faults: [] });
  });

  test.each([
    ['of a type that is not known', { type: 10, bytes: [] }],
    ['whose text is longer than all headers', { type: 7, bytes: [255, 255, 1] }],
    ['that stop before their length', { type: 7, bytes: [0] }],
    ['that stop inside a number', { type: 5, bytes: [1, 2] }],
  ])('%s are a fault', (_name, value) => {
    expect(read(frame({ broken: value }, '{}'))).toEqual({ events: [], faults: [INVALID] });
  });

  test.each([[{}], [{ ':message-type': 'other' }]])('without a known type of message are a fault: %j', (headers) => {
    expect(read(frame(headers, '{}'))).toEqual({ events: [], faults: [INVALID] });
  });
});

describe('A12 errors', () => {
  const errorIn = ({ events }: Read): unknown => {
    expect(events.map(([name]) => name)).toEqual(['error']);
    return (JSON.parse(events[0]?.[1] ?? '') as { error: unknown }).error;
  };

  test('of the model are exceptions with their type and message', () => {
    expect(errorIn(read(exceptionFrame('throttlingException', { message: 'Too many.' })))).toEqual({
      type: 'throttlingException',
      message: 'Too many.',
    });
  });

  test.each([
    ['no JSON', 'overloaded', 'overloaded'],
    ['empty', '', 'x'],
  ])('of the model keep what they say where it is %s', (_name, payload, message) => {
    const exception = frame({ ':message-type': 'exception', ':exception-type': 'x' }, payload);
    expect(errorIn(read(exception))).toEqual({ type: 'x', message });
  });

  test('of the stream itself have code and message in their headers', () => {
    const error = { ':message-type': 'error', ':error-code': 'InternalFailure', ':error-message': 'Broken.' };
    expect(errorIn(read(frame(error, '')))).toEqual({ type: 'InternalFailure', message: 'Broken.' });
  });
});
