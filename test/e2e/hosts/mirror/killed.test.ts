/** The built mirror as a process that is killed at any moment, and started again, as a build that is stopped or runs out of time. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Manifest } from '../../../../lambda/model-mirror/manifest';
import { type FakeAws, fakeAws } from '../../../model-mirror/fake-aws';
import { type FakeFile, FakeHub } from '../../../model-mirror/fake-hub';

const COMMIT = '1'.repeat(40);
const NEXT = '2'.repeat(40);
const FOLDER = 'weights/acme/model/main';
const MANIFEST = `${FOLDER}/manifest.json`;
const KILLS = 10;

/** Mulberry32: the same moments each time. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');
const shard = (bytes: number, seed: number): Buffer => {
  const next = random(seed);
  return Buffer.from(Uint8Array.from({ length: bytes }, () => next() * 256));
};

const FILES: Record<string, FakeFile> = {
  'config.json': { content: Buffer.from('{"hidden_size":64}') },
  'tokenizer.json': { content: shard(150_000, 1), large: true },
  'model-00001-of-00002.safetensors': { content: shard(500_000, 2) },
  'model-00002-of-00002.safetensors': { content: shard(500_000, 3) },
};
const PATHS = Object.keys(FILES).sort();

let aws: FakeAws;
let hub: FakeHub;
let hubUrl: string;

beforeEach(async () => {
  aws = fakeAws();
  hub = new FakeHub({ id: 'acme/model', branches: { main: COMMIT }, files: { ...FILES } }, 1);
  hubUrl = await hub.start();
});
afterEach(async () => {
  await hub.stop();
  aws.remove();
});

/** In a group of its own, so that it can be killed with the command lines that it has started. */
const start = (): ChildProcess =>
  spawn(process.execPath, ['dist/assets/model-mirror/index.js'], {
    detached: true,
    stdio: 'ignore',
    env: {
      ...{ PATH: `${aws.bin}:${process.env['PATH']}`, BUCKET: 'bucket', PREFIX: 'weights' },
      ...{ MODEL: 'acme/model', HF_ENDPOINT: hubUrl },
    },
  });

async function toItsEnd(): Promise<number | null> {
  const child = start();
  await once(child, 'exit');
  return child.exitCode;
}

/** Whether it was still running. */
async function killedAt(moment: () => Promise<unknown>, withAll: boolean): Promise<boolean> {
  const child = start();
  const exited = once(child, 'exit');
  await Promise.race([exited, moment()]);
  const isRunning = child.exitCode === null;
  if (isRunning) process.kill(withAll ? -(child.pid as number) : (child.pid as number), 'SIGKILL');
  await exited;
  // Of the mirror alone: what it had started sees its input end, and stores what it got.
  await aws.idle();
  return isRunning;
}

/** What a host could be given: where there is a manifest, all it lists is there and is what the hub has. */
function checkServed(): boolean {
  const stored = aws.keys();
  for (const key of stored.filter((one) => !one.endsWith('.json') && one !== `${FOLDER}/commit`)) {
    const content = (FILES[key.slice(FOLDER.length + 1)] as FakeFile).content;
    // What broke off is shorter, by which the next run knows it: never the right size with wrong bytes.
    if (aws.read(key).length === content.length) expect(aws.read(key).equals(content)).toBe(true);
  }
  if (!stored.includes(MANIFEST)) return false;
  const manifest = JSON.parse(aws.read(MANIFEST).toString()) as Manifest;
  expect(manifest.commit).toBe(COMMIT);
  expect(manifest.files.map(({ path }) => path)).toEqual(PATHS);
  for (const { path, sizeBytes, sha256: stated } of manifest.files) {
    const content = aws.read(`${FOLDER}/${path}`);
    expect([path, content.length, sha256(content)]).toEqual([path, sizeBytes, stated]);
    expect(content.equals((FILES[path] as FakeFile).content)).toBe(true);
  }
  return true;
}

test('killed ten times at random and started again, it ends with the same bytes, and never shows others', async () => {
  const next = random(20261121);
  const startedMs = performance.now();
  await toItsEnd();
  const wholeMs = performance.now() - startedMs;
  aws.empty();
  let [kills, resumed] = [0, 0];
  while (kills < KILLS) {
    const hadStored = aws.keys().length > 0;
    const afterMs = next() * 0.8 * wholeMs;
    if (await killedAt(() => delay(afterMs), next() < 0.5)) {
      kills += 1;
      resumed += hadStored ? 1 : 0;
      checkServed();
    } else {
      expect(checkServed()).toBe(true);
      // Half of the time over what is complete, which hosts may read: then nothing may change for them.
      if (next() < 0.5) aws.empty();
    }
  }
  expect(resumed).toBeGreaterThan(0);
  expect(await toItsEnd()).toBe(0);
  expect(checkServed()).toBe(true);
}, 20_000);

test('what broke off is finished at the commit where it began, though the branch has moved', async () => {
  const isOnItsWay = async (): Promise<void> => {
    while (!hub.seen.some(({ path }) => path === '/model-00002-of-00002.safetensors')) await delay(5);
  };
  expect(await killedAt(isOnItsWay, true)).toBe(true);
  expect(aws.keys()).toContain(`${FOLDER}/model-00001-of-00002.safetensors`);
  expect(aws.keys()).not.toContain(MANIFEST);
  hub.model.branches = { main: NEXT, old: COMMIT };
  expect(await toItsEnd()).toBe(0);
  expect(checkServed()).toBe(true);
  const commits = hub.seen.flatMap(({ path }) => /\/resolve\/([^/]+)\//.exec(path)?.[1] ?? []);
  expect(new Set(commits)).toEqual(new Set([COMMIT]));
}, 20_000);

test('a file whose checksum is wrong is neither listed nor left, and mended by the next run', async () => {
  const wrong = 'model-00002-of-00002.safetensors';
  hub.model.files[wrong] = { ...(FILES[wrong] as FakeFile), claimedSha256: 'f'.repeat(64) };
  expect(await toItsEnd()).toBe(2);
  expect(aws.keys()).not.toContain(MANIFEST);
  expect(aws.keys()).not.toContain(`${FOLDER}/${wrong}`);
  hub.model.files[wrong] = FILES[wrong] as FakeFile;
  expect(await toItsEnd()).toBe(0);
  expect(checkServed()).toBe(true);
});

test('weights that are served stay as they are when the hub shows others for the same commit', async () => {
  expect(await toItsEnd()).toBe(0);
  for (const [path, content] of [
    ['config.json', Buffer.from('{"hidden_size":65}')],
    ['model-00002-of-00002.safetensors', shard(500_000, 5)],
  ] as const) {
    hub.model.files[path] = { content };
    expect(await toItsEnd()).toBe(2);
    expect(checkServed()).toBe(true);
    hub.model.files[path] = FILES[path] as FakeFile;
  }
});
