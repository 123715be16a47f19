/**
 * Asks the decided chain until somebody answers, and waits where only a fleet without a replica could. Fleets are woken on
 * the way: at once for a request that may go nowhere else, by the cost of the answer for one that another target covers.
 */
import { statusOf } from '../../lib/policy/errors';
import { type Looked, unanswered } from '../../lib/policy/outlook';
import { HEARTBEAT_STALE_MS } from '../../lib/tables/fleet-row';
import { type Answering, type Asked, type ChainInput, ChainWalk } from './chain';
import { outlookOf, standingOf } from './fleet-standing';
import { Hold, callersWaitMs } from './hold';
import type { Sink } from './request';
import type { LaneRuntime } from './runtime';

/** By then the table says of a host that is gone, or of one that drains, that it is not ready any more. */
const TOLD_MS = HEARTBEAT_STALE_MS + 5_000;

/** `sink` gets its status here only if a streamed request waits for long. */
export async function askChain(input: ChainInput, sink: Sink): Promise<Asked> {
  const { lane, facts, request, nowMs } = input;
  const callerMs = callersWaitMs(request);
  if (callerMs !== null && typeof callerMs !== 'number') return callerMs;
  const look = (fleet: string): Promise<Looked> => outlookOf(lane, fleet, nowMs());
  const wake = (fleet: string): void => {
    if (mayBeWoken(lane, fleet) && lane.wakes !== undefined) input.afterwards.push(lane.wakes.held(fleet));
  };
  const hold = new Hold(
    {
      ...input,
      limits: lane.plan.limits,
      stream: facts.stream,
      sink,
      standing: (fleet) => standingOf(lane, fleet, input),
      mayCome: async (fleet) => (await look(fleet)).outlook !== 'none',
      wake,
    },
    callerMs,
  );
  let walk = new ChainWalk(input, false);
  /** Since when replicas that the table calls ready are gone. */
  let lostMs: number | null = null;
  try {
    for (; ; walk = new ChainWalk(input, walk.rateCounted)) {
      const asked = await walk.run();
      const { emptyFleets, lostFleets } = walk;
      const without = [...new Set([...emptyFleets, ...lostFleets])];
      const looks = await Promise.all(without.map(look));
      const hopeful = looks.filter(({ outlook }) => outlook !== 'none').map(({ fleet }) => fleet);
      if (!('code' in asked)) {
        const asleep = hopeful.filter((fleet) => emptyFleets.includes(fleet));
        return asked.kind === 'answering' ? covering(lane, asked, asleep, wake) : asked;
      }
      if (walk.isRateLimited || looks.length === 0) return asked;
      if (walk.hasReached) {
        // Somebody was there who should have covered for the fleet, and failed: now it is needed as much as if nobody was.
        if (statusOf(asked) >= 429) hopeful.forEach(wake);
        return asked;
      }
      lostMs = lostFleets.length > 0 ? (lostMs ?? nowMs()) : null;
      if (lostMs !== null && nowMs() - lostMs >= TOLD_MS) return asked;
      const end = hopeful.length === 0 ? 'over' : await hold.waitFor({ empty: hopeful, full: walk.fullFleets });
      if (end === 'client_gone') return { kind: end };
      if (end === 'over') return unanswered(asked, await Promise.all(without.map(look)));
    }
  } finally {
    hold.end();
  }
}

/** An answer from elsewhere, for the first fleet that would have given it had it been awake. */
function covering(
  lane: LaneRuntime,
  answering: Answering,
  fleets: readonly string[],
  wake: (fleet: string) => void,
): Answering {
  const asleep = fleets.filter((fleet) => fleet !== answering.named.model.fleet && mayBeWoken(lane, fleet));
  asleep.filter((fleet) => lane.plan.fleets[fleet]?.wake === 'always').forEach(wake);
  return { ...answering, covers: asleep[0] ?? null };
}

const mayBeWoken = ({ plan }: LaneRuntime, fleet: string): boolean => plan.fleets[fleet]?.wake !== 'never';
