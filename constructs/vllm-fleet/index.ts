export { FleetController, type FleetControllerProps } from './fleet-controller';
export { type FleetScaling, type FleetScalingProps, type FleetSchedule, WakePolicy } from './fleet-scaling';
export { FleetTable, type FleetTableProps } from './fleet-table';
export { type IControlledFleet } from './i-controlled-fleet';
export { FleetLoadBalancer, type FleetLoadBalancerOptions, type FleetLoadBalancerProps } from './load-balancer';
export { VllmFleet } from './vllm-fleet';
export { ModelKind, type VllmFleetProps } from './vllm-fleet-props';
