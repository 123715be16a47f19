export { MetricContract } from './metric-contract';
export { ResidencyProof } from './residency-proof';
