/** D10 of the hard cases: prices that depend on how an answer was served. */
import type { PartialConfig } from '../support/plans';
import { keyRow } from '../support/router';
import { type UpstreamName, useWorld } from './exchange';

const world = useWorld();

const start = (models: NonNullable<PartialConfig['models']>): Promise<unknown> =>
  world.start({ models, routes: [{ name: 'default', to: [Object.keys(models)[0] ?? ''] }] });

test.each([false, true])('D10 an hour in the cache costs more than five minutes (stream: %s)', async (stream) => {
  await start({ claude: { provider: 'anthropic', model: 'claude-sonnet-4-6' } });
  world.upstreams.anthropic.counts = { plain: 10, cacheWrite: 100, cacheWriteLong: 1_000, output: 5 };
  await world.sent('claude', { stream });
  expect(world.last.costUsd).toBeCloseTo((10 * 3 + 100 * 3.75 + 1_000 * 6 + 5 * 15) / 1e6, 12);
});

test.each([
  [200_000, 3, 0.3, 3.75, 6, 15],
  [200_001, 6, 0.6, 7.5, 12, 22.5],
])('D10 a prompt of %i tokens', async (prompt, input, read, write, long, output) => {
  await start({ claude: { provider: 'anthropic', model: 'claude-sonnet-4-5' } });
  const cached = { cacheRead: 50_000, cacheWrite: 20_000, cacheWriteLong: 10_000, output: 5 };
  world.upstreams.anthropic.counts = { plain: prompt - 80_000, ...cached };
  const { record } = await world.sent('claude');
  const inputUsd = (prompt - 80_000) * input + 50_000 * read + 20_000 * write + 10_000 * long;
  expect(record.costUsd).toBeCloseTo((inputUsd + 5 * output) / 1e6, 9);
});

test.each<[string, NonNullable<PartialConfig['models']>[string], Record<string, unknown>, number | null]>([
  ['default', { provider: 'openai', model: 'gpt-5' }, { service_tier: 'default' }, 1],
  ['flex', { provider: 'openai', model: 'gpt-5' }, { service_tier: 'flex' }, 0.5],
  ['priority', { provider: 'openai', model: 'gpt-5' }, { service_tier: 'priority' }, 2],
  ['one without a known price', { provider: 'openai', model: 'gpt-5' }, { service_tier: 'ultrafast' }, null],
  ['standard', { provider: 'anthropic', model: 'claude-sonnet-5' }, { service_tier: 'standard' }, 1],
  ['batch', { provider: 'anthropic', model: 'claude-sonnet-5' }, { service_tier: 'batch' }, 0.5],
  ['priority', { provider: 'anthropic', model: 'claude-sonnet-5' }, { service_tier: 'priority' }, null],
  ['flex', { provider: 'gemini', model: 'gemini-3.5-flash' }, { serviceTier: 'SERVICE_TIER_FLEX' }, 0.5],
  ['default', { provider: 'bedrock', model: 'amazon.nova-lite-v1:0' }, { serviceTier: { type: 'default' } }, 1],
  ['priority', { provider: 'bedrock', model: 'amazon.nova-lite-v1:0' }, { serviceTier: { type: 'priority' } }, null],
])('D10 service tier %s, %j', async (_tier, model, more, times) => {
  const upstream = world.upstreams[model.provider as UpstreamName];
  await start({ m: model });
  const usualUsd = (await world.sent('m')).record.costUsd ?? NaN;
  expect(usualUsd).toBeGreaterThan(0);
  upstream.more = more;
  for (const stream of [false, true]) {
    await world.sent('m', { stream });
    if (times === null) expect(world.last.costUsd).toBeNull();
    else expect(world.last.costUsd).toBeCloseTo(usualUsd * times, 12);
    expect(world.router.metrics.at(-1)).toMatchObject({ UnknownPrice: times === null ? 1 : 0 });
  }
});

test('D10 Bedrock asks a tenth more for a region or a geography than for all the world', async () => {
  await start({ 'bedrock/*': { provider: 'bedrock' } });
  const costs: Record<string, number | null> = {};
  for (const prefix of ['global.', 'us.', 'eu.', 'apac.', '', 'us-gov.']) {
    const name = `bedrock/${prefix}anthropic.claude-sonnet-4-5-20250929-v1:0`;
    costs[prefix] = (await world.sent(name)).record.costUsd;
  }
  const worldUsd = (10 * 3 + 7 * 15) / 1e6;
  expect(costs['global.']).toBeCloseTo(worldUsd, 12);
  for (const prefix of ['us.', 'eu.', 'apac.', '']) expect(costs[prefix]).toBeCloseTo(worldUsd * 1.1, 12);
  expect(costs['us-gov.']).toBeNull();
});

test('D10 what was served at an unknown price keeps all that was set aside for it', async () => {
  await world.start(
    {
      models: { gpt: { provider: 'openai', model: 'gpt-5' } },
      routes: [{ name: 'd', to: ['gpt'] }],
      tenants: { small: { monthlyUsd: 0.3 } },
    },
    { keys: [keyRow('hk_small', 'small')] },
  );
  world.upstreams.openai.more = { service_tier: 'ultrafast' };
  // Some 0.2 dollars at the most, at twice the usual price.
  const first = await world.sent('gpt', { max_tokens: 9_900 }, { key: 'hk_small' });
  const second = await world.sent('gpt', { max_tokens: 9_900 }, { key: 'hk_small' });
  expect([first.status, first.record.costUsd, second.status]).toEqual([200, null, 429]);
});
