/**
 * `npm run bench:plan`: how long it takes to plan every model of the catalogue on all instance types. Exits 3 above the limit.
 */
import { instances, models } from '../../config/catalog';
import { choose } from '../../lib/selection/choose';

const ROUNDS = 15;
const LIMIT_MS = 50;

function planAllMs(): { readonly ms: number; readonly planned: number } {
  const startedMs = performance.now();
  let planned = 0;
  for (const { id, kind, maxContextTokens } of models) {
    const chosen = choose({
      model: id,
      architecture: null,
      kind,
      context: Math.min(8192, maxContextTokens ?? 8192),
      concurrency: 16,
      quality: 'high',
      quantization: null,
      instances: 'auto',
      spot: true,
      adapters: 0,
      acceptUnverified: true,
    });
    if ('choice' in chosen) planned += 1;
  }
  return { ms: performance.now() - startedMs, planned };
}

const rounds = Array.from({ length: ROUNDS }, planAllMs);
const sorted = rounds.map(({ ms }) => ms).toSorted((a, b) => a - b);
const median = sorted[Math.floor(ROUNDS / 2)] ?? NaN;
console.log(
  `${models.length} models × ${instances.length} instance types, ${rounds[0]?.planned} planned: first ${rounds[0]?.ms.toFixed(1)} ms, median ${median.toFixed(1)} ms, limit ${LIMIT_MS} ms`,
);
process.exitCode = median <= LIMIT_MS ? 0 : 3;
