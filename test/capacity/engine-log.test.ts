/** Lines as vLLM, torch and the streamer print them, in the order of a start. */
import { type LogLine, readEngineLog } from '../../lib/capacity/engine-log';

const lines = (...texts: readonly string[]): LogLine[] => texts.map((text, at) => ({ atMs: at * 1_000, text }));

const START = [
  'INFO 11-21 08:00:01 [api_server.py:1351] vLLM API server version 0.29.0',
  '(EngineCore_DP0 pid=77) INFO 11-21 08:00:09 [core.py:77] Initializing a V1 LLM engine (v0.29.0) with config: model=x',
  '(EngineCore_DP0 pid=77) INFO 11-21 08:00:19 [gpu_model_runner.py:2701] Model loading took 14.9885 GiB and 8.71 seconds',
  '(EngineCore_DP0 pid=77) INFO 11-21 08:00:40 [monitor.py:33] torch.compile takes 17.00 s in total',
  '(EngineCore_DP0 pid=77) INFO 11-21 08:01:02 [core.py:240] init engine (profile, create kv cache, warmup model) took 42.1 s (compilation: 17.0 s)',
  'INFO:     Application startup complete.',
];

test('tells when weights were loaded and all was compiled', () => {
  expect(readEngineLog(lines(...START))).toEqual({ weightsMs: 2_000, compiledMs: 4_000, trouble: null });
  expect(readEngineLog(lines(...START.slice(0, 3)))).toEqual({ weightsMs: 2_000, compiledMs: null, trouble: null });
  expect(readEngineLog([])).toEqual({ weightsMs: null, compiledMs: null, trouble: null });
});

const PREFIX = '(EngineCore_DP0 pid=77) ERROR 11-21 08:00:41 [core.py:396] ';

test.each<[string, string, string]>([
  [
    `${PREFIX}ValueError: No available memory for the cache blocks. Try increasing \`gpu_memory_utilization\` when initializing the engine.`,
    'memory',
    'ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization` when initializing the engine.',
  ],
  [
    `${PREFIX}torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.`,
    'memory',
    'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.',
  ],
  [
    `${PREFIX}ValueError: To serve at least one request with the model's max seq len (131072), (16.0 GiB KV cache is needed, which is larger than the available KV cache memory (2.1 GiB).`,
    'memory',
    expect.stringContaining('max seq len') as string,
  ],
  [
    `${PREFIX}ValueError: Free memory on device (3.1/22.05 GiB) on startup is less than desired GPU memory utilization (0.92, 20.28 GiB).`,
    'memory',
    expect.stringMatching(/^ValueError: Free memory/) as string,
  ],
  [
    `${PREFIX}runai_model_streamer.file_streamer.requests_iterator.RunaiStreamerMemoryLimitException: Memory limit supplied: 5 cannot be smaller than: 6`,
    'weights',
    expect.stringMatching(/RunaiStreamerMemoryLimitException: Memory limit supplied: 5/) as string,
  ],
  [
    `${PREFIX}botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the ListObjectsV2 operation`,
    'weights',
    expect.stringContaining('AccessDenied') as string,
  ],
  [
    'vllm serve: ValueError: `--tool-call-parser` must be one of hermes, mistral',
    'engine',
    'ValueError: `--tool-call-parser` must be one of hermes, mistral',
  ],
])('%s: %s', (line, phase, reason) => {
  const after = 'RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}';
  expect(readEngineLog(lines(...START.slice(0, 2), line, after)).trouble).toEqual({ phase, reason });
});

test('a consequence is told where nothing else is', () => {
  const text = 'RuntimeError: Engine core initialization failed. See root cause above.';
  expect(readEngineLog(lines(text)).trouble).toEqual({ phase: 'engine', reason: text });
});

test('a reason is one short line without control characters', () => {
  const { trouble } = readEngineLog(lines(`ValueError: \u001b[31mred\u001b[0m ${'x'.repeat(500)}`));
  expect(trouble?.reason).toMatch(/^ValueError: [^\p{C}]*…$/u);
  expect(trouble?.reason).toHaveLength(200);
});
