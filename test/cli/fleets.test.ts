/** `status` and `fleet` against the table of a deployment. */
import { spawn } from 'node:child_process';
import { type LocalTables, localTables } from '../../bin/commands/local-tables';
import type { FleetOverview } from '../../lib/capacity/overview';
import type { Item } from '../../lib/tables/attributes';
import { numberIn } from '../../lib/tables/attributes';
import { readCommandItem } from '../../lib/tables/command-item';
import { fleetItem } from '../../lib/tables/fleet-item';
import { statusItem } from '../../lib/tables/status-item';
import { type Ran, entry, runAlone, runWith, tempFile } from '../support/cli';
import { type FakeDynamo, startFakeDynamo } from '../support/fake-dynamo';
import { type FakeAws, startFakeAws } from '../support/fake-lambda/service';
import { statusOf } from '../support/fleet-status';
import { readyReplica } from '../support/ready-replica';
import { until } from '../support/simulated-fleet';

const CONFIG = `
name: acme
region: us-east-1
licences: { accept: [llama3.1] }
fleets:
  llama: { model: meta-llama/Llama-3.1-8B-Instruct }
  near: { model: meta-llama/Llama-3.1-8B-Instruct, endpoints: ['http://127.0.0.1:8001'] }
models: { fast: { fleet: llama }, near: { fleet: near } }
routes: [{ name: default, to: [fast, near] }]
`;

const LOGIN = { AWS_ACCESS_KEY_ID: 'A', AWS_SECRET_ACCESS_KEY: 'B' };

let dynamo: FakeDynamo;
let aws: FakeAws;
let tables: LocalTables;
let config: string;

// Some commands are processes, and load the SDK.
jest.setTimeout(30_000);
beforeAll(() => {
  config = tempFile('hybrid-llm.yaml', CONFIG);
});
beforeEach(async () => {
  dynamo = await startFakeDynamo({ pageItems: 2 });
  tables = await localTables(dynamo.url, { name: 'made', region: 'us-east-1' });
  aws = await startFakeAws({
    functions: {},
    stacks: { acme: { FleetTableName: tables.fleets }, other: { Other: 'x' } },
  });
});
afterEach(() => Promise.all([dynamo.stop(), aws.close()]));

const env = (): NodeJS.ProcessEnv => ({ ...LOGIN, AWS_ENDPOINT_URL: aws.url, AWS_ENDPOINT_URL_DYNAMODB: dynamo.url });
const run = (...args: string[]): Promise<Ran> => runWith({ env: env() }, ...args);
const ofConfig = (...args: string[]): Promise<Ran> => run(...args, '--config', config);

const put = (Item: Item): Promise<unknown> => tables.dynamo.call('PutItem', { TableName: tables.fleets, Item });

const commands = async (): Promise<Item[]> => {
  const { Items } = await tables.dynamo.call<{ Items: Item[] }>('Query', {
    TableName: tables.fleets,
    KeyConditionExpression: '#fleet = :fleet AND begins_with(#id, :prefix)',
    ExpressionAttributeNames: { '#fleet': 'fleet', '#id': 'id' },
    ExpressionAttributeValues: { ':fleet': { S: 'llama' }, ':prefix': { S: 'command#' } },
  });
  return Items;
};

describe('status', () => {
  test('shows fleets of the config and of the table, but none whose replicas have addresses', async () => {
    await put(statusItem(statusOf({ state: 'ready', wanted: 2 })));
    for (const id of ['i-1', 'i-2']) {
      await put(fleetItem({ ...readyReplica('https://10.0.0.1:8443'), id: `replica#${id}`, running: 2, waiting: 1 }));
    }
    await put(statusItem(statusOf({ fleet: 'old', state: 'asleep', wanted: 0 })));
    const { code, stdout } = await ofConfig('status', '--json');
    expect(code).toBe(0);
    const fleets = JSON.parse(stdout) as FleetOverview[];
    expect(fleets.map(({ fleet, state, ready }) => [fleet, state, ready])).toEqual([
      ['llama', 'ready', 2],
      ['old', 'asleep', 0],
    ]);
    expect(fleets[0]).toMatchObject({ running: 4, waiting: 2, wanted: 2 });
    expect((await ofConfig('status')).stdout).toContain('llama: ready, 2 ready of 2 wanted\n');
  });

  test('of a table that is named needs neither stack nor config, and shows what it may', async () => {
    await put(statusItem(statusOf()));
    const there = ['--table', tables.fleets, '--region', 'us-east-1', '--stack', 'acme'];
    const { code, stdout } = await runAlone({ env: env() }, 'status', ...there);
    expect([code, stdout]).toEqual([0, 'llama: waking, 0 ready of 1 wanted\n']);
  });

  test('that is watched goes on until it is interrupted', async () => {
    await put(statusItem(statusOf({ state: 'asleep', wanted: 0 })));
    const child = spawn(process.execPath, [entry, 'status', '--watch', '--json', '--config', config], {
      env: { ...process.env, ...env() },
    });
    let seen = '';
    child.stdout.on('data', (text: Buffer) => (seen += text.toString()));
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    await until(() => seen.includes('asleep'));
    await put(statusItem(statusOf({ state: 'waking' })));
    await until(() => seen.includes('waking'));
    child.kill('SIGINT');
    expect(await ended).toBe(130);
  });
});

describe('fleet', () => {
  /** What a controller does: it takes the rows of commands away. */
  async function take(): Promise<Item> {
    for (;;) {
      const [item] = await commands();
      if (item === undefined) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        continue;
      }
      const Key = { fleet: item['fleet'], id: item['id'] };
      await tables.dynamo.call('DeleteItem', { TableName: tables.fleets, Key });
      return item;
    }
  }

  test.each(['retry', 'drain'] as const)(
    '%s is written for the controller, and done when that has taken it',
    async (command) => {
      const before = Date.now();
      const [{ code, stderr }, item] = await Promise.all([ofConfig('fleet', command, 'llama'), take()]);
      expect([code, stderr]).toEqual([0, expect.stringContaining(`${command} of llama: its controller has taken it`)]);
      const row = readCommandItem(item);
      expect(row).toMatchObject({ fleet: 'llama', command, stage: 'none' });
      expect(row?.givenMs).toBeGreaterThanOrEqual(before);
      // Nobody follows a command of yesterday.
      expect(numberIn(item, 'ttl')).toBeGreaterThan(before / 1000 + 3600);
    },
  );

  test('drain of one replica names it to the controller', async () => {
    await put(fleetItem({ ...readyReplica('https://10.0.0.1:8443'), id: 'replica#i-1' }));
    const [{ code, stderr }, item] = await Promise.all([ofConfig('fleet', 'drain', 'llama', 'i-1'), take()]);
    expect([code, stderr]).toEqual([0, expect.stringContaining('drain of i-1 in llama: its controller has taken it')]);
    expect(readCommandItem(item)).toMatchObject({ fleet: 'llama', command: 'drain', instance: 'i-1' });
    expect((await ofConfig('fleet', 'drain', 'llama', 'i-1', '--wait', '0')).code).toBe(3);
    expect((await ofConfig('status')).stdout).toContain('waits for its controller: drain i-1, given');
  });

  test('drain of a replica that the table does not know names those there are', async () => {
    for (const [id, state, fleet] of [
      ['i-2', 'draining', 'llama'],
      ['i-1', 'ready', 'llama'],
      ['i-3', 'drained', 'llama'],
      ['i-4', 'ready', 'other'],
    ] as const) {
      await put(fleetItem({ ...readyReplica('https://10.0.0.1:8443'), id: `replica#${id}`, state, fleet }));
    }
    const told = await Promise.all(['i-3', 'i-4', ''].map((instance) => ofConfig('fleet', 'drain', 'llama', instance)));
    expect(told.map(({ code }) => code)).toEqual([2, 2, 2]);
    expect(told.map(({ stderr }) => stderr.split('\n')[0])).toEqual([
      'hybrid-llm fleet: no replica `i-3` in `llama`; it has: i-1, i-2',
      'hybrid-llm fleet: no replica `i-4` in `llama`; it has: i-1, i-2',
      'hybrid-llm fleet: no replica `` in `llama`; it has: i-1, i-2',
    ]);
    expect(await commands()).toEqual([]);
  });

  test('that nobody takes in time waits, and says so', async () => {
    const { code, stderr } = await runAlone(
      { env: env() },
      'fleet',
      'retry',
      'llama',
      '--wait',
      '1',
      '--config',
      config,
    );
    expect([code, stderr]).toEqual([3, expect.stringContaining('retry of llama: it waits')]);
    expect(await commands()).toHaveLength(1);
    expect((await ofConfig('status')).stdout).toContain('waits for its controller: retry');
  });

  test('without a config goes by the fleets of the table', async () => {
    await put(statusItem(statusOf()));
    const there = ['--table', tables.fleets, '--region', 'us-east-1', '--wait', '0'];
    expect((await run('fleet', 'retry', 'llama', ...there)).code).toBe(3);
    const { code, stderr } = await run('fleet', 'retry', 'lama', ...there);
    expect([code, stderr]).toEqual([2, expect.stringContaining('it has: llama')]);
  });

  test('mistakes are told, exit code 2, and nothing is written', async () => {
    const told = await Promise.all([
      ofConfig('fleet', 'stop', 'llama'),
      ofConfig('fleet', 'retry'),
      ofConfig('fleet', 'retry', 'lama'),
      ofConfig('fleet', 'retry', 'llama', 'i-1'),
      ofConfig('fleet', 'retry', 'near'),
      ofConfig('fleet', 'retry', 'llama', '--wait', 'long'),
      ofConfig('fleet', 'retry', 'llama', '--stack', 'other'),
    ]);
    expect(told.map(({ code }) => code)).toEqual([2, 2, 2, 2, 2, 2, 2]);
    expect(told.map(({ stderr }) => stderr.split('\n')[0])).toEqual([
      'hybrid-llm fleet: `fleet stop` is not known; allowed: retry, drain',
      'hybrid-llm fleet: which fleet? `fleet retry NAME`',
      'hybrid-llm fleet: no fleet `lama`; the config has: llama, near',
      'hybrid-llm fleet: `fleet retry` is for a whole fleet; `i-1` is one word too many',
      'hybrid-llm fleet: the replicas of `near` are named by address: no controller starts or ends them',
      'hybrid-llm fleet: --wait is `long`; it takes whole seconds',
      'hybrid-llm fleet: the stack `other` in us-east-1 has no output FleetTableName (it has: Other); deploy it again, or name another with --stack',
    ]);
    expect(await commands()).toEqual([]);
  });
});
