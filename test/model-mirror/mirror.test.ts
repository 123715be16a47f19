/** The mirror against a fake hub over real sockets and a fake `aws` on PATH. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { Bucket, Upload } from '../../lambda/model-mirror/bucket';
import { Hub } from '../../lambda/model-mirror/hub';
import { mirror } from '../../lambda/model-mirror/mirror';
import type { MirrorSettings } from '../../lambda/model-mirror/settings';
import { readReport } from '../../lib/weights/mirror-report';
import { type FakeAws, fakeAws } from './fake-aws';
import { type FakeFile, FakeHub } from './fake-hub';

const COMMIT = '1'.repeat(40);
const NEXT = '2'.repeat(40);
const FOLDER = 'weights/acme/model/main';
const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');
/** Larger than the buffers on its way. */
const BIG = Buffer.alloc(3_000_000, 'weights ');
const FILES: Record<string, FakeFile> = {
  'config.json': { content: Buffer.from('{"hidden_size":64}') },
  'tokenizer.json': { content: Buffer.alloc(200_000, 't'), large: true },
  'model-00001-of-00002.safetensors': { content: BIG },
  'model-00002-of-00002.safetensors': { content: Buffer.from('the rest') },
  'pytorch_model.bin': { content: Buffer.from('pickle') },
};

let aws: FakeAws;
let hub: FakeHub;
/** The fake first: a real command line on this machine is never called. */
const withFake = (): string => `${aws.bin}:${process.env['PATH']}`;

beforeEach(() => {
  aws = fakeAws();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await hub.stop();
  aws.remove();
});

interface RunOptions {
  readonly files?: Record<string, FakeFile>;
  readonly revision?: string;
  readonly token?: string | null;
  readonly shownFor?: string;
  readonly path?: string;
}

async function startHub({ files = FILES, shownFor }: RunOptions): Promise<string> {
  hub = new FakeHub({
    id: 'acme/model',
    branches: { main: COMMIT },
    files: { ...files },
    ...(shownFor !== undefined && { token: shownFor }),
  });
  return hub.start();
}

async function run(hubUrl: string, { revision = 'main', token = null, path = withFake() }: RunOptions = {}) {
  const settings: MirrorSettings = {
    model: 'acme/model',
    revision,
    bucket: 'bucket',
    prefix: 'weights',
    hubUrl,
    token,
  };
  const lines: string[] = [];
  const tools = {
    hub: new Hub(settings, 1),
    bucket: new Bucket('bucket', { PATH: path }),
    say: (line: string) => lines.push(line),
  };
  return { manifest: await mirror(settings, tools), lines };
}

const uploads = (): string[] =>
  aws
    .calls()
    .map(([, , , target = '']) => target)
    .filter((target) => target.startsWith('s3://'))
    .map((target) => target.replace(`s3://bucket/${FOLDER}/`, ''));

test('copies what an engine needs, as it is, and then the manifest', async () => {
  const { manifest } = await run(await startHub({}));
  expect(aws.keys()).toEqual(
    [
      'commit',
      'config.json',
      'manifest.json',
      'model-00001-of-00002.safetensors',
      'model-00002-of-00002.safetensors',
      'tokenizer.json',
    ].map((name) => `${FOLDER}/${name}`),
  );
  expect(aws.read(`${FOLDER}/model-00001-of-00002.safetensors`).equals(BIG)).toBe(true);
  expect(uploads().at(-1)).toBe('manifest.json');
  expect(JSON.parse(aws.read(`${FOLDER}/manifest.json`).toString())).toEqual(manifest);
  expect(manifest).toEqual({
    version: 1,
    model: 'acme/model',
    revision: 'main',
    commit: COMMIT,
    totalBytes: 3_000_000 + 200_000 + 18 + 8,
    files: [
      'config.json',
      'model-00001-of-00002.safetensors',
      'model-00002-of-00002.safetensors',
      'tokenizer.json',
    ].map((path) => ({
      path,
      sizeBytes: FILES[path]?.content.length,
      sha256: sha256(FILES[path]?.content as Buffer),
    })),
  });
});

test('says how far it is', async () => {
  const { lines } = await run(await startHub({}));
  expect(lines[0]).toBe(`acme/model at main is commit ${COMMIT}: 4 files, 0.0032 GB`);
  expect(lines).toContain('3 of 4: model-00001-of-00002.safetensors, 0.0030 GB');
  expect(lines.at(-1)).toBe(`wrote ${FOLDER}/manifest.json`);
});

test('says it for programs too, after each file', async () => {
  const { lines } = await run(await startHub({}));
  const ofBytes = 3_000_000 + 200_000 + 18 + 8;
  expect(lines.flatMap((line) => readReport(line) ?? [])).toEqual(
    [18, 200_018, 3_200_018, ofBytes].map((bytes, index) => ({
      ...{ kind: 'progress', files: index + 1, ofFiles: 4 },
      ...{ bytes, ofBytes },
    })),
  );
});

test('a large file states its checksum and its size beforehand', async () => {
  await run(await startHub({}));
  const call = aws.calls().find((args) => args[3]?.endsWith('/model-00001-of-00002.safetensors')) ?? [];
  expect(call.slice(call.indexOf('--expected-size'))[1]).toBe('3000000');
  expect(aws.metadata(`${FOLDER}/model-00001-of-00002.safetensors`)).toEqual({ sha256: sha256(BIG) });
});

test('what a killed program must not leave half of is given to the command line as a whole', async () => {
  await run(await startHub({}));
  const piped = aws.calls().flatMap(([, , source, target = '']) => (source === '-' ? [target] : []));
  for (const name of ['commit', 'config.json', 'manifest.json']) {
    expect(piped).not.toContain(`s3://bucket/${FOLDER}/${name}`);
  }
});

test('a second run copies no large file again', async () => {
  const url = await startHub({});
  await run(url);
  const before = uploads().length;
  const { lines } = await run(url);
  expect(uploads().slice(before)).toEqual(['config.json', 'manifest.json']);
  expect(lines).toContain('3 of 4: model-00001-of-00002.safetensors is there already');
});

test('a run that broke off goes on where it was, and only then there is a manifest', async () => {
  const url = await startHub({});
  const last = `${FOLDER}/model-00002-of-00002.safetensors`;
  aws.refuse(last, true);
  await expect(run(url)).rejects.toThrow(/storing weights.*model-00002.*AccessDenied/);
  expect(aws.keys()).not.toContain(`${FOLDER}/manifest.json`);
  aws.refuse(last, false);
  const before = uploads().length;
  await run(url);
  expect(uploads().slice(before)).toEqual(['config.json', 'model-00002-of-00002.safetensors', 'manifest.json']);
});

test.each([
  ['half of the file', BIG.subarray(0, 1000), sha256(BIG)],
  ['a file of the same size with another checksum', BIG, sha256(Buffer.from('other'))],
  ['a file that states no checksum', BIG, undefined],
])('%s is copied again', async (_name, content, stated) => {
  const url = await startHub({});
  aws.put(`${FOLDER}/model-00001-of-00002.safetensors`, content, stated === undefined ? {} : { sha256: stated });
  await run(url);
  expect(uploads()).toContain('model-00001-of-00002.safetensors');
});

test('a download that breaks goes on at its last byte, in one upload', async () => {
  const url = await startHub({ files: { 'model.safetensors': { content: BIG, breakAfterBytes: 700_000 } } });
  await run(url);
  expect(aws.read(`${FOLDER}/model.safetensors`).equals(BIG)).toBe(true);
  const ranges = hub.seen.flatMap(({ path, range }) => (path === '/model.safetensors' ? (range ?? []) : []));
  expect(ranges.length).toBeGreaterThanOrEqual(4);
  expect(new Set(ranges).size).toBe(ranges.length);
  expect(uploads().filter((name) => name === 'model.safetensors')).toHaveLength(1);
});

test('a download that does not get on is given up', async () => {
  const url = await startHub({ files: { 'model.safetensors': { content: BIG, breakAfterBytes: 0 } } });
  await expect(run(url)).rejects.toThrow();
  expect(aws.keys()).toEqual([`${FOLDER}/commit`]);
  expect(hub.seen.filter(({ path }) => path === '/model.safetensors')).toHaveLength(5);
});

test('fails for a file that is not what the hub states, and stores none that could pass for it', async () => {
  const files = { 'model.safetensors': { content: BIG, claimedSha256: 'f'.repeat(64) } };
  const url = await startHub({ files });
  const write = jest.spyOn(Upload.prototype, 'write');
  await expect(run(url)).rejects.toThrow(
    /model.safetensors has checksum .* where the hub states f{64}; it was not stored/,
  );
  expect(aws.keys()).toEqual([`${FOLDER}/commit`]);
  // Not even the command line had all of it: it would be stored if this program were killed at that moment.
  const written = write.mock.calls.reduce((sum, [chunk]) => sum + chunk.length, 0);
  expect(written).toBeGreaterThan(0);
  expect(written).toBeLessThan(BIG.length);
});

test('a small file is compared with git’s own checksum', async () => {
  const url = await startHub({});
  const list = hub.model.files;
  const listed = list['config.json'] as FakeFile;
  let asked = 0;
  // The listing sees one content, the download another of the same size.
  Object.defineProperty(list, 'config.json', {
    enumerable: true,
    get: () => ((asked += 1), asked === 1 ? listed : { content: Buffer.from('{"hidden_size":65}') }),
  });
  await expect(run(url)).rejects.toThrow(/config.json has checksum/);
});

test('a branch that moves does not move what is stored under its name', async () => {
  const url = await startHub({});
  await run(url);
  hub.model.branches = { main: NEXT, old: COMMIT };
  const { manifest, lines } = await run(url);
  expect(manifest.commit).toBe(COMMIT);
  expect(lines[0]).toMatch(`main stays at ${COMMIT}`);
});

test('a commit has a folder of its own', async () => {
  await run(await startHub({}), { revision: COMMIT });
  expect(aws.keys()).toContain(`weights/acme/model/${COMMIT}/manifest.json`);
  expect(aws.keys()).not.toContain(`weights/acme/model/${COMMIT}/commit`);
});

test('files are asked for by commit, never by branch', async () => {
  await run(await startHub({}));
  const downloads = hub.seen.filter(({ path }) => path.includes('/resolve/'));
  expect(downloads).toHaveLength(4);
  for (const { path } of downloads) expect(path).toContain(`/resolve/${COMMIT}/`);
});

test('the token goes to the hub and not to its storage', async () => {
  const url = await startHub({ shownFor: 'hf_secret' });
  await run(url, { token: 'hf_secret' });
  const stored = hub.seen.filter(({ path }) => path === '/model-00001-of-00002.safetensors');
  expect(stored).toHaveLength(1);
  expect(stored[0]?.authorization).toBeUndefined();
  expect(aws.calls().flat().join(' ')).not.toContain('hf_secret');
});

test('fails for a gated model, saying what to do, with a token and without one', async () => {
  const url = await startHub({ shownFor: 'hf_other' });
  await expect(run(url)).rejects.toThrow(
    /nobody without a token \(401\): accept the model's licence at http.*\/acme\/model.*`hub.secret`/,
  );
  await expect(run(url, { token: 'hf_mine' })).rejects.toThrow(
    /owner of this token \(403\): accept the model's licence at http.*\/acme\/model/,
  );
  expect(aws.keys()).toEqual([]);
});

test('fails for a revision that is not there, at once', async () => {
  const url = await startHub({});
  await expect(run(url, { revision: 'v9' })).rejects.toThrow(/knows no acme\/model at v9/);
  expect(hub.seen).toHaveLength(1);
});

test('a hub that is busy for a moment is asked again', async () => {
  const url = await startHub({});
  hub.failures.push(503, 429);
  await expect(run(url)).resolves.toMatchObject({ manifest: { commit: COMMIT } });
});

test('fails where the AWS command line is missing', async () => {
  const url = await startHub({});
  await expect(run(url, { path: '/nonexistent' })).rejects.toThrow(/spawn aws ENOENT/);
});

describe('as a build runs it', () => {
  const build = async (env: Record<string, string>) => {
    const child = spawn(process.execPath, ['dist/assets/model-mirror/index.js'], {
      env: { PATH: withFake(), BUCKET: 'bucket', PREFIX: 'weights', ...env },
    });
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { stdout, stderr, code: child.exitCode };
  };

  test('it says how far it is on stdout and ends with 0', async () => {
    const url = await startHub({});
    const { stdout, code } = await build({ MODEL: 'acme/model', HF_ENDPOINT: url });
    expect(code).toBe(0);
    expect(stdout.trim().split('\n').at(-1)).toBe(`wrote ${FOLDER}/manifest.json`);
  });

  test('it ends with 2 and one sentence where the model is to blame', async () => {
    const url = await startHub({ files: { 'pytorch_model.bin': { content: Buffer.from('pickle') } } });
    const { stdout, stderr, code } = await build({ MODEL: 'acme/model', HF_ENDPOINT: url });
    expect(code).toBe(2);
    expect(stderr.trim()).toMatch(/^acme\/model is refused: its weights are pickles.*safetensors files$/);
    const last = stdout.trim().split('\n').at(-1) ?? '';
    expect(readReport(last)).toEqual({ kind: 'refused', message: stderr.trim() });
  });
});
