/** The real router behind `node:http`, with stores in memory and whatever it logs kept for the test to read. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Config } from '../../config/schema';
import type { CredentialsProvider } from '../../lambda/aws/credentials';
import { createRouter, type Router } from '../../lambda/router/app';
import { hashKey } from '../../lambda/router/authenticate';
import { nodeHttpServer } from '../../lambda/router/fronts/node-http';
import type { RouterDeps } from '../../lambda/router/runtime';
import { memoryKeys, memoryLedger } from '../../lambda/router/stores/memory';
import { givenSecrets } from '../../lambda/router/stores/secrets';
import { staticReplicas } from '../../lambda/router/stores/static-replicas';
import { compile } from '../../lib/plan/compile';
import type { PlanLimits } from '../../lib/plan/types';
import { detectors } from '../../lib/policy/detectors';
import type { DecisionRecord } from '../../lib/records/decision-record';
import type { KeyRow } from '../../lib/tables/key-row';

export const KEY = 'hk_test';

export interface RouterOptions {
  readonly secrets?: Readonly<Record<string, string>>;
  readonly keys?: readonly KeyRow[];
  /** @default - none: nothing can be signed */
  readonly credentials?: CredentialsProvider;
  readonly limits?: Partial<PlanLimits>;
  readonly nowMs?: () => number;
}

export interface TestRouter {
  /** With `/v1`. */
  readonly url: string;
  readonly origin: string;
  readonly router: Router;
  readonly records: DecisionRecord[];
  readonly metrics: Record<string, unknown>[];
  close(): Promise<void>;
}

export const keyRow = (key: string, tenant = 'local', rest: Partial<KeyRow> = {}): KeyRow => ({
  hash: hashKey(key),
  tenant,
  floor: 'public',
  expiresMs: null,
  ...rest,
});

export async function startRouter(config: Config, options: RouterOptions = {}): Promise<TestRouter> {
  const records: DecisionRecord[] = [];
  const metrics: Record<string, unknown>[] = [];
  const nowMs = options.nowMs ?? Date.now;
  let id = 0;
  const lanes: Record<string, RouterDeps['lanes'][keyof RouterDeps['lanes']]> = {};
  for (const lane of config.lanes) {
    const compiled = compile(config, lane);
    const plan = { ...compiled, limits: { ...compiled.limits, ...options.limits } };
    lanes[lane] = {
      plan,
      secrets: givenSecrets(options.secrets ?? {}),
      ...(options.credentials !== undefined && { credentials: options.credentials }),
      detectors: detectors(plan.sensitivity),
      replicas: staticReplicas(plan.fleets, nowMs),
    };
  }
  const router = createRouter({
    deployment: config.name,
    lanes,
    keys: memoryKeys([keyRow(KEY), ...(options.keys ?? [])]),
    ledger: memoryLedger(nowMs),
    nowMs,
    newId: () => `request-${++id}`,
    emit: (line) => {
      records.push(JSON.parse(line.decision) as DecisionRecord);
      metrics.push(JSON.parse(line.metrics) as Record<string, unknown>);
    },
  });
  const maxBodyBytes = options.limits?.maxBodyBytes ?? compile(config, config.lanes[0] ?? 'open').limits.maxBodyBytes;
  const server: Server = nodeHttpServer(router, { maxBodyBytes });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `${origin}/v1`,
    origin,
    router,
    records,
    metrics,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export interface Ask {
  readonly model?: string;
  readonly text?: string;
  readonly body?: Record<string, unknown>;
  readonly headers?: Record<string, string>;
  readonly key?: string;
}

/** A chat completion by `fetch`. */
export function chat(
  url: string,
  { model = 'auto', text = 'hello', body = {}, headers = {}, key = KEY }: Ask = {},
): Promise<Response> {
  return fetch(`${url}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: text }], ...body }),
  });
}
