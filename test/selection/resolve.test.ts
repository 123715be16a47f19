import { type Config, configSchema } from '../../config/schema';
import { type Lock } from '../../config/lock';
import { lockFor, readLock, resolve } from '../../lib/selection/resolve';

const config = (fleet: object = {}): Config =>
  configSchema.parse({
    name: 'acme',
    region: 'us-east-1',
    fleets: { small: { model: 'Qwen/Qwen3-8B', context: 4096, concurrency: 4, ...fleet } },
    models: { fast: { fleet: 'small' } },
    routes: [{ name: 'default', to: ['fast'] }],
  });

function lockOf(of: Config): Lock {
  const { lock } = lockFor(of, null);
  if (lock === null) throw new Error('no lock');
  return lock;
}

test('without a lock the catalogue decides, with a warning that names the command', () => {
  const { choices, problems } = resolve(config(), null);
  expect(choices['small']?.instanceTypes.length).toBeGreaterThanOrEqual(3);
  expect(problems).toEqual([
    { severity: 'warning', message: expect.stringMatching(/no lock file.*hybrid-llm plan --update/) },
  ]);
});

test('with a lock only the lock decides', () => {
  const lock = lockOf(config());
  const small = lock.fleets['small'];
  if (small === undefined) throw new Error('no fleet');
  const edited: Lock = {
    ...lock,
    amiId: 'ami-0123456789abcdef0',
    fleets: { small: { ...small, chosen: { ...small.chosen, instanceTypes: ['g5.xlarge'] } } },
  };
  expect(resolve(config(), edited)).toMatchObject({
    choices: { small: { instanceTypes: ['g5.xlarge'] } },
    amiId: 'ami-0123456789abcdef0',
    problems: [],
  });
});

test('a lock that does not fit is an error with what differs and the command to run', () => {
  const lock = lockOf(config());
  const { choices, problems } = resolve(config({ quality: 'economy' }), lock);
  expect(choices).toEqual({});
  expect(problems).toEqual([
    {
      severity: 'error',
      message: expect.stringMatching(
        /quality was "high", the config says "economy"; run `npx hybrid-llm plan --update`/,
      ),
    },
  ]);
});

test('a fleet that only the lock or only the config has is an error', () => {
  const lock = lockOf(config());
  const renamed = { ...lock, fleets: { other: lock.fleets['small'] as Lock['fleets'][string] } };
  expect(resolve(config(), renamed).problems.map(({ message }) => message)).toEqual([
    expect.stringMatching(/fleet small is not in the lock file/),
    expect.stringMatching(/has a fleet other that the config has not/),
  ]);
});

test('replicas that run already need no choice', () => {
  const { choices, problems } = resolve(config({ endpoints: ['http://10.0.0.1:8000'] }), null);
  expect({ choices, problems }).toEqual({ choices: {}, problems: [] });
});

test('a fleet in a region without an image of the engine is an error; replicas that run already are none', () => {
  const there = { ...config(), region: 'us-gov-west-1' };
  expect(resolve(there, lockOf(config())).problems).toEqual([
    { severity: 'error', message: expect.stringMatching(/no image of the engine in us-gov-west-1.*another `region`/) },
  ]);
  expect(
    resolve({ ...config({ endpoints: ['http://10.0.0.1:8000'] }), region: 'us-gov-west-1' }, null).problems,
  ).toEqual([]);
});

test('what only AWS knows is kept when the lock is written anew', () => {
  const before = { ...lockOf(config()), amiId: 'ami-0123456789abcdef0' };
  expect(lockFor(config({ quality: 'economy' }), before).lock?.amiId).toBe('ami-0123456789abcdef0');
});

test.each([
  ['no JSON', '{', /not JSON/],
  ['another version', '{"version":2}', /wrong at `version`/],
  ['a wrong image id', JSON.stringify({ ...lockOf(config()), amiId: 'latest' }), /wrong at `amiId`/],
])('fails on a lock file with %s', (_, text, said) => {
  const read = readLock(text);
  expect('problem' in read ? read.problem : '').toMatch(said);
});

test('a lock is read as it was written', () => {
  const lock = lockOf(config());
  expect(readLock(JSON.stringify(lock))).toEqual({ lock });
});
