/** How busy an engine is, as its `/metrics` says. */

export interface EngineLoad {
  readonly running: number;
  readonly waiting: number;
  /** Share of the KV cache in use, 0 to 1. */
  readonly kvUse: number;
}

export const IDLE: EngineLoad = { running: 0, waiting: 0, kvUse: 0 };

/**
 * Reads vLLM's gauges out of Prometheus text; `null` where one of them is missing. Requests are added up over the
 * engines of one server, of the KV cache the fullest counts.
 */
export function readEngineLoad(metrics: string): EngineLoad | null {
  const running = gauge(metrics, 'vllm:num_requests_running');
  const waiting = gauge(metrics, 'vllm:num_requests_waiting');
  const kvUse = gauge(metrics, 'vllm:kv_cache_usage_perc');
  if (running.length === 0 || waiting.length === 0 || kvUse.length === 0) return null;
  return { running: sum(running), waiting: sum(waiting), kvUse: Math.max(...kvUse) };
}

function gauge(metrics: string, name: string): number[] {
  return metrics
    .split('\n')
    .filter((line) => line.startsWith(name) && (line[name.length] === '{' || line[name.length] === ' '))
    .map((line) => Number(line.slice(line.lastIndexOf(' ') + 1)))
    .filter(Number.isFinite);
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
