/**
 * The promise that matters most, over random configs, states of health and requests: no restricted request opens a
 * connection beyond the boundary of its class. Counted where it cannot be argued with, at the sockets of the fakes.
 */
import fc from 'fast-check';
import type { ConfigInput } from '../../config/schema';
import { BOUNDARIES, type Boundary, type SensitivityClass } from '../../config/vocabulary';
import { type FakeClosed, startFakeClosed } from '../support/fake-closed';
import { type FakeVllm, startFakeVllm } from '../support/fake-vllm';
import { configOf } from '../support/plans';
import { chat, keyRow, startRouter } from '../support/router';

let fleet: FakeVllm[] = [];
/** By the boundary of the provider that has its address. */
let outside: { agreement: FakeClosed; external: FakeClosed; loopback: FakeClosed };

beforeAll(async () => {
  const [agreement, external, loopback] = await Promise.all([startFakeClosed(), startFakeClosed(), startFakeClosed()]);
  outside = { agreement, external, loopback };
});

afterAll(async () => {
  await stopFleet();
  await Promise.all(Object.values(outside).map((fake) => fake.stop()));
});

const MODELS = ['fast', 'claude', 'gpt', 'lab'] as const;
const modelName = fc.constantFrom(...MODELS);
const className = fc.constantFrom<SensitivityClass>('public', 'internal', 'restricted');

const anyConfig = fc.record({
  fleetThere: fc.boolean(),
  lanes: fc.constantFrom<ConfigInput['lanes']>(['open'], ['open', 'sealed']),
  routes: fc.array(
    fc.record({
      sensitivity: fc.option(fc.subarray<SensitivityClass>(['public', 'internal', 'restricted'], { minLength: 1 }), {
        nil: undefined,
      }),
      task: fc.option(fc.constantFrom('coding', 'agentic'), { nil: undefined }),
      to: fc.uniqueArray(modelName, { minLength: 1 }),
    }),
    { maxLength: 3 },
  ),
  lastTo: fc.uniqueArray(modelName, { minLength: 1 }),
  fallback: fc.option(fc.uniqueArray(modelName, { minLength: 1 }), { nil: undefined }),
  restrictedTo: fc.constantFrom<'vpc' | 'region'>('vpc', 'region'),
  internalTo: fc.constantFrom<Boundary>(...BOUNDARIES),
  defaultClass: className,
  monthlyUsd: fc.option(fc.constantFrom(0, 0.01, 1000), { nil: undefined }),
});

/** How the request comes to be restricted. */
const restrictedBy = fc.constantFrom(
  'header',
  'metadata',
  'card',
  'card in a tool result',
  'card split over parts',
  'tenant floor',
  'key floor',
);
const health = fc.constantFrom('ok', 'down', 'fails', 'errors in the stream', 'aborts');
const closedHealth = fc.constantFrom('ok' as const, 'fails' as const, 'resets' as const);

const anyRequest = fc.record({
  by: restrictedBy,
  model: fc.constantFrom('auto', 'task:coding', ...MODELS, 'openai/gpt-4o'),
  stream: fc.boolean(),
  sealed: fc.boolean(),
  health: fc.tuple(health, health),
  closedHealth,
});

test('no restricted request opens a connection beyond its boundary', async () => {
  let served = 0;
  await fc.assert(
    fc.asyncProperty(anyConfig, anyRequest, async (shape, request) => {
      await setHealth(request.health, request.closedHealth);
      const router = await startRouter(configFor(shape), {
        secrets: { s: 'x' },
        keys: [keyRow('hk_floor', 'floored'), keyRow('hk_keyfloor', 'local', { floor: 'restricted' })],
        limits: { firstEventMs: 2_000, totalMs: 4_000 },
      });
      const before = connections();
      const response = await chat(
        request.sealed && shape.lanes?.includes('sealed') ? `${router.origin}/sealed/v1` : router.url,
        askFor(request),
      );
      const text = await response.text();
      await router.close();
      if (response.status === 200) served += 1;
      expect(connections()).toEqual(before);
      expect(router.records[0]?.decision?.class.value ?? 'restricted').toBe('restricted');
      // The fakes could be reached: an answer says which of them gave it.
      if (response.status === 200 && !text.includes('"error"')) {
        expect(response.headers.get('x-hybrid-model')).toBe('fast');
      }
    }),
    { numRuns: 600 },
  );
  // Otherwise the property holds because nothing was ever served.
  expect(served).toBeGreaterThan(20);
}, 60_000);

test('a public request does reach the fakes outside, so that the counts above mean something', async () => {
  await setHealth(['ok', 'ok'], 'ok');
  const router = await startRouter(
    configFor({
      fleetThere: true,
      lanes: ['open'],
      routes: [],
      lastTo: ['gpt'],
      fallback: undefined,
      restrictedTo: 'vpc',
      internalTo: 'agreement',
      defaultClass: 'public',
      monthlyUsd: undefined,
    }),
    { secrets: { s: 'x' } },
  );
  const before = connections();
  for (const model of ['gpt', 'claude', 'lab']) expect((await chat(router.url, { model })).status).toBe(200);
  await router.close();
  const after = connections();
  for (const where of ['agreement', 'external', 'loopback'] as const)
    expect(after[where]).toBeGreaterThan(before[where]);
});

type Shape = typeof anyConfig extends fc.Arbitrary<infer T> ? T : never;
type AnyRequest = typeof anyRequest extends fc.Arbitrary<infer T> ? T : never;

function configFor(shape: Shape) {
  const fallback = shape.fallback?.filter((name) => name !== 'fast') ?? [];
  return configOf({
    lanes: shape.lanes,
    fleets: {
      llama: {
        model: 'meta-llama/Llama-3.1-8B-Instruct',
        endpoints: shape.fleetThere ? fleet.map(({ url }) => url) : ['http://127.0.0.1:1'],
      },
    },
    providers: {
      anthropic: { secret: 's', baseUrl: outside.agreement.url, agreement: { kind: 'dpa', ref: 'A-1' } },
      openai: { secret: 's', baseUrl: `${outside.external.url}/v1` },
      lab: { baseUrl: `${outside.loopback.url}/v1`, protocol: 'openai', secret: 's' },
    },
    models: {
      fast: { fleet: 'llama', ...(fallback.length > 0 && { fallback }) },
      claude: { provider: 'anthropic', model: 'claude-sonnet-5' },
      gpt: { provider: 'openai', model: 'gpt-4o' },
      lab: { provider: 'lab', model: 'qwen3' },
      'openai/*': { provider: 'openai' },
    },
    routes: [
      ...shape.routes.map(({ sensitivity, task, to }, index) => ({
        name: `route-${index}`,
        when: { ...(sensitivity && { sensitivity }), ...(task !== undefined && { task: task as 'coding' }) },
        to,
      })),
      { name: 'last', to: shape.lastTo },
    ],
    tenants: { floored: { floor: 'restricted' } },
    sensitivity: { default: shape.defaultClass, allow: { internal: shape.internalTo, restricted: shape.restrictedTo } },
    budgets: { ...(shape.monthlyUsd !== undefined && { monthlyUsd: shape.monthlyUsd }) },
  });
}

/** Replicas anew, each in its state of health. */
async function setHealth(replicas: readonly string[], closed: keyof typeof CLOSED_HEALTH): Promise<void> {
  await stopFleet();
  fleet = await Promise.all(replicas.map(() => startFakeVllm()));
  for (const [index, fake] of fleet.entries()) {
    if (replicas[index] === 'down') await fake.kill();
    if (replicas[index] === 'fails') fake.failNext(500);
    if (replicas[index] === 'errors in the stream') fake.failNextInside(0);
    if (replicas[index] === 'aborts') fake.abort();
  }
  await Promise.all(Object.values(outside).map((fake) => fake.setMode(CLOSED_HEALTH[closed])));
}

const stopFleet = (): Promise<unknown> => Promise.all(fleet.map((fake) => fake.stop()));

const CLOSED_HEALTH = {
  ok: { kind: 'ok' },
  fails: { kind: 'status', status: 503 },
  resets: { kind: 'reset-before-headers' },
} as const;

const connections = (): Record<keyof typeof outside, number> => ({
  agreement: outside.agreement.connections,
  external: outside.external.connections,
  loopback: outside.loopback.connections,
});

const CARD = '4111 1111 1111 1111';

function askFor({ by, model, stream }: AnyRequest): Parameters<typeof chat>[1] {
  const body: Record<string, unknown> = { stream };
  switch (by) {
    case 'header':
      return { model, body, headers: { 'x-hybrid-class': 'restricted' } };
    case 'metadata':
      return { model, body: { ...body, metadata: { sensitivity: 'restricted' } } };
    case 'card':
      return { model, body, text: `refund ${CARD} please` };
    case 'card in a tool result':
      return {
        model,
        body: {
          ...body,
          messages: [
            { role: 'user', content: 'look it up' },
            {
              role: 'assistant',
              content: null,
              tool_calls: [{ id: 'c1', type: 'function', function: { name: 'find', arguments: '{}' } }],
            },
            { role: 'tool', tool_call_id: 'c1', content: `{"card":"${CARD}"}` },
          ],
        },
      };
    case 'card split over parts':
      return {
        model,
        body: {
          ...body,
          messages: [
            {
              role: 'user',
              content: [
                { type: 'text', text: CARD.slice(0, 9) },
                { type: 'text', text: CARD.slice(9) },
              ],
            },
          ],
        },
      };
    case 'tenant floor':
      return { model, body, key: 'hk_floor' };
    default:
      return { model, body, key: 'hk_keyfloor' };
  }
}
