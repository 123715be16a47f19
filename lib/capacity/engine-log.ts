/**
 * What the engine's log says of its start: when weights were loaded, when kernels were compiled, and why it ended. Read only
 * until the first token: what an engine prints later may be about somebody's request.
 *
 * Sources of the lines: vLLM's `v1/worker/gpu_model_runner.py`, `v1/engine/core.py`, `v1/core/kv_cache_utils.py`,
 * `v1/worker/utils.py` and issues #17979, #14574; the streamer's `requests_iterator.py` (read 2026-11-21).
 */

export interface LogLine {
  /** Unix time in milliseconds. */
  readonly atMs: number;
  readonly text: string;
}

/** `memory`: what a further start would meet again; `weights`: they could not be read; `engine`: anything else. */
export interface EngineTrouble {
  readonly phase: 'memory' | 'weights' | 'engine';
  /** One line, short, without control characters. */
  readonly reason: string;
}

export interface EngineLog {
  /** `null`: not said. */
  readonly weightsMs: number | null;
  readonly compiledMs: number | null;
  readonly trouble: EngineTrouble | null;
}

const WEIGHTS = /\bModel loading took\b/;
const COMPILED = /\binit engine \(.*\) took\b/;
const MEMORY =
  /CUDA out of memory|\bOutOfMemoryError\b|No available memory for the cache blocks|KV cache is needed, which is larger than the available|Free memory on device .* is less than desired/;
/** Of the streamer, of S3 behind it, and of a checkpoint that is not whole. */
const UNREADABLE =
  /RunaiStreamer\w*(Exception|Error)|\bMemory limit supplied\b|\b(NoSuchKey|NoSuchBucket|AccessDenied|ExpiredToken)\b|SafetensorError|Cannot find any (?:\*?safetensors|model weights)/;
/** How Python ends a traceback; what follows from it says less. */
const RAISED = /(?:^|[\s:])((?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception)): ?\S/;
const CONSEQUENCE = /Engine core initialization failed|EngineDeadError|Worker failed with error/;

const REASON_LENGTH = 200;

export function readEngineLog(lines: readonly LogLine[]): EngineLog {
  const first = (pattern: RegExp): number | null => lines.find(({ text }) => pattern.test(text))?.atMs ?? null;
  return { weightsMs: first(WEIGHTS), compiledMs: first(COMPILED), trouble: troubleIn(lines) };
}

/** The line that says most: a known one before any other, of the others the last that is no mere consequence. */
function troubleIn(lines: readonly LogLine[]): EngineTrouble | null {
  const find = (phase: EngineTrouble['phase'], pattern: RegExp): EngineTrouble | null => {
    const line = lines.findLast(({ text }) => pattern.test(text));
    return line === undefined ? null : { phase, reason: reasonOf(line.text) };
  };
  const known = find('memory', MEMORY) ?? find('weights', UNREADABLE);
  if (known !== null) return known;
  const raised = lines.filter(({ text }) => RAISED.test(text));
  const line = raised.findLast(({ text }) => !CONSEQUENCE.test(text)) ?? raised.at(-1);
  return line === undefined ? null : { phase: 'engine', reason: reasonOf(line.text) };
}

/** Without what stands before the error's name: a process, a time, a place in the code. */
export function reasonOf(text: string): string {
  const at = RAISED.exec(text);
  const from = at === null ? 0 : at.index + at[0].indexOf(at[1] ?? '');
  const plain = text
    .slice(from)
    .replace(/\p{C}+/gu, ' ')
    .trim();
  return plain.length <= REASON_LENGTH ? plain : `${plain.slice(0, REASON_LENGTH - 1)}…`;
}
