/** `serve --dynamodb`: keys, spend and replicas in tables, as in an account. */
import OpenAI from 'openai';
import { type LocalTables, localTables } from '../../bin/commands/local-tables';
import { monthOf } from '../../lib/spend/ledger';
import { type Item, numberIn } from '../../lib/tables/attributes';
import { fleetItem } from '../../lib/tables/fleet-item';
import { ledgerKey } from '../../lib/tables/ledger-item';
import { type Serving, runAlone, startServe, tempFile } from '../support/cli';
import { type FakeClosed, startFakeClosed } from '../support/fake-closed';
import { type FakeDynamo, startFakeDynamo } from '../support/fake-dynamo';
import { type FakeVllm, startFakeVllm } from '../support/fake-vllm';
import { readyReplica } from '../support/ready-replica';

let dynamo: FakeDynamo;
let vllm: FakeVllm;
let closed: FakeClosed;
let config: string;
const serving: Serving[] = [];

jest.setTimeout(20_000);
beforeEach(async () => {
  [dynamo, vllm, closed] = await Promise.all([startFakeDynamo(), startFakeVllm(), startFakeClosed()]);
  config = tempFile(
    'hybrid-llm.yaml',
    `
name: acme
region: us-east-1
fleets: { llama: { model: meta-llama/Llama-3.1-8B-Instruct } }
providers: { anthropic: { secret: a/anthropic, baseUrl: '${closed.url}', agreement: { kind: dpa, ref: A-1 } } }
models: { fast: { fleet: llama }, claude: { provider: anthropic, model: claude-sonnet-5 } }
routes: [{ name: default, to: [fast, claude] }]
tenants: { research: { floor: public, monthlyUsd: 0.01 } }
sensitivity: { default: public }
`,
  );
});
afterEach(async () => {
  await Promise.all(serving.splice(0).map((one) => one.stop()));
  await Promise.all([dynamo.stop(), vllm.stop(), closed.stop()]);
});

async function start(): Promise<Serving> {
  const one = await startServe(['--config', config, '--dynamodb', dynamo.url], {
    HYBRID_LLM_SECRET_A_ANTHROPIC: 'sk-1',
  });
  serving.push(one);
  return one;
}
const tables = (): Promise<LocalTables> => localTables(dynamo.url, { name: 'acme', region: 'us-east-1' });
const client = ({ line }: Serving, key = line.key): OpenAI =>
  new OpenAI({ baseURL: line.url, apiKey: key, maxRetries: 0 });
const ask = (openai: OpenAI, model: string, maxTokens = 50) =>
  openai.chat.completions.create({ model, max_tokens: maxTokens, messages: [{ role: 'user', content: 'hello' }] });

test('makes the tables it lacks, and takes keys that `keys create` puts there while it runs', async () => {
  const router = await start();
  const { keys } = await tables();
  const made = await runAlone(
    { env: { AWS_ENDPOINT_URL_DYNAMODB: dynamo.url, AWS_ACCESS_KEY_ID: 'A', AWS_SECRET_ACCESS_KEY: 'B' } },
    'keys',
    'create',
    '--config',
    config,
    '--table',
    keys,
    '--tenant',
    'research',
  );
  expect(made.code).toBe(0);
  expect((await ask(client(router, made.stdout.trim()), 'claude')).choices).toHaveLength(1);
  await expect(ask(client(router, 'hk_unknown'), 'claude')).rejects.toMatchObject({ status: 401 });
});

test('finds replicas in the fleet table where the config lists none', async () => {
  const router = await start();
  const { dynamo: database, fleets } = await tables();
  const Item = fleetItem(readyReplica(vllm.url));
  await database.call('PutItem', { TableName: fleets, Item });
  const { response } = await client(router)
    .chat.completions.create({ model: 'fast', messages: [{ role: 'user', content: 'hello' }] })
    .withResponse();
  expect(response.headers.get('x-hybrid-target')).toContain('llama/');
});

test('holds one cap together with another that serves the same tables', async () => {
  const [one, other] = [await start(), await start()];
  const { dynamo: database, keys, ledger } = await tables();
  const made = await runAlone(
    { env: { AWS_ENDPOINT_URL_DYNAMODB: dynamo.url, AWS_ACCESS_KEY_ID: 'A', AWS_SECRET_ACCESS_KEY: 'B' } },
    ...['keys', 'create', '--config', config, '--table', keys, '--tenant', 'research'],
  );
  const key = made.stdout.trim();
  // Each request may cost some 0.0075 dollars of the one cent that there is.
  const answers = await Promise.allSettled(
    [one, other, one, other].map((router) => ask(client(router, key), 'claude', 500)),
  );
  const refused = answers.filter(({ status }) => status === 'rejected');
  expect(refused.length).toBeGreaterThan(0);
  for (const { reason } of refused as PromiseRejectedResult[]) {
    expect(reason).toMatchObject({ status: 429, code: 'budget_exhausted' });
  }
  const input = { TableName: ledger, Key: ledgerKey(monthOf(Date.now())) };
  const { Item = {} } = await database.call<{ Item?: Item }>('GetItem', input);
  expect(numberIn(Item, 'settled:research')).toBeGreaterThan(0);
  expect(numberIn(Item, 'total:research')).toBe(numberIn(Item, 'settled:research'));
});

test.each([
  ['nowhere', '--dynamodb is `nowhere`; it takes an address'],
  ['http://127.0.0.1:1', 'cannot be reached'],
])('refuses %s with exit code 2 and no stack', async (url, said) => {
  const { code, stderr } = await runAlone({}, 'serve', '--config', config, '--dynamodb', url);
  expect([code, stderr]).toEqual([2, expect.stringContaining(said)]);
  expect(stderr).not.toMatch(/^\s+at /m);
});
