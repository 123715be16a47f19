export { KeysTable } from './keys-table';
export { LedgerTable } from './ledger-table';
export { LlmRouter } from './llm-router';
export { type LlmRouterProps, RouterLane } from './llm-router-props';
export type {
  CustomDetector,
  ExpectedRequest,
  PolicyExpectation,
  RequestParams,
  RouteCondition,
  RouterBudget,
  RouterModel,
  RouterRoute,
  RouterTenant,
  Sensitivity,
  TokenPrice,
  TokenRates,
  LongPromptRates,
} from './policy';
export { type ApiFrontOptions, type FunctionUrlOptions, RouterFront } from './router-front';
export type { RouterMetricOptions } from './router-metric-options';
export type { RouterTableProps } from './router-table';
