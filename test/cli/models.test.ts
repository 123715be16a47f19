/** `models` against a bucket and a CodeBuild project of a deployment. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { reportLine } from '../../lib/weights/mirror-report';
import { type Ran, entry, runAlone, runWith, tempFile } from '../support/cli';
import { type FakeBuild, type FakeCodeBuild, startFakeCodeBuild } from '../support/fake-codebuild';
import { type FakeAws, startFakeAws } from '../support/fake-lambda/service';
import { type FakeObject, type FakeS3, startFakeS3 } from '../support/fake-s3';
import { until } from '../support/simulated-fleet';

const CONFIG = `
name: acme
region: us-east-1
licences: { accept: [llama3.1] }
hub: { secret: acme/hub }
fleets:
  llama: { model: meta-llama/Llama-3.1-8B-Instruct@v1, quantization: bf16 }
models: { fast: { fleet: llama } }
routes: [{ name: default, to: [fast] }]
`;

const LOGIN = { AWS_ACCESS_KEY_ID: 'A', AWS_SECRET_ACCESS_KEY: 'B' };
const LLAMA = 'meta-llama/Llama-3.1-8B-Instruct';
const OUTPUTS = { ModelBucketName: 'models', MirrorProjectName: 'mirror' };

let aws: FakeAws;
let s3: FakeS3;
let builds: FakeCodeBuild;
let objects: Record<string, FakeObject>;
let config: string;

// Some commands are processes, and load the SDK.
jest.setTimeout(30_000);
beforeAll(() => {
  config = tempFile('hybrid-llm.yaml', CONFIG);
});
beforeEach(async () => {
  objects = {};
  s3 = await startFakeS3({ pageKeys: 2, buckets: { models: objects } });
  builds = await startFakeCodeBuild();
  aws = await startFakeAws({ functions: {}, stacks: { acme: OUTPUTS } });
});
afterEach(() => Promise.all([s3.stop(), builds.stop(), aws.close()]));

const env = (): NodeJS.ProcessEnv => ({
  ...LOGIN,
  AWS_ENDPOINT_URL: aws.url,
  AWS_ENDPOINT_URL_S3: s3.url,
  AWS_ENDPOINT_URL_CODEBUILD: builds.url,
  AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: builds.url,
});
const models = (...args: string[]): Promise<Ran> => runWith({ env: env() }, 'models', ...args, '--config', config);

const modelsAlone = (...args: string[]): Promise<Ran> =>
  runAlone({ env: env() }, 'models', ...args, '--config', config);

const put = (key: string, body: string): void => {
  objects[key] = { body, time: new Date(Date.UTC(2026, 10, 20, 12)) };
};

/** What a run of the mirror leaves. */
function store(model: string, revision: string, { without = '' } = {}): void {
  const folder = `weights/${model}/${revision}`;
  const files = { 'config.json': '{}', 'model.safetensors': 'weights' };
  for (const [path, body] of Object.entries(files)) if (path !== without) put(`${folder}/${path}`, body);
  const listed = Object.entries(files).map(([path, { length }]) => ({ path, sizeBytes: length, sha256: 'x' }));
  const manifest = { version: 1, model, revision, commit: '1'.repeat(40), totalBytes: 9, files: listed };
  put(`${folder}/manifest.json`, JSON.stringify(manifest));
}

const progress = (files: number, bytes: number): string =>
  reportLine({ kind: 'progress', files, ofFiles: 2, bytes, ofBytes: 16e9 });

/** Says how far it is, and ends well. */
function copies(build: FakeBuild): void {
  const { MODEL = '', REVISION = '' } = build.variables;
  build.lines.push('[Container] Running command node mirror/index.js', progress(0, 8e9), progress(2, 16e9));
  store(MODEL, REVISION);
  build.buildStatus = 'SUCCEEDED';
}

describe('add', () => {
  test('copies what the fleets load, after it has said licence, size and cost', async () => {
    builds.onStart = copies;
    const { code, stdout, stderr } = await models('add', '--yes', '--json');
    expect([code, builds.builds.map(({ variables }) => variables)]).toEqual([0, [{ MODEL: LLAMA, REVISION: 'v1' }]]);
    expect(stderr).toContain('Llama 3.1 Community License (accepted by the config, https://www.llama.com/');
    expect(stderr).toMatch(/fleets +llama\n/);
    expect(stderr).toMatch(
      /size +about 16\.1 GB\n +cost +\$0\.34 a month in S3; the transfer in is free, the build at most \$0\.02/,
    );
    expect(stderr).toContain('from the secret acme/hub');
    expect(stderr).toContain(`${LLAMA}@v1: 2 of 2 files, 16.0 GB of 16.0 GB (100 %)\n`);
    expect(JSON.parse(stdout)).toMatchObject([{ model: LLAMA, revision: 'v1', state: 'complete', copied: true }]);
  });

  test('of weights that are complete says so, and starts nothing', async () => {
    store(LLAMA, 'v1');
    const { code, stderr } = await modelsAlone('add');
    expect([code, builds.builds]).toEqual([0, []]);
    expect(stderr).toContain(
      `${LLAMA}@v1 is complete: 0.000 GB, since 2026-11-20; nothing to do, and nothing to pay\n`,
    );
  });

  test('mends weights whose manifest lists what is not there', async () => {
    store(LLAMA, 'v1', { without: 'model.safetensors' });
    builds.onStart = copies;
    expect((await models('add', '--yes')).code).toBe(0);
    expect(builds.builds).toHaveLength(1);
  });

  test('follows a copy that runs instead of starting another', async () => {
    const running: FakeBuild = {
      ...{ id: 'mirror:9', buildStatus: 'IN_PROGRESS', lines: [progress(1, 4e9)], contexts: [] },
      variables: { MODEL: LLAMA, REVISION: 'v1' },
    };
    builds.builds.push(running);
    const added = models('add');
    await until(() => builds.reads > 1);
    copies(running);
    const { code, stderr } = await added;
    expect([code, builds.builds.length]).toEqual([0, 1]);
    expect(stderr).toContain('is being copied already');
    expect(stderr).toContain('1 of 2 files, 4.0 GB of 16.0 GB (25 %)');
  });

  test('without a terminal and --yes stops before anything starts', async () => {
    const { code, stderr } = await models('add');
    expect([code, builds.builds]).toEqual([2, []]);
    expect(stderr).toContain('there is no terminal to ask on; give --yes');
  });

  test('of a licence that is not accepted says what to write, and asks AWS for nothing', async () => {
    const strict = tempFile('hybrid-llm.yaml', CONFIG.replace('[llama3.1]', '[gemma]'));
    const { code, stderr } = await runWith({ env: LOGIN }, 'models', 'add', '--yes', '--config', strict);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /read https:\/\/www\.llama\.com\S+, then write `licences: { accept: \[gemma, llama3\.1\] }`/,
    );
  });

  test('of a licence that forbids the use names the key that says of it', async () => {
    const { code, stderr } = await models('add', 'mistralai/Codestral-22B-v0.1', '--yes');
    expect([code, builds.builds]).toEqual([2, []]);
    expect(stderr).toMatch(/which permits research and tests only, and `licences\.use` says: production/);
  });

  test('takes a revision as that very repository, and a model as what its fleets load', async () => {
    builds.onStart = copies;
    expect((await models('add', `${LLAMA}@v2`, '--yes')).code).toBe(0);
    expect((await models('add', LLAMA, '--yes')).code).toBe(0);
    expect((await models('add', 'llama')).code).toBe(0);
    expect(builds.builds.map(({ variables }) => variables['REVISION'])).toEqual(['v2', 'v1']);
  });

  test('where the hub refuses, ends with what to do, once', async () => {
    builds.onStart = (build) => {
      build.lines.push(reportLine({ kind: 'refused', message: 'accept the licence there' }));
      build.buildStatus = 'FAILED';
    };
    const { code, stderr } = await models('add', '--yes');
    expect(code).toBe(2);
    expect(stderr.split('\n').filter((line) => line.includes('accept the licence there'))).toEqual([
      `${LLAMA}@v1 was not copied: accept the licence there`,
    ]);
  });

  test('where the build fails, shows its last words and those of CodeBuild', async () => {
    builds.onStart = (build) => {
      build.lines.push('boom');
      build.contexts.push('Secrets Manager can’t find the secret');
      build.buildStatus = 'FAILED';
    };
    const { code, stderr } = await models('add', '--yes');
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /the build mirror:1 failed; `models add .*` goes on where it ended\n {2}boom\n {2}Secrets Manager/,
    );
  });

  test('goes on where its log may not be read', async () => {
    builds.denied.add('GetLogEvents');
    builds.onStart = copies;
    const { code, stderr } = await models('add', '--yes');
    expect(code).toBe(0);
    expect(stderr).toContain('your login needs logs:GetLogEvents on it; the copy goes on');
  });

  test('that is interrupted says that the copy goes on, and how to look', async () => {
    builds.onStart = (build) => build.lines.push(progress(1, 4e9));
    const child = spawn(process.execPath, [entry, 'models', 'add', '--yes', '--config', config], {
      env: { ...process.env, ...env() },
    });
    let seen = '';
    child.stderr.on('data', (text: Buffer) => (seen += text.toString()));
    await until(() => seen.includes('1 of 2 files'));
    child.kill('SIGINT');
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(130);
    expect(seen).toContain(`the copy goes on without you; \`models add ${LLAMA}@v1\` follows it again`);
    expect(builds.builds[0]?.buildStatus).toBe('IN_PROGRESS');
  });
});

describe('list', () => {
  test('says what is complete, what is not, and what fleets miss', async () => {
    store('Qwen/Qwen3-8B', 'main');
    store('Qwen/Qwen3-4B', 'release/one', { without: 'config.json' });
    put('weights/Qwen/Qwen3-32B/main/config.json', '{}');
    put('weights/readme.txt', 'of somebody');
    const { code, stdout } = await models('list', '--json');
    expect(code).toBe(3);
    const rows = JSON.parse(stdout) as Record<string, unknown>[];
    expect(rows.map(({ model, revision, state, fleets }) => [model, revision, state, fleets])).toEqual([
      ['Qwen/Qwen3-32B', 'main', 'partial', []],
      ['Qwen/Qwen3-4B', 'release/one', 'damaged', []],
      ['Qwen/Qwen3-8B', 'main', 'complete', []],
      [LLAMA, 'v1', 'absent', ['llama']],
    ]);
    const shown = (await models('list')).stdout;
    expect(shown).toMatch(/Qwen\/Qwen3-8B +main +complete +0\.000 GB +2026-11-20 12:00/);
    expect(shown).toContain('absent: a fleet loads them, and waits; `models add` copies them\n');
  });

  test('is well where the fleets have theirs; a bucket that is named needs no stack', async () => {
    store(LLAMA, 'v1');
    const { code, stdout } = await modelsAlone('list', '--bucket', 'models', '--json');
    expect([code, JSON.parse(stdout)]).toMatchObject([0, [{ state: 'complete', fleets: ['llama'], bytes: 264 }]]);
  });
});

describe('remove', () => {
  test('takes the manifest first, then the files, and nothing of another revision', async () => {
    store('Qwen/Qwen3-8B', 'main');
    store('Qwen/Qwen3-8B', 'main/next');
    const { code, stderr } = await modelsAlone('remove', 'Qwen/Qwen3-8B@main', '--yes');
    expect([code, stderr]).toEqual([0, expect.stringContaining('is deleted: 3 objects')]);
    const folder = 'weights/Qwen/Qwen3-8B/main';
    expect(s3.deleted[0]).toBe(`${folder}/manifest.json`);
    expect(s3.deleted.slice(1).sort()).toEqual([`${folder}/config.json`, `${folder}/model.safetensors`]);
    expect(Object.keys(objects)).toHaveLength(3);
  });

  test('of what a fleet loads refuses, unless it is forced', async () => {
    store(LLAMA, 'v1');
    const { code, stderr } = await models('remove', `${LLAMA}@v1`, '--yes');
    expect([code, s3.deleted]).toEqual([2, []]);
    expect(stderr).toContain('is what llama loads: without it no host of it starts; give --force');
    expect((await models('remove', `${LLAMA}@v1`, '--yes', '--force')).code).toBe(0);
    expect(Object.keys(objects)).toEqual([]);
  });

  test('without a terminal and --yes deletes nothing', async () => {
    store('Qwen/Qwen3-8B', 'main');
    const { code } = await models('remove', 'Qwen/Qwen3-8B@main');
    expect([code, s3.deleted]).toEqual([2, []]);
  });
});

test('mistakes are told with what there is, exit code 2 and no stack', async () => {
  store('Qwen/Qwen3-8B', 'main');
  const told = await Promise.all([
    models('copy'),
    models('add', 'acme/unknown', '--yes'),
    models('add', 'a@b@c', '--yes'),
    models('remove', 'Qwen/Qwen3-8B'),
    models('remove', 'Qwen/Qwen3-8B@v9'),
  ]);
  expect(told.map(({ code }) => code)).toEqual([2, 2, 2, 2, 2]);
  expect(told.map(({ stderr }) => stderr.split('\n')[0])).toEqual([
    'hybrid-llm models: `models copy` is not known; allowed: add, list, remove',
    'hybrid-llm models: the catalogue knows no `acme/unknown`, and no fleet of the config loads it; name a model or checkpoint of the catalogue, or one of the fleets: llama',
    'hybrid-llm models: `a@b@c` is no MODEL@REVISION: a name as on the hub, then a commit, tag or branch',
    'hybrid-llm models: give a revision too, `Qwen/Qwen3-8B@REVISION`; there are: Qwen/Qwen3-8B@main',
    'hybrid-llm models: no `Qwen/Qwen3-8B@v9` in the bucket models; there are: Qwen/Qwen3-8B@main',
  ]);
});
