/** Records of spot capacity that nobody made: zones that come and go in bursts, the same each time. */
import { numbers } from '../../lib/capacity/replay/numbers';
import type { PoolTrace } from '../../lib/capacity/replay/trace';

export interface BurstsOptions {
  readonly zones: number;
  readonly days: number;
  /** Hours between two bursts in which a zone comes and goes every few minutes. */
  readonly calmHours: number;
  /** Whether bursts come to all zones at once. */
  readonly together: boolean;
  readonly seed: number;
}

const GAP_MS = 300_000;

export function bursts({ zones, days, calmHours, together, seed }: BurstsOptions): readonly PoolTrace[] {
  // The first numbers of small seeds are alike.
  const random = numbers(seed * 7919 + 1);
  const ticks = (days * 86_400_000) / GAP_MS;
  const shared = restless(ticks, calmHours, random);
  return Array.from({ length: zones }, (_, zone) => {
    const own = together ? shared : restless(ticks, calmHours, random);
    const counts = own.map((isRestless) => (isRestless && random() < 0.5 ? 0 : 8));
    return { zone: `us-east-1${'abcdefghi'[zone]}`, type: 'v100_1', gapMs: GAP_MS, counts };
  });
}

function restless(ticks: number, calmHours: number, random: () => number): readonly boolean[] {
  const all: boolean[] = [];
  while (all.length < ticks) {
    all.push(...Array<boolean>(Math.ceil(random() * 2 * calmHours * 12)).fill(false));
    all.push(...Array<boolean>(Math.ceil(random() * 24)).fill(true));
  }
  return all.slice(0, ticks);
}
