/** What the router says of a request, and that the contract names all of it. */
import type { DecisionRecord } from '../../lib/records/decision-record';
import { METRIC_CONTRACT } from '../../lib/records/metric-contract';
import { METER_METRICS, PER_DEPLOYMENT, PER_FLEET } from '../../lib/records/fleet-metrics';
import { metricLine } from '../../lib/records/metrics';
import { tableFailureLine } from '../../lib/records/table-failure';

const USAGE = {
  promptTokens: 100,
  completionTokens: 21,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: null,
};

/** A streamed answer: first token after 300 ms, 21 tokens in 1300 ms. */
const STREAMED = {
  outcome: 'answered',
  guarantee: 'guarded',
  facts: { stream: true, detectorFailed: null },
  decision: { class: { value: 'public' }, error: null },
  attempts: [],
  usage: USAGE,
  costUsd: 0.02,
  usageEstimated: false,
  timeToFirstTokenMs: 300,
  heldMs: 200,
  covers: 'llama',
  durationMs: 1300,
} as unknown as DecisionRecord;

interface Line {
  readonly _aws: { readonly CloudWatchMetrics: readonly [Directive] };
  readonly [name: string]: unknown;
}

interface Directive {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
}

const lineOf = (record: object): Line => JSON.parse(metricLine('acme', 'open', { ...STREAMED, ...record }, 1)) as Line;

test('a streamed answer says when its first token came and how fast the others followed', () => {
  expect(lineOf({})).toMatchObject({
    Deployment: 'acme',
    Lane: 'open',
    Requests: 1,
    Errors: 0,
    Refusals: 0,
    TimeToFirstToken: 300,
    TimePerOutputToken: 50,
    Duration: 1300,
  });
});

test.each<[string, object, readonly string[], readonly string[]]>([
  [
    'a whole answer has no first token',
    { facts: { ...STREAMED.facts, stream: false } },
    [],
    ['TimeToFirstToken', 'TimePerOutputToken'],
  ],
  ['one token has no gap', { usage: { ...USAGE, completionTokens: 1 } }, ['TimeToFirstToken'], ['TimePerOutputToken']],
  ['estimated tokens give no pace', { usageEstimated: true }, ['TimeToFirstToken'], ['TimePerOutputToken']],
  ['a broken answer gives no pace', { outcome: 'interrupted' }, ['TimeToFirstToken'], ['TimePerOutputToken']],
  [
    'a request that never got so far',
    { facts: null, timeToFirstTokenMs: null, usage: null, costUsd: null },
    ['Requests'],
    ['TimeToFirstToken', 'CostUsd', 'PromptTokens'],
  ],
])('%s', (_, record, present, absent) => {
  const names = Object.keys(lineOf(record));
  expect(names).toEqual(expect.arrayContaining([...present]));
  for (const name of absent) expect(names).not.toContain(name);
});

test.each<[string, object, Readonly<Record<string, number>>]>([
  ['failed', { outcome: 'failed' }, { Errors: 1, Refusals: 0, TruncatedStreams: 0 }],
  ['interrupted', { outcome: 'interrupted' }, { Errors: 1, Refusals: 0, TruncatedStreams: 1 }],
  ['refused', { outcome: 'refused' }, { Errors: 0, Refusals: 1, TruncatedStreams: 0 }],
  ['left by its caller', { outcome: 'client_gone' }, { Errors: 0, Refusals: 0, TruncatedStreams: 0 }],
])('a request that was %s is counted as that', (_, record, counts) => {
  expect(lineOf(record)).toMatchObject(counts);
});

test('a request that waited says so and for how long, one that did not says only that', () => {
  expect(lineOf({})).toMatchObject({ HeldRequests: 1, HoldTime: 200, CoveredRequests: 1 });
  const line = lineOf({ heldMs: 0, covers: null });
  expect(line).toMatchObject({ HeldRequests: 0, CoveredRequests: 0 });
  expect(line).not.toHaveProperty('HoldTime');
});

const RESTRICTED = { class: { value: 'restricted' }, error: null };

test.each<[string, object, number]>([
  ['is counted where only the code holds it', { decision: RESTRICTED }, 1],
  ['is as it should be on the sealed lane', { decision: RESTRICTED, guarantee: 'sealed' }, 0],
  ['is not counted when it was not served', { decision: { ...RESTRICTED, error: 'use_sealed_endpoint' } }, 0],
  ['is none without a decision', { decision: null }, 0],
])('a restricted request %s', (_, record, count) => {
  expect(lineOf(record)['RestrictedOnOpenLane']).toBe(count);
});

test('all that a line holds stands in the contract, with its unit and dimensions', () => {
  const failure = { table: 'ledger', operation: 'settle', error: 'ThrottlingException' } as const;
  const failureLine = JSON.parse(tableFailureLine('acme', 'open', failure, 0)) as ReturnType<typeof lineOf>;
  const emitted = [lineOf({}), failureLine].flatMap(({ _aws }) =>
    _aws.CloudWatchMetrics.flatMap(({ Metrics, Dimensions }) =>
      Metrics.map(({ Name, Unit }) => ({ name: Name, unit: Unit, dimensions: Dimensions[0] })),
    ),
  );
  expect(METRIC_CONTRACT).toEqual(expect.arrayContaining(emitted));
  expect(METRIC_CONTRACT.filter(({ dimensions }) => dimensions.includes('Lane'))).toHaveLength(emitted.length);
});

test('each of the meter’s metrics is published for something', () => {
  expect(new Set<string>([...PER_FLEET, ...PER_DEPLOYMENT])).toEqual(new Set(Object.keys(METER_METRICS)));
});

test('the contract names no metric twice with the same dimensions', () => {
  const keys = METRIC_CONTRACT.map(({ name, dimensions }) => [name, ...dimensions].join(' '));
  expect(new Set(keys).size).toBe(keys.length);
});
