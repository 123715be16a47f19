/** How busy an engine is, as its `/metrics` says. */

export interface EngineLoad {
  readonly running: number;
  readonly waiting: number;
  /** Share of the KV cache in use, 0 to 1. */
  readonly kvUse: number;
}

/** With what shows whether it gets on. */
export interface EngineProgress extends EngineLoad {
  /** Tokens that it has read and generated since its start; `null`: it does not count them. */
  readonly tokens: number | null;
}

export const IDLE: EngineLoad = { running: 0, waiting: 0, kvUse: 0 };

/**
 * Reads vLLM's gauges and counters out of Prometheus text; `null` where a gauge is missing. Requests and tokens are added up
 * over the engines of one server, of the KV cache the fullest counts.
 */
export function readEngineLoad(metrics: string): EngineProgress | null {
  const running = samples(metrics, 'vllm:num_requests_running');
  const waiting = samples(metrics, 'vllm:num_requests_waiting');
  const kvUse = samples(metrics, 'vllm:kv_cache_usage_perc');
  if (running.length === 0 || waiting.length === 0 || kvUse.length === 0) return null;
  const read = samples(metrics, 'vllm:prompt_tokens_total');
  const generated = samples(metrics, 'vllm:generation_tokens_total');
  return {
    running: sum(running),
    waiting: sum(waiting),
    kvUse: Math.max(...kvUse),
    tokens: read.length === 0 || generated.length === 0 ? null : sum(read) + sum(generated),
  };
}

function samples(metrics: string, name: string): number[] {
  return metrics
    .split('\n')
    .filter((line) => line.startsWith(name) && (line[name.length] === '{' || line[name.length] === ' '))
    .map((line) => Number(line.slice(line.lastIndexOf(' ') + 1)))
    .filter(Number.isFinite);
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
