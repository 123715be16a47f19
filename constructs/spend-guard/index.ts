export type { MeteredFleet } from './metered-fleet';
export { SpendGuard } from './spend-guard';
export type { SpendGuardProps } from './spend-guard-props';
