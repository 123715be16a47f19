/** Every folder below one that has records of spot capacity in it. */
import { readFileSync, readdirSync } from 'node:fs';
import * as path from 'node:path';
import { type PoolTrace, readTrace } from '../../../lib/capacity/replay/trace';

export interface TraceSet {
  /** Its folder, below the one that was given. */
  readonly name: string;
  readonly inverted: boolean;
  readonly pools: readonly PoolTrace[];
}

/** Each as it was recorded and the other way round: only the records' own description says which way it is. */
export function traceSets(folder: string, capacityPerZone: number): readonly TraceSet[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'));
  const folders = [...new Set(files.map((file) => path.dirname(file)))].sort();
  return folders.flatMap((name) =>
    [false, true].map((inverted) => ({
      name,
      inverted,
      pools: files
        .filter((file) => path.dirname(file) === name)
        .sort()
        .map((file) =>
          readTrace(path.basename(file), readFileSync(path.join(folder, file), 'utf8'), { capacityPerZone, inverted }),
        ),
    })),
  );
}
