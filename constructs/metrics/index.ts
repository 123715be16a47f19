export { FleetMetrics } from './fleet-metrics';
export { RouterMetrics } from './router-metrics';
export { SpendMetrics } from './spend-metrics';
