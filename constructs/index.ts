/** The public face. Each construct also works alone, in somebody else's stack. */
export * from './backend';
export * from './closed-provider';
export * from './game-day';
export * from './hybrid-llm';
export * from './llm-alarms';
export * from './llm-dashboard';
export * from './llm-router';
export * from './metrics';
export * from './model-store';
export * from './private-network';
export * from './proof';
export * from './spend-guard';
export * from './vllm-fleet';
