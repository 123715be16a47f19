/** The bundle as it is deployed, with its plan beside it: keys, replicas, spend and secrets out of the account. */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { type Server, createServer } from 'node:tls';
import { type LocalTables, localTables } from '../../bin/commands/local-tables';
import { compile } from '../../lib/plan/compile';
import type { DecisionRecord } from '../../lib/records/decision-record';
import { type Item, numberIn } from '../../lib/tables/attributes';
import { fleetItem } from '../../lib/tables/fleet-item';
import { keyItem } from '../../lib/tables/key-item';
import { ledgerKey } from '../../lib/tables/ledger-item';
import { monthOf } from '../../lib/spend/ledger';
import { type Certificate, makeCertificate } from '../support/certificate';
import { type FakeClosed, startFakeClosed } from '../support/fake-closed';
import { startFakeBedrock } from '../support/fake-bedrock';
import { type FakeDynamo, type Fault, startFakeDynamo } from '../support/fake-dynamo';
import { type StreamingHandler, installFakeLambda, invoke, restApiEvent } from '../support/fake-lambda';
import { type FakeSecrets, startFakeSecrets } from '../support/fake-secrets';
import { type FakeVllm, startFakeVllm } from '../support/fake-vllm';
import { configOf } from '../support/plans';
import { describeWith } from '../support/installed';
import { keyRow } from '../support/router';
import { readyReplica } from '../support/ready-replica';

const ROOT = path.resolve(__dirname, '../..');
const DENIED: Fault = { kind: 'error', type: 'AccessDeniedException' };
const KEY = keyRow('hk_a', 'research');

let folder: string;
let dynamo: FakeDynamo;
let tables: LocalTables;
let secrets: FakeSecrets;
let vllm: FakeVllm;
let closed: FakeClosed;
let uninstall: () => void;
let lines: string[];
let stdout: jest.SpyInstance;
const before = { ...process.env };

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'hybrid-llm-function-'));
  cpSync(path.join(ROOT, 'dist/assets/router'), folder, { recursive: true });
  [dynamo, secrets, vllm, closed] = await Promise.all([
    startFakeDynamo(),
    startFakeSecrets({ 'arn:anthropic': '{"apiKey":"sk-of-anthropic"}' }),
    startFakeVllm(),
    startFakeClosed(),
  ]);
  tables = await localTables(dynamo.url, { name: 'acme', region: 'us-east-1' });
  await Promise.all([
    tables.dynamo.call('PutItem', { TableName: tables.keys, Item: keyItem({ ...KEY, createdMs: 0 }) }),
    tables.dynamo.call('PutItem', {
      TableName: tables.fleets,
      Item: fleetItem(readyReplica(vllm.url)),
    }),
  ]);
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'A',
    AWS_SECRET_ACCESS_KEY: 'B',
    AWS_ENDPOINT_URL_DYNAMODB: dynamo.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    HYBRID_LLM_DEPLOYMENT: 'acme',
    HYBRID_LLM_LANE: 'open',
    HYBRID_LLM_KEYS_TABLE: tables.keys,
    HYBRID_LLM_LEDGER_TABLE: tables.ledger,
    HYBRID_LLM_FLEET_TABLE_LLAMA: tables.fleets,
    HYBRID_LLM_SECRET_ARN_A_ANTHROPIC: 'arn:anthropic',
  });
  const config = configOf({
    providers: { anthropic: { secret: 'a/anthropic', baseUrl: closed.url, agreement: { kind: 'dpa', ref: 'A-1' } } },
    models: { fast: { fleet: 'llama' }, claude: { provider: 'anthropic', model: 'claude-sonnet-5' } },
    routes: [{ name: 'default', to: ['claude', 'fast'] }],
    tenants: { research: { monthlyUsd: 10, requestsPerMinute: 50 } },
  });
  writeFileSync(path.join(folder, 'plan.json'), JSON.stringify(compile(config, 'open')));
  uninstall = installFakeLambda();
  lines = [];
  stdout = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(String(text));
    return true;
  });
  dynamo.calls.length = 0;
});

afterEach(async () => {
  stdout.mockRestore();
  uninstall();
  process.env = { ...before };
  secrets.close();
  await Promise.all([dynamo.stop(), vllm.stop(), closed.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

/** Loads the bundle anew: a function that starts cold. */
function coldStart(): StreamingHandler {
  const load = createRequire(__filename);
  const { handler } = load(path.join(folder, 'index.js')) as { handler: StreamingHandler };
  return handler;
}

const ask = (handler: StreamingHandler, body: object, key = 'hk_a') =>
  invoke(
    handler,
    restApiEvent({
      method: 'POST',
      path: '/v1/chat/completions',
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify({ messages: [{ role: 'user', content: 'hello' }], ...body }),
    }),
  );

const errorOf = ({ body }: { readonly body: Buffer }): { readonly code: string } =>
  (JSON.parse(body.toString()) as { error: { code: string } }).error;

/** Lines are whole and apart, so that each is one of CloudWatch's. */
function logged(): Record<string, unknown>[] {
  expect(lines.every((line) => /^\{.*\}\n$/.test(line))).toBe(true);
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('answers with a closed model, by the key out of its secret, and books the cost', async () => {
  const answered = await ask(coldStart(), { model: 'claude', max_tokens: 50 });
  expect(answered.statusCode).toBe(200);
  expect(closed.requests[0]?.headers['x-api-key']).toBe('sk-of-anthropic');
  expect(secrets.asked).toEqual(['arn:anthropic']);

  const costUsd = Number(answered.headers['x-hybrid-cost-usd']);
  expect(costUsd).toBeGreaterThan(0);
  const input = { TableName: tables.ledger, Key: ledgerKey(monthOf(Date.now())) };
  const { Item = {} } = await tables.dynamo.call<{ Item?: Item }>('GetItem', input);
  expect(numberIn(Item, 'settled:research')).toBe(Math.round(costUsd * 1e9));
  expect(numberIn(Item, 'total')).toBe(numberIn(Item, 'settled'));

  const [decision, metrics] = logged();
  expect(decision).toMatchObject({ kind: 'decision', tenant: 'research', outcome: 'answered' });
  expect(metrics).toMatchObject({ Deployment: 'acme', Lane: 'open', Requests: 1 });
  expect(JSON.stringify(lines)).not.toContain('sk-of-anthropic');
});

test("answers with a model of Bedrock, signed by the function's own role", async () => {
  const bedrock = await startFakeBedrock({ region: 'us-east-1', secretAccessKey: () => 'B' });
  try {
    const config = configOf({
      providers: { bedrock: { baseUrl: bedrock.url } },
      models: { nova: { provider: 'bedrock', model: 'amazon.nova-lite-v1:0' } },
      routes: [{ name: 'default', to: ['nova'] }],
      tenants: { research: {} },
    });
    writeFileSync(path.join(folder, 'plan.json'), JSON.stringify(compile(config, 'open')));
    process.env['AWS_SESSION_TOKEN'] = 'token';
    const answered = await ask(coldStart(), { model: 'nova', stream: true });
    expect(answered.statusCode).toBe(200);
    expect(answered.body.toString()).toContain('data: [DONE]');
    expect(bedrock.requests.at(-1)?.headers).toMatchObject({ 'x-amz-security-token': 'token' });
    expect(logged()[0]).toMatchObject({ outcome: 'answered', usageEstimated: false });
  } finally {
    await bedrock.stop();
  }
});

test('answers with a replica out of the fleet table, and reserves nothing for it', async () => {
  const answered = await ask(coldStart(), { model: 'fast' });
  expect(answered.statusCode).toBe(200);
  const [decision] = logged() as unknown as DecisionRecord[];
  expect(decision?.attempts).toMatchObject([{ replica: 'i-1', failure: null }]);
  // Its rate was counted, and nothing else written.
  expect(dynamo.calls.filter(({ operation }) => operation === 'UpdateItem')).toHaveLength(1);
});

test('looks up no key and no secret again, once it is warm', async () => {
  const handler = coldStart();
  await ask(handler, { model: 'claude', max_tokens: 50 });
  dynamo.calls.length = 0;
  await ask(handler, { model: 'claude', max_tokens: 50 });
  // Reservation and rate, side by side, then the settlement.
  expect(dynamo.calls.map(({ operation }) => operation)).toEqual(['UpdateItem', 'UpdateItem', 'UpdateItem']);
  expect(secrets.asked).toHaveLength(1);
});

describeWith('openssl', 'replicas behind a gate', () => {
  let certificate: Certificate;
  let gate: Server;
  let url: string;
  beforeAll(() => {
    certificate = makeCertificate();
  });
  beforeEach(async () => {
    gate = createServer(certificate, (socket) => {
      const engine = connect(Number(new URL(vllm.url).port), '127.0.0.1');
      socket.pipe(engine).pipe(socket);
      for (const one of [socket, engine])
        one.on('error', () => undefined).on('close', () => [socket, engine].forEach((end) => end.destroy()));
    });
    await new Promise<void>((listening) => gate.listen(0, '127.0.0.1', listening));
    url = `https://127.0.0.1:${(gate.address() as AddressInfo).port}`;
  });
  afterEach(() => void gate.close());
  const putReplica = (certificateSha256: string): Promise<unknown> =>
    tables.dynamo.call('PutItem', {
      TableName: tables.fleets,
      Item: fleetItem({ ...readyReplica(url), certificateSha256 }),
    });

  test('answer by the certificate that their host wrote down', async () => {
    await putReplica(certificate.sha256);
    const answered = await ask(coldStart(), { model: 'fast' });
    expect([answered.statusCode, vllm.requests.length]).toEqual([200, 1]);
  });

  test('get nothing with another one', async () => {
    await putReplica('0'.repeat(64));
    const refused = await ask(coldStart(), { model: 'fast' });
    expect(refused.statusCode).toBe(503);
    expect(JSON.parse(refused.body.toString())).toMatchObject({
      error: { message: expect.stringContaining('certificate_mismatch') as string },
    });
    expect(vllm.requests).toHaveLength(0);
  });
});

test('refuses an unknown key, and says 503 where it cannot know', async () => {
  const handler = coldStart();
  const unknown = await ask(handler, { model: 'fast' }, 'hk_b');
  expect([unknown.statusCode, errorOf(unknown).code]).toEqual([401, 'invalid_api_key']);
  dynamo.always(DENIED);
  const unsure = await ask(handler, { model: 'fast' }, 'hk_c');
  expect([unsure.statusCode, errorOf(unsure).code]).toEqual([503, 'no_target_available']);
  expect(unsure.headers['retry-after']).toBe('1');
  expect(logged()).toContainEqual(
    expect.objectContaining({
      kind: 'table_failure',
      table: 'keys',
      Deployment: 'acme',
      Lane: 'open',
      TableFailures: 1,
    }),
  );
});

test('passes over a target whose cap nobody can hold, and serves from the fleet', async () => {
  const handler = coldStart();
  await ask(handler, { model: 'fast' });
  dynamo.always(DENIED);
  const named = await ask(handler, { model: 'claude', max_tokens: 50 });
  expect([named.statusCode, errorOf(named).code]).toEqual([503, 'no_target_available']);
  const routed = await ask(handler, { model: 'auto', max_tokens: 50 });
  expect(routed.statusCode).toBe(200);
  expect(routed.headers['x-hybrid-target']).toContain('llama/');
  expect(closed.requests).toHaveLength(0);
});

test.each([
  ['sealed', 'got `sealed`; expected `open`'],
  [undefined, 'got none; expected `open`'],
])('does not start with the plan of another lane than its environment names: %s', (lane, said) => {
  if (lane === undefined) delete process.env['HYBRID_LLM_LANE'];
  else process.env['HYBRID_LLM_LANE'] = lane;
  expect(coldStart).toThrow(`HYBRID_LLM_LANE: ${said}`);
});

test('does not start without its tables', () => {
  delete process.env['HYBRID_LLM_LEDGER_TABLE'];
  expect(coldStart).toThrow('HYBRID_LLM_LEDGER_TABLE is not set');
});
