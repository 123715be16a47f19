/** Every metric that this product emits: what an alarm or a dashboard may ask for, and nothing else exists. */
import { CONTROLLER_METRICS, type ControllerMetricName } from './controller-metrics';
import { DEPLOYMENT_DIMENSIONS, FLEET_DIMENSIONS, METER_METRICS, PER_DEPLOYMENT, PER_FLEET } from './fleet-metrics';
import { ROUTER_DIMENSIONS, ROUTER_METRICS, type RouterMetricName } from './metrics';
import { TABLE_FAILURES } from './table-failure';

/** A metric with one set of dimensions. All are in the namespace `HybridLlm`. */
export interface MetricContractRow {
  readonly name: string;
  /** As CloudWatch names it. */
  readonly unit: string;
  readonly dimensions: readonly string[];
}

export const METRIC_CONTRACT: readonly MetricContractRow[] = [
  ...(Object.keys(ROUTER_METRICS) as RouterMetricName[]).map((name) => ({
    name,
    unit: ROUTER_METRICS[name],
    dimensions: ROUTER_DIMENSIONS,
  })),
  { name: TABLE_FAILURES, unit: 'Count', dimensions: ROUTER_DIMENSIONS },
  ...PER_FLEET.map((name) => ({ name, unit: METER_METRICS[name], dimensions: FLEET_DIMENSIONS })),
  ...(Object.keys(CONTROLLER_METRICS) as ControllerMetricName[]).map((name) => ({
    name,
    unit: CONTROLLER_METRICS[name],
    dimensions: FLEET_DIMENSIONS,
  })),
  ...PER_DEPLOYMENT.map((name) => ({ name, unit: METER_METRICS[name], dimensions: DEPLOYMENT_DIMENSIONS })),
];
