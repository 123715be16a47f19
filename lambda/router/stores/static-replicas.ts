/**
 * Replicas that the config names by address: rows of the same shape as the fleet table's. Their health is asked for in
 * the background, at most every two seconds and only while requests come; no request waits for it.
 */
import * as http from 'node:http';
import * as https from 'node:https';
import type { RouterPlan } from '../../../lib/plan/types';
import type { ReplicaRow, ReplicaStore } from './stores';

const PROBE_EVERY_MS = 2_000;
const PROBE_TIMEOUT_MS = 1_000;

interface Probed {
  readonly url: string;
  /** Until the first answer a replica counts as ready: the first request finds out. */
  ready: boolean;
  probedMs: number;
}

export function staticReplicas(fleets: RouterPlan['fleets'], nowMs: () => number): ReplicaStore {
  const byFleet = new Map(
    Object.entries(fleets).map(([name, { endpoints }]) => [
      name,
      (endpoints ?? []).map((url): Probed => ({
        url: url.replace(/\/+$/, '').replace(/\/v1$/, ''),
        ready: true,
        probedMs: nowMs(),
      })),
    ]),
  );
  return {
    rows: (fleet): readonly ReplicaRow[] =>
      (byFleet.get(fleet) ?? []).map((replica) => {
        if (nowMs() - replica.probedMs >= PROBE_EVERY_MS) probe(replica, nowMs());
        return { id: replica.url, url: replica.url, ready: replica.ready, running: 0 };
      }),
  };
}

function probe(replica: Probed, nowMs: number): void {
  replica.probedMs = nowMs;
  const url = `${replica.url}/health`;
  const get = url.startsWith('https:') ? https.get : http.get;
  const request = get(url, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS), agent: false }, (response) => {
    replica.ready = response.statusCode === 200;
    response.resume();
  });
  request.on('error', () => {
    replica.ready = false;
  });
}
