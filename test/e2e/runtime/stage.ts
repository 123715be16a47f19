/** All that stands around one function: Runtime API, tables, an engine and a closed API, each a fake on loopback. */
import { type LocalTables, localTables } from '../../../bin/commands/local-tables';
import { ENVIRONMENT, fleetTableVariable } from '../../../lib/plan/environment';
import type { PlanLimits } from '../../../lib/plan/types';
import type { Item } from '../../../lib/tables/attributes';
import type { DecisionRecord } from '../../../lib/records/decision-record';
import { fleetItem } from '../../../lib/tables/fleet-item';
import { REPLICA_PREFIX } from '../../../lib/tables/fleet-row';
import { keyItem } from '../../../lib/tables/key-item';
import { type FakeDynamo, startFakeDynamo } from '../../support/fake-dynamo';
import { restApiEvent } from '../../support/fake-lambda/events';
import { type FakeVllm, startFakeVllm } from '../../support/fake-vllm';
import { planOf } from '../../support/plans';
import { KEY, keyRow } from '../../support/router';
import { FunctionProcess } from './function-process';
import { type Invocation, type InvokeOptions, PATIENCE_MS } from './invocation';
import { type RuntimeApi, startRuntimeApi } from './runtime-api';

export interface FunctionSettings {
  readonly limits?: Partial<PlanLimits>;
  /** With `/v1`: where `gpt` is. @default - nowhere */
  readonly closedUrl?: string;
}

export interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export async function openStage(): Promise<Stage> {
  const [api, vllm, database] = await Promise.all([startRuntimeApi(), startFakeVllm(), startFakeDynamo()]);
  const stage = new Stage(api, vllm, database);
  try {
    await stage.addKey(KEY);
    return stage;
  } catch (error) {
    // Nobody else could: what still listens would keep the tests from ending.
    await stage.close();
    throw error;
  }
}

export class Stage {
  readonly #functions: FunctionProcess[] = [];
  readonly #tables: Promise<LocalTables>;

  constructor(
    readonly api: RuntimeApi,
    readonly vllm: FakeVllm,
    readonly database: FakeDynamo,
  ) {
    this.#tables = localTables(database.url, { name: 'test', region: 'us-east-1' });
  }

  async addKey(key: string): Promise<void> {
    await this.#put('keys', keyItem({ ...keyRow(key), createdMs: Date.now() }));
  }

  /** The engine's host says in the fleet table that it is ready. */
  async replicaIsReady(): Promise<void> {
    const row = { fleet: 'llama', id: `${REPLICA_PREFIX}i-1`, url: this.vllm.url, certificateSha256: '', detail: '' };
    const load = { running: 0, waiting: 0, kvUse: 0, sequence: 1, heartbeatMs: Date.now() };
    await this.#put('fleets', fleetItem({ ...row, ...load, state: 'ready' }));
  }

  async #put(table: 'keys' | 'fleets', item: Item): Promise<void> {
    const tables = await this.#tables;
    await tables.dynamo.call('PutItem', { TableName: tables[table], Item: item });
  }

  /** A function that waits for its first invocation. */
  async startFunction({ limits = {}, closedUrl = 'http://127.0.0.1:1/v1' }: FunctionSettings = {}) {
    const plan = planOf({
      providers: { openai: { baseUrl: closedUrl } },
      models: { fast: { fleet: 'llama' }, gpt: { provider: 'openai', model: 'gpt-4o' } },
      routes: [{ name: 'default', to: ['fast', 'gpt'] }],
    });
    const tables = await this.#tables;
    const started = new FunctionProcess({
      runtimeApi: this.api,
      plan: { ...plan, limits: { ...plan.limits, ...limits } },
      env: {
        AWS_ENDPOINT_URL: this.database.url,
        [ENVIRONMENT.keysTable]: tables.keys,
        [ENVIRONMENT.ledgerTable]: tables.ledger,
        [ENVIRONMENT.deployment]: 'runtime-suite',
        [ENVIRONMENT.lane]: plan.lane,
        [fleetTableVariable('llama')]: tables.fleets,
      },
    });
    this.#functions.push(started);
    await started.idle();
    return started;
  }

  /** An event of the private REST API, with the caller's key. */
  invoke({ method, path = '/health', headers = {}, body }: Asked, options?: InvokeOptions): Invocation {
    const event = restApiEvent({
      path,
      headers: { authorization: `Bearer ${KEY}`, ...headers },
      ...(method !== undefined && { method }),
      ...(body !== undefined && { body }),
    });
    return this.api.invoke(event, options);
  }

  /** A chat completion. */
  chat(body: Readonly<Record<string, unknown>>, asked: Asked = {}, options?: InvokeOptions): Invocation {
    const messages = [{ role: 'user', content: 'hello' }];
    return this.invoke({ path: '/v1/chat/completions', ...asked, body: { messages, ...body } }, options);
  }

  /** What came of the requests, by the decision records among a function's lines, once there are so many of them. */
  async outcomes(fn: FunctionProcess, count: number): Promise<string[]> {
    const records = (): DecisionRecord[] =>
      fn.lines.map((line) => JSON.parse(line) as DecisionRecord).filter(({ kind }) => kind === 'decision');
    await this.api.bell.until(() => records().length >= count, PATIENCE_MS);
    return records().map(({ outcome }) => outcome);
  }

  async close(): Promise<void> {
    await Promise.all(this.#functions.map((one) => one.stop()));
    await Promise.all([this.api.close(), this.vllm.stop(), this.database.stop()]);
  }
}
