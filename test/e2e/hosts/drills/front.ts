/** The real router on a socket, with one target: the fleet, which it finds in the table and wakes there. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LocalTables } from '../../../../bin/commands/local-tables';
import { createRouter } from '../../../../lambda/router/app';
import { nodeHttpServer } from '../../../../lambda/router/fronts/node-http';
import { tableReplicas } from '../../../../lambda/router/stores/fleet-table';
import { memoryKeys, memoryLedger } from '../../../../lambda/router/stores/memory';
import type { ReplicaStore } from '../../../../lambda/router/stores/stores';
import { tableWakes } from '../../../../lambda/router/stores/wake-table';
import { detectors } from '../../../../lib/policy/detectors';
import type { DecisionRecord } from '../../../../lib/records/decision-record';
import { planOf } from '../../../support/plans';
import { KEY, keyRow } from '../../../support/router';

export const FLEET = 'llama';
export const MODEL = 'meta-llama/Llama-3.1-8B-Instruct';

export interface Front {
  /** With `/v1`. */
  readonly url: string;
  /** As the router sees them. */
  readonly replicas: ReplicaStore;
  stop(): Promise<void>;
}

export async function startFront(
  { dynamo, fleets }: LocalTables,
  nowMs: () => number,
  record: (record: DecisionRecord) => void,
): Promise<Front> {
  const plan = planOf({
    fleets: { [FLEET]: { model: MODEL, context: 16_384, concurrency: 100, replicas: { wake: 'fair', max: 4 } } },
    models: { fast: { fleet: FLEET } },
    providers: {},
    routes: [{ name: 'default', to: ['fast'] }],
  });
  const store = { dynamo, tables: { [FLEET]: fleets }, nowMs, report: () => undefined };
  const replicas = tableReplicas(store);
  const open = {
    plan,
    secrets: { find: () => 'x' },
    detectors: detectors(plan.sensitivity),
    replicas,
    wakes: tableWakes(store),
  };
  const router = createRouter({
    deployment: plan.name,
    lanes: { open },
    keys: memoryKeys([keyRow(KEY)]),
    ledger: memoryLedger(nowMs),
    nowMs,
    newId: () => 'request',
    emit: ({ decision }) => record(JSON.parse(decision) as DecisionRecord),
  });
  const server: Server = nodeHttpServer(router, plan.limits);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    replicas,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
