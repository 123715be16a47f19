/** `plan` as a user runs it: its contract, the lock file, and what it says of wrong input. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { instances } from '../../config/catalog';
import type { PlanReport } from '../../lib/selection/plan-report';
import { run, runAlone } from '../support/cli';

let folder: string;

// Each run synthesizes the whole for its idle floor.
jest.setTimeout(30_000);
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'plan-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const FLEET = { model: 'Qwen/Qwen3-8B', context: 8192, concurrency: 8 };

function configFile(fleet: object = {}, rest: object = {}): string {
  const file = path.join(folder, 'hybrid-llm.yaml');
  const config = {
    name: 'acme',
    region: 'us-east-1',
    network: { azs: ['us-east-1a', 'us-east-1b'] },
    fleets: { small: { ...FLEET, ...fleet } },
    providers: { openai: { secret: 'acme/openai', agreement: { kind: 'dpa', ref: 'A-1' } } },
    models: { fast: { fleet: 'small' }, gpt: { provider: 'openai', model: 'gpt-5.4' } },
    routes: [{ name: 'default', to: ['fast', 'gpt'] }],
    alarms: { notify: 'none' },
    ...rest,
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

async function planOf(file: string, ...args: string[]): Promise<PlanReport> {
  const { code, stdout, stderr } = await run('plan', '--config', file, '--json', ...args);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as PlanReport;
}

test('--json says all that was promised', async () => {
  const plan = await planOf(configFile());
  const { small } = plan.fleets;
  expect(small).toMatchObject({ model: 'Qwen/Qwen3-8B', kvBytesPerToken: 147_456 });
  for (const key of ['checkpoint', 'quantization', 'verdict'] as const) expect(typeof small?.[key]).toBe('string');
  for (const key of ['tensorParallel', 'weightGiB', 'kvCacheTokens', 'maxConcurrency'] as const) {
    expect(small?.[key]).toBeGreaterThan(0);
  }
  expect(small?.maxConcurrency).toBeGreaterThanOrEqual(8);
  expect(small?.kvCacheTokens).toBeGreaterThanOrEqual(8 * 8192);
  expect(small?.pools.length).toBeGreaterThanOrEqual(3);
  expect(Object.keys(small?.pools[0] ?? {})).toEqual(
    expect.arrayContaining([
      'instanceType',
      'gpu',
      'gpuCount',
      'kvCacheTokens',
      'onDemandUsdPerHour',
      'spotUsdPerHour',
      'usdPerMillionTokens',
    ]),
  );
  expect(small?.rejected.every(({ instanceType, reason }) => instanceType !== '' && reason !== '')).toBe(true);
  expect(small?.vllmArgs.slice(0, 2)).toEqual([
    'serve',
    's3://MODEL-STORE/weights/' + (small?.checkpoint ?? '') + '/main',
  ]);
  expect(plan.idle.usdPerMonth).toBeGreaterThan(10);
  expect(plan.idle.items.reduce((sum, { usdPerMonth }) => sum + usdPerMonth, 0)).toBeCloseTo(
    plan.idle.usdPerMonth ?? NaN,
    6,
  );
  const against = plan.breakEven.filter(({ model }) => model === 'openai/gpt-5.4');
  expect(against.map(({ fleet, purchase }) => [fleet, purchase])).toEqual([
    ['small', 'spot'],
    ['small', 'on-demand'],
  ]);
  expect(against[0]?.tokensPerDay).toBeGreaterThan(0);
  expect(against[0]?.stressedTokensPerDay).toBeGreaterThan(against[0]?.tokensPerDay ?? Infinity);
  expect(plan.assumptions.length).toBeGreaterThan(5);
  expect(plan.lock).toEqual({ written: false, stale: true });
});

test('a reserved price is one more way to buy', async () => {
  const reservedUsdPerHour = Object.fromEntries(instances.map(({ instanceType }) => [instanceType, 0.1]));
  const { breakEven } = await planOf(configFile({}, { economics: { reservedUsdPerHour } }));
  const [spot, , reserved] = breakEven.filter(({ model }) => model === 'openai/gpt-5.4');
  expect(reserved?.purchase).toBe('reserved');
  expect(reserved?.tokensPerDay).toBeLessThan(spot?.tokensPerDay ?? 0);
});

test('--update writes the lock, which fits from then on, and says what changed', async () => {
  const file = configFile();
  const lock = path.join(folder, 'hybrid-llm.lock.json');
  const first = await run('plan', '--config', file, '--update', '--json');
  expect(JSON.parse(first.stdout)).toMatchObject({ lock: { written: true, stale: false } });
  expect(first.stderr).toMatch(/small: .* from \$[\d.]+ an hour and replica \(was: none\)/);
  const written = readFileSync(lock, 'utf8');

  configFile({ concurrency: 16 });
  expect((await planOf(file)).lock).toEqual({ written: false, stale: true });
  const second = await run('plan', '--config', file, '--update');
  expect(second.stderr).toMatch(/hybrid-llm.lock.json is written; commit it/);
  expect(readFileSync(lock, 'utf8')).not.toBe(written);
  expect((await planOf(file)).lock).toEqual({ written: false, stale: false });
});

test('--update names the price that the fleet pays', async () => {
  const file = configFile({ capacity: { spot: false } });
  const { stdout, stderr } = await run('plan', '--config', file, '--update', '--json');
  const [first] = (JSON.parse(stdout) as PlanReport).fleets['small']?.pools ?? [];
  expect(stderr).toContain(`from $${first?.onDemandUsdPerHour?.toFixed(2)} an hour and replica`);
});

test('--html writes one page that needs nothing else', async () => {
  const page = path.join(folder, 'plan.html');
  expect((await runAlone({}, 'plan', '--config', configFile(), '--html', page)).code).toBe(0);
  const text = readFileSync(page, 'utf8');
  expect(text).toContain('Qwen/Qwen3-8B');
  expect(text).not.toMatch(/<script|src="http|href="http[^"]*\.css/);
});

test('without a fleet there is the idle floor alone', async () => {
  const file = configFile(
    {},
    {
      fleets: {},
      models: { gpt: { provider: 'openai', model: 'gpt-5.4' } },
      routes: [{ name: 'default', to: ['gpt'] }],
    },
  );
  const plan = await planOf(file);
  expect([plan.fleets, plan.breakEven, plan.lock.stale]).toEqual([{}, [], false]);
  expect(plan.idle.usdPerMonth).toBeGreaterThan(10);
});

test.each<[string, object, RegExp]>([
  ['a model that nobody knows', { model: 'acme/own' }, /acme\/own/],
  ['more context than the model takes', { context: 1_000_000 }, /context.*1000000.*40960/s],
  ['no concurrency', { concurrency: 0 }, /fleets\.small\.concurrency/],
  ['a type without a GPU', { instances: ['m7i.large'] }, /m7i\.large/],
  [
    'what no host holds',
    { concurrency: 100_000 },
    /no instance type .* holds .*smallest change first: `concurrency: \d+`/,
  ],
])('%s is one clear error, and exits with 2', async (_, fleet, said) => {
  const { code, stdout, stderr } = await run('plan', '--config', configFile(fleet), '--json');
  expect(stderr).toMatch(said);
  expect([code, stdout]).toEqual([2, '']);
  expect(existsSync(path.join(folder, 'hybrid-llm.lock.json'))).toBe(false);
});
