/** `logs`: hosts' logs out of the deployment's bucket. */
import { gzipSync } from 'node:zlib';
import { type Ran, runAlone, runWith, tempFile } from '../support/cli';
import { type FakeAws, startFakeAws } from '../support/fake-lambda/service';
import { type FakeS3, startFakeS3 } from '../support/fake-s3';

const CONFIG = `
name: acme
region: us-east-1
providers: { openai: { secret: a/openai, agreement: { kind: dpa, ref: A-1 } } }
models: { gpt: { provider: openai, model: gpt-4o } }
routes: [{ name: default, to: [gpt] }]
`;

const LOGIN = { AWS_ACCESS_KEY_ID: 'A', AWS_SECRET_ACCESS_KEY: 'B' };

const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 21, 12, minute));

let s3: FakeS3;
let aws: FakeAws;
let config: string;

// Some commands are processes, and load the SDK.
jest.setTimeout(30_000);
beforeAll(() => {
  config = tempFile('hybrid-llm.yaml', CONFIG);
});
beforeEach(async () => {
  s3 = await startFakeS3({
    pageKeys: 2,
    buckets: {
      ops: {
        'access-logs/model-store/x': { body: 'none of a host', time: at(9) },
        'hosts/acme/llama-8b/i-1/boot.log': { body: 'old boot\n', time: at(1) },
        'hosts/acme/llama-8b/i-2/boot.log': { body: 'new boot', time: at(4) },
        'hosts/acme/llama-8b/i-2/journal.gz': { body: gzipSync('engine says\nhello\n'), time: at(3) },
        'hosts/acme/qwen/i-3/boot.log': { body: 'other boot\n', time: at(5) },
      },
    },
  });
  aws = await startFakeAws({ functions: {}, stacks: { acme: { LogBucketName: 'ops' }, other: { Other: 'x' } } });
});
afterEach(() => Promise.all([s3.stop(), aws.close()]));

const env = (): NodeJS.ProcessEnv => ({ ...LOGIN, AWS_ENDPOINT_URL: aws.url, AWS_ENDPOINT_URL_S3: s3.url });
const logs = (...args: string[]): Promise<Ran> => runWith({ env: env() }, 'logs', '--config', config, ...args);

test('without a name says which logs there are, the oldest first, all pages of them', async () => {
  const { code, stdout } = await runAlone({ env: env() }, 'logs', '--config', config);
  expect(code).toBe(0);
  expect(stdout).toBe(
    [
      '2026-11-21T12:01:00.000Z  llama-8b/i-1/boot.log  9 bytes',
      '2026-11-21T12:03:00.000Z  llama-8b/i-2/journal.gz  38 bytes',
      '2026-11-21T12:04:00.000Z  llama-8b/i-2/boot.log  8 bytes',
      '2026-11-21T12:05:00.000Z  qwen/i-3/boot.log  11 bytes',
      '',
    ].join('\n'),
  );
  expect(s3.asked.filter((path) => path.includes('prefix=hosts/'))).toHaveLength(2);
});

test('of a fleet shows those of the host that wrote last, unpacked', async () => {
  const { code, stdout } = await logs('llama-8b');
  expect([code, stdout]).toEqual([
    0,
    `== llama-8b/i-2/journal.gz, 2026-11-21T12:03:00.000Z
engine says
hello
== llama-8b/i-2/boot.log, 2026-11-21T12:04:00.000Z
new boot
`,
  ]);
});

test('of a host shows its own, by its id alone', async () => {
  const { stdout } = await logs('i-1');
  expect(stdout).toContain('old boot');
  expect(stdout).not.toContain('new boot');
});

test('of one phase shows that file, and reads no other', async () => {
  const { stdout } = await logs('llama-8b', '--phase', 'journal');
  expect(stdout).toContain('hello');
  expect(s3.asked.some((path) => path.includes('/ops/hosts/acme/llama-8b/i-2/boot.log'))).toBe(false);
});

test('for a script is a line of JSON for each file, with its text unless only names are asked for', async () => {
  const [journal, boot] = (await logs('llama-8b', '--json')).stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  expect(journal).toEqual({
    fleet: 'llama-8b',
    instance: 'i-2',
    file: 'journal.gz',
    bytes: 38,
    time: '2026-11-21T12:03:00.000Z',
    text: 'engine says\nhello\n',
  });
  expect(boot).toMatchObject({ file: 'boot.log', text: 'new boot' });
  expect((await logs('i-1', '--json', '--list')).stdout).not.toContain('text');
});

test('mistakes are told with what there is, exit code 2 and no stack', async () => {
  const told = await Promise.all([
    logs('llama-70b'),
    logs('llama-8b', '--phase', 'weights'),
    logs('--stack', 'other'),
    logs('--bucket', 'gone'),
  ]);
  expect(told.map(({ code }) => code)).toEqual([2, 2, 2, 2]);
  expect(told.map(({ stderr }) => stderr.split('\n')[0])).toEqual([
    'hybrid-llm logs: no logs of `llama-70b` in the bucket ops; fleets with logs: llama-8b, qwen',
    'hybrid-llm logs: --phase is `weights`; there are: boot, journal',
    'hybrid-llm logs: the stack `other` in us-east-1 has no output LogBucketName (it has: Other); deploy it again, or name another with --stack',
    'hybrid-llm logs: there is no bucket `gone` in us-east-1; name another with --bucket and --region',
  ]);
  s3.refuse('AccessDenied', 403);
  expect((await logs()).stderr).toContain('access denied; your login needs s3:ListBucket');
});
