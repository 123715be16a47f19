export { ConfigSource } from './config-source';
export { HybridLlm, type HybridLlmProps } from './hybrid-llm';
export { LogBucket, type LogBucketProps } from './log-bucket';
