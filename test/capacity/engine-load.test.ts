import { readEngineLoad } from '../../lib/capacity/engine-load';

const METRICS = `# HELP vllm:num_requests_running Number of requests in model execution batches.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="a b"} 3.0
vllm:num_requests_running{engine="1",model_name="a b"} 1.0
vllm:num_requests_waiting{engine="0",model_name="a b"} 2.0
vllm:num_requests_waiting_by_reason{engine="0",model_name="a b",reason="capacity"} 40.0
vllm:kv_cache_usage_perc{engine="0",model_name="a b"} 0.25
vllm:kv_cache_usage_perc{engine="1",model_name="a b"} 7.5e-05
`;

test('adds up requests over engines, takes the fullest cache, and mistakes no metric for another', () => {
  expect(readEngineLoad(METRICS)).toEqual({ running: 4, waiting: 2, kvUse: 0.25, tokens: null });
});

test('counts what it has read and generated, where it counts both', () => {
  const counted = `${METRICS}vllm:prompt_tokens_total{engine="0"} 100.0
vllm:prompt_tokens_total{engine="1"} 20.0
vllm:prompt_tokens_cached_total{engine="0"} 4000.0
vllm:generation_tokens_total{engine="0"} 7.0
`;
  expect(readEngineLoad(counted)?.tokens).toBe(127);
  expect(readEngineLoad(counted.replace('generation_tokens', 'other'))?.tokens).toBeNull();
});

test.each(['num_requests_running', 'num_requests_waiting', 'kv_cache_usage_perc'])(
  'says nothing without %s',
  (name) => {
    const without = METRICS.split('\n').filter((line) => !line.startsWith(`vllm:${name}{`));
    expect(readEngineLoad(without.join('\n'))).toBeNull();
  },
);

test('says nothing of a page that is none', () => {
  expect(readEngineLoad('<html>502</html>')).toBeNull();
});
