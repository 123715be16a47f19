/** /metrics as vLLM 0.2x names them (counters with `_total` on the wire), and the load header made of the same numbers. */
import type { EngineStats } from './engine';

/** Names of the real server that stand still at zero here. */
const IDLE_COUNTERS = [
  'prompt_tokens_cached',
  'num_preemptions',
  'prefix_cache_queries',
  'prefix_cache_hits',
  'external_prefix_cache_queries',
  'external_prefix_cache_hits',
];

const EMPTY_HISTOGRAMS = [
  'inter_token_latency_seconds',
  'request_time_per_output_token_seconds',
  'e2e_request_latency_seconds',
  'request_queue_time_seconds',
  'request_prefill_time_seconds',
  'request_decode_time_seconds',
  'request_inference_time_seconds',
  'request_prompt_tokens',
  'request_generation_tokens',
];

export function metricsText(stats: EngineStats, kvCacheTokens: number, model: string): string {
  const labels = `engine="0",model_name="${model}"`;
  const lines: string[] = [];
  const metric = (type: 'gauge' | 'counter' | 'histogram', name: string, samples: Record<string, number>): void => {
    const told = type === 'counter' ? `${name}_total` : name;
    lines.push(`# HELP vllm:${told} Of a fake vLLM.`, `# TYPE vllm:${told} ${type}`);
    for (const [suffix, value] of Object.entries(samples)) {
      const [tail = '', more = ''] = suffix.split('|');
      lines.push(`vllm:${name}${tail}{${labels}${more}} ${python(value)}`);
    }
  };
  const histogram = (name: string, count: number, sum: number): void =>
    metric('histogram', name, { '_bucket|,le="+Inf"': count, _count: count, _sum: sum });

  metric('gauge', 'num_requests_running', { '': stats.running });
  metric('gauge', 'num_requests_waiting', { '': stats.waiting });
  metric('gauge', 'num_requests_waiting_by_reason', { '|,reason="capacity"': stats.waiting, '|,reason="deferred"': 0 });
  metric('gauge', 'kv_cache_usage_perc', { '': kvUsage(stats, kvCacheTokens) });
  metric('counter', 'prompt_tokens', { _total: stats.promptTokens });
  metric('counter', 'generation_tokens', { _total: stats.generationTokens });
  metric(
    'counter',
    'request_success',
    Object.fromEntries(
      Object.entries(stats.finished).map(([reason, count]) => [`_total|,finished_reason="${reason}"`, count]),
    ),
  );
  for (const name of IDLE_COUNTERS) metric('counter', name, { _total: 0 });
  histogram('time_to_first_token_seconds', stats.firstTokens, stats.firstTokenSeconds);
  for (const name of EMPTY_HISTOGRAMS) histogram(name, 0, 0);
  return `${lines.join('\n')}\n`;
}

/** The value of `endpoint-load-metrics`; undefined for a format vLLM does not know. */
export function loadHeader(format: string, stats: EngineStats, kvCacheTokens: number): string | undefined {
  const named = { kv_cache_usage_perc: kvUsage(stats, kvCacheTokens), num_requests_waiting: stats.waiting };
  const entries = Object.entries(named);
  switch (format.toLowerCase()) {
    case 'text':
      return `TEXT ${entries.map(([name, value]) => `named_metrics.${name}=${python(value)}`).join(', ')}`;
    case 'json':
      return `JSON {"named_metrics": {${entries.map(([name, value]) => `"${name}": ${python(value)}`).join(', ')}}}`;
    default:
      return undefined;
  }
}

const kvUsage = (stats: EngineStats, kvCacheTokens: number): number => Math.min(1, stats.kvTokens / kvCacheTokens);

/** A float as Python prints it. */
const python = (value: number): string => (Number.isInteger(value) ? `${value}.0` : String(value));
