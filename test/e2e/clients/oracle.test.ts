/**
 * The same bytes over a real socket, read by the AI SDK's providers and by our dialects: text, reasoning, calls of
 * tools, why it ended and what was counted must be the same, but for differences that are argued for.
 */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import * as path from 'node:path';
import type { Dialect } from '../../../lib/chat/dialect';
import { bytesOf, callOf, run } from '../../chat/support';
import { arguedDifferences } from './argued-differences';
import { CLIENTS_FOLDER, RECORDINGS } from './places';
import { FIELDS, type OracleLine, type Reading, oracleReading, ourReading, ourWholeReading } from './reading';
import { type Recording, UNREAD, type WholeRecording, arePresent, own, present, recorded, wholes } from './recordings';
import { type ReplayServer, startReplayServer } from './replay-server';

const ASKING = callOf({ stream: true, stream_options: { include_usage: true } });
const all: readonly Recording[] = [...own, ...recorded];

let server: ReplayServer;
let lines: readonly OracleLine[];

beforeAll(async () => {
  server = await startReplayServer([
    ...all.map(({ name, dialect, events }) => ({
      name,
      contentType: dialect.framing === 'event-stream' ? 'application/vnd.amazon.eventstream' : 'text/event-stream',
      bytes: bytesOf(events, dialect),
    })),
    ...wholes.map(({ name, text }) => ({ name, contentType: 'application/json', bytes: Buffer.from(text) })),
  ]);
  lines = await askOracle();
});
afterAll(() => server.close());

async function askOracle(): Promise<OracleLine[]> {
  const oracle = spawn(process.execPath, [path.join(CLIENTS_FOLDER, 'oracle.mjs')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const asked = [...all, ...wholes].map(({ name, provider }, index) => ({
    name,
    provider,
    baseURL: server.urlOf(index),
    isWhole: index >= all.length,
  }));
  oracle.stdin.end(JSON.stringify(asked));
  const out = await text(oracle.stdout);
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as OracleLine);
}

function compare(name: string, ours: Reading): void {
  const line = lines.find((one) => one.name === name);
  expect(line).toMatchObject({ errors: [] });
  const theirs = oracleReading(line as OracleLine);
  const differences = FIELDS.filter((field) => JSON.stringify(theirs[field]) !== JSON.stringify(ours[field])).map(
    (field) => ({ name, field, theirs: theirs[field], ours: ours[field] }),
  );
  const argued = arguedDifferences.filter((one) => one.name === name).map(({ why: _why, ...rest }) => rest);
  expect(differences).toEqual(argued);
}

async function readOurs(dialect: Dialect, url: string): Promise<Reading> {
  const { body } = await fetch(url);
  const pieces: Uint8Array[] = [];
  for await (const piece of body ?? []) pieces.push(piece as Uint8Array);
  const read = run(dialect, ASKING, pieces);
  expect(read.last).toMatchObject({ ended: true });
  return ourReading(read);
}

describe.each(all.map((recording, index): [string, Recording, number] => [recording.name, recording, index]))(
  '%s',
  (name, { dialect }, index) => {
    test('is read as the AI SDK reads it', async () => {
      compare(name, await readOurs(dialect, server.urlOf(index)));
    });
  },
);

const whenPresent = arePresent ? test : test.skip;
// `each` wants a row where there is none.
const rows: readonly [name: string, recording: WholeRecording | null][] = arePresent
  ? wholes.map((recording) => [recording.name, recording])
  : [['no recording', null]];
whenPresent.each(rows)('%s is read as the AI SDK reads it', (name, recording) => {
  const { dialect, text: json } = recording as WholeRecording;
  const read = dialect.answer(callOf(), json);
  if (!read.ok) throw new Error(read.message);
  compare(name, ourWholeReading(read));
});

test('differences are few, each about an answer that is read', () => {
  expect(arguedDifferences.length).toBeLessThanOrEqual(5);
  const unknown = arguedDifferences.filter(({ name }) => ![...all, ...wholes].some((one) => one.name === name));
  expect(unknown.filter(({ name }) => arePresent || name.startsWith('own/'))).toEqual([]);
});

whenPresent(`every recording is read, or named as one that nobody reads (absent: ${RECORDINGS})`, () => {
  expect(recorded.map(({ name }) => name).sort()).toEqual(present.filter((name) => !UNREAD.includes(name)).sort());
  expect(present).toEqual(expect.arrayContaining(UNREAD));
});

test.skip.each(UNREAD)('%s: no dialect reads it yet', () => undefined);
