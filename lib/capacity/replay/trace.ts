/**
 * Records of spot capacity, one file a pool, as skypilot-org/spot-traces has them: `ZONE_TYPE.json` with
 * `{ "metadata": { "gap_seconds": 300 }, "data": [0, 1, …] }`. A record of 0 and 1 says whether one more could be had, a
 * record with larger numbers how many.
 */
import { z } from 'zod';

const FILE = z.object({
  metadata: z.object({ gap_seconds: z.number().positive() }),
  data: z.array(z.number().int().nonnegative()).min(1),
});

export interface PoolTrace {
  readonly zone: string;
  readonly type: string;
  readonly gapMs: number;
  /** Instances that can be had, a number for each gap. */
  readonly counts: readonly number[];
}

export interface TraceOptions {
  /** Instances of a pool whose record says 1. */
  readonly capacityPerZone: number;
  /** Reads 1 as "none", and a number as what is missing to the largest. */
  readonly inverted: boolean;
}

/** Throws with the file's name and what is wrong in it. */
export function readTrace(file: string, text: string, { capacityPerZone, inverted }: TraceOptions): PoolTrace {
  const { metadata, data } = parsed(file, text);
  const [zone = file, ...type] = file.replace(/\.json$/, '').split('_');
  const most = Math.max(...data);
  const scale = most <= 1 ? capacityPerZone : 1;
  const counts = data.map((count) => (inverted ? Math.max(most, 1) - count : count) * scale);
  return { zone, type: type.join('_') || 'any', gapMs: metadata.gap_seconds * 1000, counts };
}

function parsed(file: string, text: string): z.infer<typeof FILE> {
  try {
    return FILE.parse(JSON.parse(text));
  } catch {
    throw new Error(
      `${file} is no record of spot capacity: expected { "metadata": { "gap_seconds": 300 }, "data": [0, 1, …] } with whole numbers`,
    );
  }
}

/** As long as all of them were watched. */
export const lengthMs = (pools: readonly PoolTrace[]): number =>
  Math.min(...pools.map(({ gapMs, counts }) => gapMs * counts.length));

/** When the capacity of some pool changes, from the first moment on, each once. */
export function changesMs(pools: readonly PoolTrace[]): readonly number[] {
  const endMs = lengthMs(pools);
  const moments = pools.flatMap(({ gapMs, counts }) =>
    counts.flatMap((count, at) => (count === counts[at - 1] || at * gapMs >= endMs ? [] : [at * gapMs])),
  );
  return [...new Set(moments)].sort((one, other) => one - other);
}

export const countAt = ({ gapMs, counts }: PoolTrace, ms: number): number =>
  counts[Math.min(Math.max(Math.floor(ms / gapMs), 0), counts.length - 1)] ?? 0;
