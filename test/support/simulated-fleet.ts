/** The real router behind `node:http` with a fleet table that the test writes in memory, and whatever it tells controllers. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRouter } from '../../lambda/router/app';
import { nodeHttpServer } from '../../lambda/router/fronts/node-http';
import { memoryKeys, memoryLedger } from '../../lambda/router/stores/memory';
import type { ReplicaRow, ReplicaStore, WakeStore } from '../../lambda/router/stores/stores';
import type { PlanLimits, RouterPlan } from '../../lib/plan/types';
import { detectors } from '../../lib/policy/detectors';
import type { DecisionRecord } from '../../lib/records/decision-record';
import type { FleetStatusRow } from '../../lib/tables/status-row';
import { KEY, keyRow } from './router';

export class SimulatedFleet implements ReplicaStore, WakeStore {
  readonly changes = true;
  reads = 0;
  readonly rowsOf = new Map<string, readonly ReplicaRow[]>();
  readonly statusesOf = new Map<string, FleetStatusRow>();
  /** Fleets that were to be woken at once. */
  readonly woken: string[] = [];
  readonly costs: { readonly fleet: string; readonly usd: number }[] = [];
  /** What a write takes. */
  writing: Promise<void> = Promise.resolve();

  rows(fleet: string): readonly ReplicaRow[] {
    this.reads += 1;
    return this.rowsOf.get(fleet) ?? [];
  }

  status(fleet: string): FleetStatusRow | null {
    return this.statusesOf.get(fleet) ?? null;
  }

  held(fleet: string): Promise<void> {
    this.woken.push(fleet);
    return this.writing;
  }

  covered(fleet: string, usd: number): Promise<void> {
    this.costs.push({ fleet, usd });
    return this.writing;
  }
}

export interface SimulatedRouter {
  /** With `/v1`. */
  readonly url: string;
  readonly fleet: SimulatedFleet;
  readonly records: DecisionRecord[];
  readonly metrics: Record<string, unknown>[];
  /** Requests whose process may be put to sleep. */
  readonly over: { count: number };
  close(): Promise<void>;
}

export interface SimulatedOptions {
  readonly limits?: Partial<PlanLimits>;
  readonly nowMs?: () => number;
}

export async function startSimulated(plan: RouterPlan, options: SimulatedOptions = {}): Promise<SimulatedRouter> {
  const { limits = {}, nowMs = Date.now } = options;
  const fleet = new SimulatedFleet();
  const records: DecisionRecord[] = [];
  const metrics: Record<string, unknown>[] = [];
  const limited = { ...plan, limits: { ...plan.limits, ...limits } };
  const router = createRouter({
    deployment: plan.name,
    lanes: {
      open: {
        plan: limited,
        secrets: { find: () => 'x' },
        detectors: detectors(plan.sensitivity),
        replicas: fleet,
        wakes: fleet,
      },
    },
    keys: memoryKeys([keyRow(KEY)]),
    ledger: memoryLedger(nowMs),
    nowMs,
    newId: () => 'request',
    emit: (line) => {
      records.push(JSON.parse(line.decision) as DecisionRecord);
      metrics.push(JSON.parse(line.metrics) as Record<string, unknown>);
    },
  });
  const over = { count: 0 };
  const counted: typeof router = async (request, sink) => {
    await router(request, sink);
    over.count += 1;
  };
  const server: Server = nodeHttpServer(counted, limited.limits);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    fleet,
    records,
    metrics,
    over,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
