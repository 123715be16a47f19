/** Damage: to bytes as a network or a broken client does it, and to JSON values as a confused program does it. */
import type { Random } from './random';

/** A few wounds of bytes, wherever. */
export function mutateBytes(bytes: Buffer, random: Random): Buffer {
  let out = bytes;
  for (let wounds = 1 + random.int(3); wounds > 0; wounds -= 1) out = random.pick(BYTE_WOUNDS)(out, random);
  return out;
}

type ByteWound = (bytes: Buffer, random: Random) => Buffer;

const BYTE_WOUNDS: readonly ByteWound[] = [
  (bytes, random) => {
    const out = Buffer.from(bytes);
    if (out.length > 0) out[random.int(out.length)] = random.int(256);
    return out;
  },
  (bytes, random) => bytes.subarray(0, random.int(bytes.length + 1)),
  (bytes, random) => {
    const at = random.int(bytes.length + 1);
    const to = Math.min(bytes.length, at + random.int(40));
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(to)]);
  },
  (bytes, random) => {
    const at = random.int(bytes.length + 1);
    const to = Math.min(bytes.length, at + random.int(200));
    return Buffer.concat([bytes.subarray(0, to), bytes.subarray(at)]);
  },
  (bytes, random) => {
    const at = random.int(bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, at), Buffer.from(random.pick(SPLINTERS)), bytes.subarray(at)]);
  },
];

const SPLINTERS = [
  '\n\n',
  '\r',
  'data: ',
  'data: [DONE]\n\n',
  'event: error\n',
  ': ping\n\n',
  '"',
  '\\',
  '{',
  '}',
  ']]',
  'null',
  '-0',
  '1e999',
  '\u0000',
  '\ufeff',
  '\u2028',
  'data: {"error":{"message":"boom","type":"server_error"}}\n\n',
  'data: {}\n\n',
  'data: []\n\n',
  'data: null\n\n',
];

/** Some values of it are others now, some keys gone, some there that do not belong. */
export function mutateJson(value: unknown, random: Random): unknown {
  if (random.chance(0.08)) return random.pick(ODD_VALUES)();
  if (Array.isArray(value)) {
    const items = value.filter(() => !random.chance(0.04)).map((item) => mutateJson(item, random));
    if (random.chance(0.06) && items.length > 0) items.push(items[random.int(items.length)]);
    if (random.chance(0.03)) items.push(random.pick(ODD_VALUES)());
    return items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(() => !random.chance(0.03))
    .map(([key, one]) => [random.chance(0.02) ? random.pick(ODD_KEYS) : key, mutateJson(one, random)] as const);
  if (random.chance(0.05)) entries.push([random.pick(ODD_KEYS), random.pick(ODD_VALUES)()]);
  return Object.fromEntries(entries);
}

const ODD_KEYS = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '',
  'role',
  'type',
  'content',
  'stream',
  'n',
  'metadata',
  'tools',
  'tool_choice',
  'stop',
  'model',
  'messages',
  'input',
  'response_format',
  'a'.repeat(300),
];

const ODD_VALUES: readonly (() => unknown)[] = [
  () => null,
  () => '',
  () => 0,
  () => -1,
  () => 1.5,
  () => Number.MAX_SAFE_INTEGER,
  () => true,
  () => [],
  () => ({}),
  () => [null],
  () => [[]],
  () => ({ type: 'text' }),
  () => ({ type: 'text', text: null }),
  () => ({ role: 'tool', content: 'x' }),
  () => ({ role: '__proto__', content: 'x' }),
  () => 'x'.repeat(5_000),
  () => '\ud800',
  () => '\u0000\u202e🙂',
  () => 'data:image/png;base64,',
  () => 'http://169.254.169.254/latest/meta-data/',
  () => deep(60),
  () => deep(3_000),
];

function deep(levels: number): unknown {
  let value: unknown = 'deep';
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}
