/** What to change least, where nothing holds what a fleet asks for. */
import type { FleetAsked } from '../../config/lock';
import type { Board } from './candidates';
import type { ModelFacts } from './model-facts';
import { search } from './select';

/** Contexts are offered in steps of this many tokens. */
const CONTEXT_STEP = 1024;

/** Changes of one key that make it feasible, the smallest first, as the config would have them. */
export function nearestChanges(
  facts: ModelFacts,
  asked: FleetAsked,
  boards: readonly Board[],
  all: readonly Board[],
): readonly string[] {
  const holds = (change: Partial<FleetAsked>, on = boards): boolean =>
    search(facts, { ...asked, ...change }, on).length > 0;
  const concurrency = largest(asked.concurrency - 1, (value) => holds({ concurrency: value }));
  const steps = largest(Math.ceil(asked.context / CONTEXT_STEP) - 1, (value) =>
    holds({ context: value * CONTEXT_STEP }),
  );
  const numbers = [
    { key: 'concurrency', value: concurrency, share: (concurrency ?? 0) / asked.concurrency },
    {
      key: 'context',
      value: steps === null ? null : steps * CONTEXT_STEP,
      share: ((steps ?? 0) * CONTEXT_STEP) / asked.context,
    },
  ];
  return [
    ...(asked.instances !== 'auto' && holds({ instances: 'auto' }, all) ? ['`instances: auto`'] : []),
    ...(asked.quantization !== null && holds({ quantization: null }) ? ['no `quantization`'] : []),
    ...(asked.quantization === null && asked.quality === 'high' && holds({ quality: 'economy' })
      ? ['`quality: economy`']
      : []),
    ...numbers
      .filter(({ value }) => value !== null)
      .toSorted((a, b) => b.share - a.share)
      .map(({ key, value }) => `\`${key}: ${value}\``),
  ];
}

/** The largest whole number from 1 to `most` that holds, where smaller ones hold too; `null`: none does. */
function largest(most: number, holds: (value: number) => boolean): number | null {
  if (most < 1 || !holds(1)) return null;
  let [low, high] = [1, most];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
