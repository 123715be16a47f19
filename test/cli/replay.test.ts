/** `replay` over a folder of records. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import type { ReplayResult } from '../../lib/capacity/replay/replay';
import { run, runAlone, tempFile } from '../support/cli';
import { bursts } from '../support/spot-records';

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'hybrid-llm-test-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  return folder;
}

const records = (): string =>
  folderOf(
    Object.fromEntries(
      bursts({ zones: 2, days: 1, calmHours: 4, together: true, seed: 3 }).map(({ zone, type, gapMs, counts }) => [
        `${zone}_${type}.json`,
        JSON.stringify({ metadata: { gap_seconds: gapMs / 1000 }, data: counts.map((count) => Math.sign(count)) }),
      ]),
    ),
  );

// A process of its own, and several replays.
jest.setTimeout(30_000);

const asJson = async (...args: string[]): Promise<readonly ReplayResult[]> =>
  JSON.parse((await run('replay', ...args, '--json')).stdout) as readonly ReplayResult[];

test('--json is a list of what each policy made of it, ours first', async () => {
  const { code, stdout, stderr } = await runAlone({}, 'replay', '--trace', records(), '--demand', '2', '--json');
  expect([code, stderr]).toEqual([0, '']);
  const results = JSON.parse(stdout) as readonly ReplayResult[];
  expect(results.map(({ policy }) => policy)).toEqual(['hybrid', 'naive', 'mixed', 'spot', 'on-demand']);
  for (const one of results) {
    expect(Object.keys(one)).toEqual([
      'policy',
      'hours',
      'costUsd',
      'onDemandCostUsd',
      'omniscientCostUsd',
      'savingShare',
      'availability',
      'fullAvailability',
      'interruptions',
      'requests',
      'lost',
      'resumed',
      'held',
      'lostMinutes',
      'nothingReady',
    ]);
    expect([one.hours, one.onDemandCostUsd]).toEqual([24, 48]);
    expect(one.omniscientCostUsd).toBe(results[0]?.omniscientCostUsd);
  }
  expect(results[0]?.interruptions).toBeGreaterThan(0);
});

test('the table names the minutes in which nothing was ready', async () => {
  const { code, stdout } = await run('replay', '--trace', records(), '--demand', '2');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^24\.0 hours; .*\n\s+policy\s+cost/);
  for (const policy of ['hybrid', 'naive', 'mixed', 'spot', 'on-demand'])
    expect(stdout).toMatch(new RegExp(`^\\s+${policy} .* %`, 'm'));
  expect(stdout).toMatch(/^minutes in which nothing was ready \(hybrid\): \d+\.\d–\d+\.\d/m);
  expect(stdout).toMatch(/^minutes in which those waited that were lost \(hybrid\): \d+\.\d–\d+\.\d/m);
});

test('each option has its effect', async () => {
  const trace = ['--trace', records(), '--demand', '2'];
  const [usual] = await asJson(...trace);
  const [quick] = await asJson(...trace, '--boot-seconds', '60');
  expect([quick?.availability, quick?.lost]).toEqual([1, 0]);
  const [unheard] = await asJson(...trace, '--lost-notice', '1', '--answers', tempFile('answers.json', '[3, 9]'));
  expect(unheard?.availability).toBeLessThan(usual?.availability ?? 0);
  const [short] = await asJson(...trace, '--notice-seconds', '30');
  expect(short?.availability).toBeLessThan(usual?.availability ?? 0);
  const [cheap] = await asJson(...trace, '--spot-ratio', '0.1');
  expect(cheap?.costUsd).toBeLessThan(usual?.costUsd ?? 0);
  const [spare] = await asJson(...trace, '--extra-spot', 'auto');
  expect(spare?.costUsd).toBeGreaterThan(usual?.costUsd ?? 0);
  const [small] = await asJson(...trace, '--capacity-per-zone', '1');
  const [other] = await asJson(...trace, '--inverted');
  for (const one of [small, other])
    expect(one?.omniscientCostUsd).toBeGreaterThan(usual?.omniscientCostUsd ?? Infinity);
});

test.each([
  ['no folder of records', ['--demand', '2'], /--trace/],
  ['no number of replicas', ['--trace', '.'], /--demand/],
  ['a folder that is not there', ['--trace', '/nowhere', '--demand', '2'], /\/nowhere is no folder that can be read/],
  ['half a replica', ['--trace', '.', '--demand', '1.5'], /--demand is `1.5`; it takes a whole number from 1 to 1000/],
  [
    'a share above one',
    ['--trace', '.', '--demand', '1', '--lost-notice', '2'],
    /--lost-notice is `2`; it takes a number from 0 to 1/,
  ],
  ['half a spare', ['--trace', '.', '--demand', '1', '--extra-spot', 'some'], /is `some`; .* from 0 to 1000 or `auto`/],
  ['spot for nothing', ['--trace', '.', '--demand', '1', '--spot-ratio', '0'], /it takes a number from 0.01 to 1/],
  [
    'answers that are no list',
    ['--trace', '.', '--demand', '1', '--answers', 'package.json'],
    /no JSON list of seconds; expected such as \[2, 5/,
  ],
])('%s is told in a line, and how it is used', async (_name, args, message) => {
  const { code, stdout, stderr } = await run('replay', ...args);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr.split('\n')[0]).toMatch(message);
  expect(stderr).toContain('hybrid-llm replay --trace DIR --demand N');
});

test('a folder without records and a file that is none are named', async () => {
  const empty = await run('replay', '--trace', folderOf({ 'README.md': '' }), '--demand', '2');
  expect([empty.code, empty.stderr]).toEqual([2, expect.stringContaining('has no .json file')]);
  const wrong = await run('replay', '--trace', folderOf({ 'a_x.json': '{}' }), '--demand', '2');
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('a_x.json is no record of spot capacity')]);
});
