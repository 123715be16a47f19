/**
 * A fleet as it runs, on one machine: the real router, its replicas read from a table on a real socket, and before each engine
 * the real gate and a real agent, which asks a metadata service of its own. Table, metadata and engines are fakes. The fleet's
 * clock goes ten times as fast as the test's.
 */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { localTables } from '../../../../bin/commands/local-tables';
import { dynamo } from '../../../../lambda/aws/dynamo';
import { fleetRows } from '../../../../lambda/host-agent/fleet-rows';
import { createRouter } from '../../../../lambda/router/app';
import { nodeHttpServer } from '../../../../lambda/router/fronts/node-http';
import { tableReplicas } from '../../../../lambda/router/stores/fleet-table';
import { memoryKeys, memoryLedger } from '../../../../lambda/router/stores/memory';
import { detectors } from '../../../../lib/policy/detectors';
import type { DecisionRecord } from '../../../../lib/records/decision-record';
import { statusItem } from '../../../../lib/tables/status-item';
import { type FakeDynamo, startFakeDynamo } from '../../../support/fake-dynamo';
import { statusOf } from '../../../support/fleet-status';
import { planOf } from '../../../support/plans';
import { WORDS } from '../../../support/fake-vllm/tokenizer';
import { startGate } from '../real-gate';
import { KEY, keyRow } from '../../../support/router';
import { startHost, type TestHost } from '../host';

const MODEL = 'meta-llama/Llama-3.1-8B-Instruct';
const TIMES_FASTER = 10;
/** What every request is answered, to its last word: each is a token. */
const ANSWER = Array.from({ length: 60 }, (_, at) => WORDS[at % WORDS.length]).join(' ');

export interface DrillFleet {
  readonly table: FakeDynamo;
  readonly records: DecisionRecord[];
  nowMs(): number;
  /** A host in the fleet whose engine is not started yet. */
  host(): Promise<TestHost>;
  /** One that is ready, and that the router knows to be ready. */
  ready(): Promise<TestHost>;
  /** Resolves when the router sends requests to these hosts and to no other. */
  routesTo(...hosts: readonly TestHost[]): Promise<void>;
  ask(stream: boolean): Promise<Got>;
  stop(): Promise<void>;
}

/** What a client got. `whole`: the full text and an end that the model said; `honest`: else an error that says so. */
export interface Got {
  readonly status: number;
  readonly text: string;
  readonly whole: boolean;
  readonly honest: boolean;
  readonly error: string | null;
}

export async function startFleet(): Promise<DrillFleet> {
  const startMs = Date.now();
  const nowMs = (): number => startMs + (Date.now() - startMs) * TIMES_FASTER;
  const table = await startFakeDynamo();
  const tables = await localTables(table.url, { name: 'drill', region: 'us-east-1' });
  const credentials = () => ({ accessKeyId: 'a', secretAccessKey: 'b' });
  const client = dynamo({ endpoint: table.url, region: 'us-east-1', credentials, limitMs: 180 });
  await client.call('PutItem', { TableName: tables.fleets, Item: statusItem(statusOf({ wanted: 2 })) });

  const plan = planOf({
    fleets: { llama: { model: MODEL, context: 16_384, concurrency: 100, replicas: { wake: 'always', max: 4 } } },
    models: { fast: { fleet: 'llama' } },
    providers: {},
    routes: [{ name: 'default', to: ['fast'] }],
  });
  const replicas = tableReplicas({
    dynamo: tables.dynamo,
    tables: { llama: tables.fleets },
    nowMs,
    report: () => undefined,
  });
  const records: DecisionRecord[] = [];
  const router = createRouter({
    deployment: plan.name,
    lanes: { open: { plan, secrets: { find: () => 'x' }, detectors: detectors(plan.sensitivity), replicas } },
    keys: memoryKeys([keyRow(KEY)]),
    ledger: memoryLedger(nowMs),
    nowMs,
    newId: () => 'request',
    emit: ({ decision }) => records.push(JSON.parse(decision) as DecisionRecord),
  });
  const server: Server = nodeHttpServer(router, plan.limits);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;

  const hosts = new Map<string, TestHost>();
  let launched = 0;
  const host = async (): Promise<TestHost> => {
    const instanceId = `i-${++launched}`;
    const made = await startHost({
      fleet: 'llama',
      instanceId,
      servedName: MODEL,
      nowMs,
      gate: (enginePort) => startGate(enginePort),
      write: (row) => fleetRows(client, tables.fleets).write(row),
    });
    made.engine.script = () => ANSWER;
    hosts.set(instanceId, made);
    return made;
  };
  const routesTo = async (...wanted: readonly TestHost[]): Promise<void> => {
    const ids = [...hosts].filter(([, one]) => wanted.includes(one)).map(([id]) => id);
    const known = async (): Promise<string> =>
      (await replicas.rows('llama'))
        .map(({ id }) => id)
        .sort()
        .join();
    while ((await known()) !== ids.sort().join()) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  return {
    table,
    records,
    nowMs,
    host,
    routesTo,
    ready: async () => {
      const made = await host();
      await made.startEngine();
      await made.until(() => made.rows.at(-1)?.state === 'ready');
      return made;
    },
    // Of a connection that breaks a client has nothing, and no reason either.
    ask: (stream) => ask(url, stream).catch(() => ({ status: 0, text: '', whole: false, honest: false, error: null })),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await Promise.all([...hosts.values()].map((one) => one.stop()));
      await table.stop();
    },
  };
}

let asked = 0;

async function ask(url: string, stream: boolean): Promise<Got> {
  asked += 1;
  const response = await fetch(`${url}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'fast', stream, messages: [{ role: 'user', content: `question ${asked}` }] }),
  });
  const body = await response.text();
  return stream && response.status === 200 ? streamed(body) : answered(response.status, body);
}

interface Body {
  readonly error?: { readonly code: string };
  readonly choices?: readonly {
    readonly finish_reason?: string | null;
    readonly message?: { readonly content: string };
    readonly delta?: { readonly content?: string };
  }[];
}

function answered(status: number, body: string): Got {
  const { error, choices } = JSON.parse(body) as Body;
  const text = choices?.[0]?.message?.content ?? '';
  const whole = status === 200 && text === ANSWER && choices?.[0]?.finish_reason === 'stop';
  return { status, text, whole, honest: whole || (status >= 400 && error !== undefined), error: error?.code ?? null };
}

function streamed(body: string): Got {
  const events = body.split('\n\n').flatMap((event) => (event.startsWith('data: ') ? [event.slice(6)] : []));
  const done = events.includes('[DONE]');
  const chunks = events.filter((event) => event !== '[DONE]').map((event) => JSON.parse(event) as Body);
  const text = chunks.map(({ choices }) => choices?.[0]?.delta?.content ?? '').join('');
  const finished = chunks.some(({ choices }) => choices?.[0]?.finish_reason === 'stop');
  const error = chunks.find((chunk) => chunk.error !== undefined)?.error?.code ?? null;
  const whole = text === ANSWER && finished && done && error === null;
  // What it has is the beginning of the answer, and neither an end nor a reason to stop is made up.
  const brokenOff = error !== null && !done && !finished && ANSWER.startsWith(text);
  return { status: 200, text, whole, honest: whole || brokenOff, error };
}
