/** What the controller says of a fleet, and that the contract names all of it. */
import type { FleetCounts } from '../../lib/capacity/fleet-counts';
import { CONTROLLER_METRICS, controllerMetricLine } from '../../lib/records/controller-metrics';
import { METRIC_CONTRACT } from '../../lib/records/metric-contract';

interface Line {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly [
      {
        readonly Namespace: string;
        readonly Dimensions: readonly [readonly string[]];
        readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
      },
    ];
  };
  readonly [name: string]: unknown;
}

const ASLEEP: FleetCounts = {
  wanted: 0,
  missing: 0,
  failedBoots: 0,
  interruptions: 0,
  engineFailures: 0,
  load: null,
};
const BUSY: FleetCounts = {
  wanted: 3,
  missing: 1,
  failedBoots: 1,
  interruptions: 2,
  engineFailures: 4,
  load: { running: 5, waiting: 6, kvUse: 0.25 },
};

const lineOf = (counts: FleetCounts): Line => JSON.parse(controllerMetricLine('acme', 'llama-8b', counts, 7)) as Line;

test('says what was counted, of which fleet and when; the KV cache in per cent', () => {
  const { _aws, ...values } = lineOf(BUSY);
  expect(values).toEqual({
    Deployment: 'acme',
    Fleet: 'llama-8b',
    WantedReplicas: 3,
    MissingReplicas: 1,
    FailedBoots: 1,
    Interruptions: 2,
    EngineFailures: 4,
    RunningRequests: 5,
    WaitingRequests: 6,
    KvCacheUse: 25,
  });
  expect(_aws.Timestamp).toBe(7);
});

test('what did not happen has no value, and without a replica there is no load', () => {
  const { _aws, ...values } = lineOf(ASLEEP);
  expect(values).toEqual({ Deployment: 'acme', Fleet: 'llama-8b', WantedReplicas: 0, MissingReplicas: 0 });
  expect(_aws.CloudWatchMetrics[0].Metrics.map(({ Name }) => Name)).toEqual(['WantedReplicas', 'MissingReplicas']);
});

test('all that a line holds stands in the contract, with its unit and dimensions', () => {
  const [{ Namespace, Dimensions, Metrics }] = lineOf(BUSY)._aws.CloudWatchMetrics;
  expect(Namespace).toBe('HybridLlm');
  const emitted = Metrics.map(({ Name, Unit }) => ({ name: Name, unit: Unit, dimensions: Dimensions[0] }));
  expect(METRIC_CONTRACT).toEqual(expect.arrayContaining(emitted));
  expect(emitted.map(({ name }) => name)).toEqual(Object.keys(CONTROLLER_METRICS));
});
