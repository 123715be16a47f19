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
import { FIELDS, type OracleLine, type Reading, oracleReading, ourReading } from './reading';
import { type Recording, UNREAD, arePresent, own, present, recorded } from './recordings';
import { type ReplayServer, startReplayServer } from './replay-server';

const ASKING = callOf({ stream: true, stream_options: { include_usage: true } });
const all: readonly Recording[] = [...own, ...recorded];

let server: ReplayServer;
let lines: readonly OracleLine[];

beforeAll(async () => {
  server = await startReplayServer(
    all.map(({ name, dialect, events }) => ({
      name,
      contentType: dialect.framing === 'event-stream' ? 'application/vnd.amazon.eventstream' : 'text/event-stream',
      bytes: bytesOf(events, dialect),
    })),
  );
  lines = await askOracle();
});
afterAll(() => server.close());

async function askOracle(): Promise<OracleLine[]> {
  const oracle = spawn(process.execPath, [path.join(CLIENTS_FOLDER, 'oracle.mjs')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const asked = all.map(({ name, provider }, index) => ({ name, provider, baseURL: server.urlOf(index) }));
  oracle.stdin.end(JSON.stringify(asked));
  const out = await text(oracle.stdout);
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as OracleLine);
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
      const line = lines.find((one) => one.name === name);
      expect(line).toMatchObject({ errors: [] });
      const theirs = oracleReading(line as OracleLine);
      const ours = await readOurs(dialect, server.urlOf(index));
      const differences = FIELDS.filter((field) => JSON.stringify(theirs[field]) !== JSON.stringify(ours[field])).map(
        (field) => ({ name, field, theirs: theirs[field], ours: ours[field] }),
      );
      const argued = arguedDifferences.filter((one) => one.name === name).map(({ why: _why, ...rest }) => rest);
      expect(differences).toEqual(argued);
    });
  },
);

test('differences are few, each about a stream that is read', () => {
  expect(arguedDifferences.length).toBeLessThanOrEqual(5);
  const unknown = arguedDifferences.filter(({ name }) => !all.some((one) => one.name === name));
  expect(unknown.filter(({ name }) => arePresent || name.startsWith('own/'))).toEqual([]);
});

const whenPresent = arePresent ? test : test.skip;
whenPresent(`every recording is read, or named as one that nobody reads (absent: ${RECORDINGS})`, () => {
  expect(recorded.map(({ name }) => name).sort()).toEqual(present.filter((name) => !UNREAD.includes(name)).sort());
  expect(present).toEqual(expect.arrayContaining(UNREAD));
});

test.skip.each(UNREAD)('%s: no dialect reads it yet', () => undefined);
