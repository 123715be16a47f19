export { type FleetScaling, type FleetScalingProps, type FleetSchedule, WakePolicy } from './fleet-scaling';
export { FleetTable, type FleetTableProps } from './fleet-table';
export { FleetLoadBalancer, type FleetLoadBalancerOptions, type FleetLoadBalancerProps } from './load-balancer';
export { VllmFleet } from './vllm-fleet';
export { ModelKind, type VllmFleetProps } from './vllm-fleet-props';
