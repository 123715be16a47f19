/** Questions to the engine on loopback. None throws: no answer is an answer too. */
import type { EngineSeen } from '../../lib/capacity/drain';
import { type EngineProgress, readEngineLoad } from '../../lib/capacity/engine-load';
import type { HostFile } from '../../lib/capacity/host-file';

export interface EngineProbe {
  health(): Promise<NonNullable<EngineSeen['health']>>;
  /** `null`: it does not say. */
  load(): Promise<EngineProgress | null>;
  /** A request that makes the engine generate one token, or embed one word: `null`, or why it did not. */
  complete(signal: AbortSignal): Promise<string | null>;
}

const PROBE_LIMIT_MS = 1_500;
/** Kernels are compiled for the first request on some GPUs: 25 to 60 s were measured. */
const COMPLETION_LIMIT_MS = 120_000;

export function engineProbe(baseUrl: string, { kind, servedName }: Pick<HostFile, 'kind' | 'servedName'>): EngineProbe {
  const get = (path: string): Promise<Response> =>
    fetch(`${baseUrl}${path}`, { signal: AbortSignal.timeout(PROBE_LIMIT_MS) });
  const post = (path: string, body: object, signal: AbortSignal): Promise<Response> =>
    fetch(`${baseUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.any([signal, AbortSignal.timeout(COMPLETION_LIMIT_MS)]),
    });

  return {
    health: async () => {
      try {
        const response = await get('/health');
        await response.body?.cancel();
        return response.status === 200 ? 'ok' : 'bad';
      } catch (error) {
        return isRefused(error) ? 'refused' : 'bad';
      }
    },
    load: async () => {
      try {
        const response = await get('/metrics');
        return response.status === 200 ? readEngineLoad(await response.text()) : null;
      } catch {
        return null;
      }
    },
    complete: async (signal) => {
      try {
        const response =
          kind === 'embed'
            ? await post('/v1/embeddings', { model: servedName, input: 'a' }, signal)
            : await post('/v1/completions', { model: servedName, prompt: 'a', max_tokens: 1 }, signal);
        const text = await response.text();
        if (response.status !== 200) return `status ${response.status}`;
        return (kind === 'embed' ? embedded : generated)(JSON.parse(text));
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    },
  };
}

/** Of an engine that is shutting down comes a 200 with an empty text and `abort`. */
function generated(answer: unknown): string | null {
  const { choices, usage } = answer as {
    choices?: readonly { finish_reason?: string }[];
    usage?: { completion_tokens?: number };
  };
  const finish = choices?.[0]?.finish_reason;
  if (finish === 'abort') return 'the engine aborted the request';
  return (usage?.completion_tokens ?? 0) >= 1 ? null : 'the answer has no token';
}

function embedded(answer: unknown): string | null {
  const { data } = answer as { data?: readonly { embedding?: readonly number[] }[] };
  return (data?.[0]?.embedding?.length ?? 0) > 0 ? null : 'the answer has no embedding';
}

/** `fetch` puts what the socket said into the cause. */
const isRefused = (error: unknown): boolean =>
  (error as { cause?: NodeJS.ErrnoException }).cause?.code === 'ECONNREFUSED';
