/** Break-even of a fleet: from the pool that is cheapest in its mix of tokens, against models that do the same work. */
import { type Config, configSchema } from '../../config/schema';
import { DEFAULT_ASSUMPTIONS } from '../../lib/economics/assumptions';
import { staircaseOf } from '../../lib/economics/break-even';
import type { IdleFloor } from '../../lib/economics/idle';
import { assemble, chooseFleets } from '../../lib/selection/assemble';
import type { PlanReport } from '../../lib/selection/plan-report';
import { fleetsAsked } from '../../lib/selection/asked';
import { type Chosen, choose } from '../../lib/selection/choose';
import { fleetCost } from '../../lib/selection/fleet-cost';

function configOf(fleet: object, rest: object = {}): Config {
  return configSchema.parse({
    name: 'acme',
    region: 'us-east-1',
    fleets: { one: fleet },
    providers: { openai: { secret: 'acme/openai' } },
    models: {
      gpt: { provider: 'openai', model: 'gpt-5.4' },
      vectors: { provider: 'openai', model: 'text-embedding-3-large', weights: 'openai' },
      own: {
        provider: 'openai',
        model: 'acme-unlisted',
        price: { inputUsdPerMillionTokens: 1, outputUsdPerMillionTokens: 1 },
      },
    },
    routes: [{ name: 'default', to: ['gpt'] }],
    alarms: { notify: 'none' },
    ...rest,
  });
}

function costOf(config: Config) {
  const asked = fleetsAsked(config)['one'];
  const chosen = asked === undefined ? null : choose(asked);
  if (chosen === null || 'problem' in chosen) throw new Error(chosen?.problem);
  return { chosen, ...fleetCost('one', config, chosen, DEFAULT_ASSUMPTIONS) };
}

/** Each pool alone against the unlisted model at $1 for a million tokens. */
function stairs({ pools }: Chosen) {
  return pools.map(({ instance, layout: { speed } }) => {
    const economics = {
      usdPerHour: { spot: instance.spotUsdPerHour, 'on-demand': instance.onDemandUsdPerHour, reserved: null },
      inputTokensPerSecond: speed.inputTokensPerSecond,
      outputTokensPerSecond: speed.outputTokensPerSecond,
      minReplicas: 0,
      spareReplicas: 0,
    };
    const price = { inputUsdPerMillionTokens: 1, outputUsdPerMillionTokens: 1, cacheReadUsdPerMillionTokens: null };
    const one = staircaseOf(economics, 'spot', price, DEFAULT_ASSUMPTIONS);
    return typeof one === 'string' ? Infinity : one.stepUsd / one.stepUnits;
  });
}

// L4 reads faster for its price than A10G, and writes at half its speed.
test.each([
  { model: 'microsoft/phi-4', context: 16_384, concurrency: 8 },
  { model: 'mistralai/Mixtral-8x7B-Instruct-v0.1', context: 8192, concurrency: 8 },
])('the pool is the cheapest of the mix, not the one that reads cheapest: $model', (fleet) => {
  const { chosen, curves } = costOf(configOf(fleet));
  const perToken = (curves?.replicaUsdPerDay ?? NaN) / (curves?.replicaTokensPerDay ?? NaN);
  expect(perToken).toBeCloseTo(Math.min(...stairs(chosen)), 12);
});

const EMBEDDINGS = { model: 'Qwen/Qwen3-Embedding-0.6B', kind: 'embed', context: 8192, concurrency: 8 };

test('embeddings are compared with embeddings, and with what nobody knows the kind of', () => {
  const { breakEven } = costOf(configOf(EMBEDDINGS));
  expect([...new Set(breakEven.map(({ model }) => model))]).toEqual([
    'openai/text-embedding-3-large',
    'openai/acme-unlisted',
  ]);
  const { breakEven: ofChat } = costOf(configOf({ model: 'Qwen/Qwen3-8B', context: 8192, concurrency: 8 }));
  expect(ofChat.map(({ model }) => model)).not.toContain('openai/text-embedding-3-large');
});

test('all tokens of embeddings are input, whatever the mix of chat is', () => {
  const { curves } = costOf(configOf(EMBEDDINGS));
  // $0.13 for a million, and 72 % of that on average over a year in which it halves.
  const listed = curves?.models.find(({ model }) => model === 'openai/text-embedding-3-large');
  expect(listed?.usdPerMillionTokens).toBeCloseTo(0.13 * 0.7213, 4);
});

const reportOf = (config: Config, idle: IdleFloor | null = null): PlanReport =>
  assemble({
    config,
    chosen: chooseFleets(config).chosen,
    lock: null,
    idle,
    written: false,
    warnings: [],
    nowMs: 0,
  });

const warningsOf = (config: Config): string => reportOf(config).warnings.join('\n');

const SMALL = { model: 'Qwen/Qwen3-8B', context: 8192, concurrency: 8 };

test('prices of another region are said to be that', () => {
  expect(warningsOf(configOf(SMALL, { region: 'eu-central-1' }))).toMatch(/priced as in us-east-1: in eu-central-1/);
  expect(warningsOf(configOf(SMALL))).toBe('');
});

test('a reserved price of a type that no fleet runs on is said to be unused', () => {
  const economics = { reservedUsdPerHour: { 'g6.xlarge': 0.5, 'g6.exlarge': 0.5 } };
  const said = warningsOf(configOf(SMALL, { economics }));
  expect(said).toMatch(/reservedUsdPerHour\.g6\.exlarge` is not used/);
  expect(said).not.toContain('g6.xlarge`');
});

test('an idle floor that is not known is null, not nothing', () => {
  expect(reportOf(configOf(SMALL)).idle).toEqual({ usdPerMonth: null, items: [] });
});

test('what the idle floor could not price is named', () => {
  const idle = { usdPerMonth: 5, items: [], unpriced: [{ logicalId: 'Wall', type: 'AWS::NetworkFirewall::Firewall' }] };
  expect(reportOf(configOf(SMALL), idle).warnings.join()).toMatch(
    /idle floor leaves out .*: Wall \(AWS::NetworkFirewall::Firewall\)/,
  );
});

test('the price of a million tokens is that of the stated mix and use', () => {
  const poolsOf = (economics: object) => reportOf(configOf(SMALL, { economics })).fleets['one'];
  const [half, whole] = [poolsOf({}), poolsOf({ maxUtilization: 1 })];
  expect(whole?.pools[0]?.usdPerMillionTokens).toBeCloseTo((half?.pools[0]?.usdPerMillionTokens ?? NaN) / 2, 9);
  expect(half?.verdict).toContain('when it is half busy');
  expect(whole?.verdict).toContain('when it is 100 % busy');
  const written = poolsOf({ inputShare: 0 })?.pools[0];
  expect(written?.usdPerMillionTokens).toBeGreaterThan(half?.pools[0]?.usdPerMillionTokens ?? Infinity);
});
