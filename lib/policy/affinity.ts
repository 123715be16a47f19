/**
 * Which replica a conversation goes to: the same one as long as it is there, so that its prefix cache is warm
 * (rendezvous hashing: a replica that comes or goes moves only its own share of the conversations).
 */

export interface Replica {
  /** Unique in its fleet; its address serves. */
  readonly id: string;
  readonly ready: boolean;
  /** Requests it is known to serve at the moment. */
  readonly running: number;
  /** Requests that wait in its queue. Absent: nobody says. */
  readonly waiting?: number;
  /** It is going to end: it takes what nobody else has room for. Absent: it stays. */
  readonly leaving?: true;
}

/** At every one that is ready more requests wait than it serves at once: another would only wait behind them. */
export function isFull(replicas: readonly Replica[], concurrency: number): boolean {
  const ready = replicas.filter((replica) => replica.ready);
  return ready.length > 0 && ready.every(({ waiting = 0 }) => waiting > concurrency);
}

/**
 * Best first. Those not ready, cooling or busy go last: when nothing better is left they are still worth a try. Busy are
 * those that have as much to do as they can do at once, the busier by how many times over; one that leaves counts as if it
 * had that much more to do.
 */
export function rankReplicas<R extends Replica>(
  replicas: readonly R[],
  conversation: string,
  limits: { readonly concurrency: number; readonly isCooling: (id: string) => boolean },
): readonly R[] {
  if (replicas.length < 2) return replicas;
  return replicas
    .map((replica) => ({
      replica,
      rest: Number(!replica.ready) * 2 + Number(limits.isCooling(replica.id)),
      rounds:
        Math.floor((replica.running + (replica.waiting ?? 0)) / limits.concurrency) + Number(replica.leaving === true),
      weight: hash(`${conversation}\n${replica.id}`),
    }))
    .sort((a, b) => a.rest - b.rest || a.rounds - b.rounds || b.weight - a.weight)
    .map(({ replica }) => replica);
}

/** FNV-1a, 32 bits, with the finishing mix of MurmurHash3: short inputs that differ in one place spread over the range. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
