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
}

/** Best first. Those not ready, cooling or full go last: when nothing better is left they are still worth a try. */
export function rankReplicas<R extends Replica>(
  replicas: readonly R[],
  conversation: string,
  limits: { readonly concurrency: number; readonly isCooling: (id: string) => boolean },
): readonly R[] {
  if (replicas.length < 2) return replicas;
  const burden = (replica: R): number =>
    Number(!replica.ready) * 4 +
    Number(limits.isCooling(replica.id)) * 2 +
    Number(replica.running >= limits.concurrency);
  return replicas
    .map((replica) => ({ replica, burden: burden(replica), weight: hash(`${conversation}\n${replica.id}`) }))
    .sort((a, b) => a.burden - b.burden || b.weight - a.weight)
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
