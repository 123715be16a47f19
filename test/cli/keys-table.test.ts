/** `keys` against the table of a deployment: found by its stack, or named. */
import { awsMistake } from '../../bin/commands/aws-mistake';
import { UsageError } from '../../bin/commands/command';
import { keys as command } from '../../bin/commands/keys';
import { type LocalTables, localTables } from '../../bin/commands/local-tables';
import { CredentialsMissing } from '../../lambda/aws/credentials';
import { AwsError } from '../../lambda/aws/errors';
import { hashKey } from '../../lambda/router/authenticate';
import type { Item } from '../../lib/tables/attributes';
import { keyItem, readKeyItem } from '../../lib/tables/key-item';
import { type Ran, runAlone, runWith, tempFile } from '../support/cli';
import { type FakeDynamo, startFakeDynamo } from '../support/fake-dynamo';
import { type FakeAws, startFakeAws } from '../support/fake-lambda/service';

const CONFIG = `
name: acme
region: us-east-1
providers: { openai: { secret: a/openai, agreement: { kind: dpa, ref: A-1 } } }
models: { gpt: { provider: openai, model: gpt-4o } }
routes: [{ name: default, to: [gpt] }]
tenants: { research: { floor: internal } }
`;

let dynamo: FakeDynamo;
let aws: FakeAws;
let tables: LocalTables;
let config: string;

// One command is a process, and loads the SDK.
jest.setTimeout(20_000);
beforeEach(async () => {
  dynamo = await startFakeDynamo({ pageItems: 2 });
  tables = await localTables(dynamo.url, { name: 'made', region: 'us-east-1' });
  aws = await startFakeAws({ functions: {}, stacks: { acme: { KeysTableName: tables.keys }, other: { Other: 'x' } } });
  config = tempFile('hybrid-llm.yaml', CONFIG);
});
afterEach(() => Promise.all([dynamo.stop(), aws.close()]));

const LOGIN = { AWS_ACCESS_KEY_ID: 'A', AWS_SECRET_ACCESS_KEY: 'B' };
/** Nobody's login: no profile, no file, no machine that would know one. */
const NO_LOGIN = {
  AWS_ACCESS_KEY_ID: '',
  AWS_SECRET_ACCESS_KEY: '',
  AWS_PROFILE: '',
  AWS_CONFIG_FILE: '/nowhere',
  AWS_SHARED_CREDENTIALS_FILE: '/nowhere',
  AWS_EC2_METADATA_DISABLED: 'true',
};

const env = (login: NodeJS.ProcessEnv = LOGIN): NodeJS.ProcessEnv => ({
  AWS_ENDPOINT_URL: aws.url,
  AWS_ENDPOINT_URL_DYNAMODB: dynamo.url,
  ...login,
});
const keys = (args: readonly string[], login?: NodeJS.ProcessEnv): Promise<Ran> =>
  runWith({ env: env(login) }, 'keys', ...args);
const ofConfig = (...args: string[]): Promise<Ran> => keys([...args, '--config', config]);

const create = async (...args: string[]): Promise<{ key: string; id: string }> => {
  const { code, stdout, stderr } = await ofConfig('create', '--tenant', 'research', '--json', ...args);
  expect([code, stderr]).toEqual([0, expect.stringContaining('the only time it is shown')]);
  return JSON.parse(stdout) as { key: string; id: string };
};

const put = (hash: string, createdMs = 0): Promise<unknown> =>
  tables.dynamo.call('PutItem', {
    TableName: tables.keys,
    Item: keyItem({ hash, tenant: 'research', floor: 'public', expiresMs: null, createdMs }),
  });

async function stored(): Promise<Item[]> {
  const items: Item[] = [];
  let from: Item | undefined;
  do {
    const page: { Items: Item[]; LastEvaluatedKey?: Item } = await tables.dynamo.call('Scan', {
      TableName: tables.keys,
      ...(from && { ExclusiveStartKey: from }),
    });
    items.push(...page.Items);
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return items;
}

test('a key is made in the table that the stack names, as a hash with tenant, floor and end', async () => {
  const { key, id } = await create('--floor', 'restricted', '--expires', '2030-01-31');
  const items = await stored();
  expect(JSON.stringify(items)).not.toContain(key);
  expect(items.map(readKeyItem)).toEqual([
    {
      hash: hashKey(key),
      tenant: 'research',
      floor: 'restricted',
      expiresMs: Date.parse('2030-01-31'),
      createdMs: expect.any(Number) as number,
    },
  ]);
  expect(hashKey(key).startsWith(id)).toBe(true);
  expect(dynamo.calls.find(({ operation }) => operation === 'PutItem')?.input.ConditionExpression).toBe(
    'attribute_not_exists(#hash)',
  );
});

test('keys are listed in the order they were made, all pages of them, and one is revoked by its id', async () => {
  const hashes = ['c', 'a', 'b'].map((digit) => digit.repeat(64));
  for (const [index, hash] of hashes.entries()) await put(hash, index);
  const listed = await runAlone({ env: env() }, 'keys', 'list', '--config', config);
  expect(listed.stdout).toBe(
    ['cccccccc', 'aaaaaaaa', 'bbbbbbbb']
      .map((id, index) => `${id}  research  public  does not expire  created 1970-01-01T00:00:00.00${index}Z\n`)
      .join(''),
  );
  const { code, stderr } = await ofConfig('revoke', 'aaaaaaaa');
  expect([code, stderr]).toEqual([0, expect.stringContaining('within a minute')]);
  const rows = JSON.parse((await ofConfig('list', '--json')).stdout) as { id: string }[];
  expect(rows.map(({ id }) => id)).toEqual(['cccccccc', 'bbbbbbbb']);
});

test('a beginning that several keys share revokes none of them', async () => {
  for (const end of ['1', '2']) await put('abcd'.padEnd(63, '0') + end);
  const { code, stderr } = await ofConfig('revoke', 'abcd0000');
  expect([code, stderr]).toEqual([2, expect.stringContaining('several keys')]);
  expect(await stored()).toHaveLength(2);
  expect((await ofConfig('revoke', 'abcd'.padEnd(63, '0') + '1')).code).toBe(0);
  expect(await stored()).toHaveLength(1);
});

test('a table that is named needs neither stack nor config', async () => {
  const named = ['--table', tables.keys, '--region', 'us-east-1'];
  expect((await keys(['create', '--tenant', 'research', ...named])).code).toBe(0);
  expect(await stored()).toHaveLength(1);
});

test('mistakes are told with what to do, exit code 2 and no stack', async () => {
  const told = await Promise.all([
    ofConfig('list', '--stack', 'none'),
    ofConfig('list', '--stack', 'other'),
    ofConfig('list', '--table', 'none'),
    ofConfig('revoke', 'ffff0000'),
    keys(['list', '--config', config], NO_LOGIN),
    keys(['list', '--config', config, '--table', tables.keys], NO_LOGIN),
  ]);
  expect(told.map(({ code, stdout, stderr }) => [code, stdout, stderr.split('\n')[0]])).toEqual(
    [
      'there is no stack `none` in us-east-1; deploy it with `npx cdk deploy`, or name another with --stack and --region',
      'the stack `other` in us-east-1 has no output KeysTableName (it has: Other); deploy it again, or name another with --stack',
      'there is no table `none` in us-east-1; name another with --table and --region',
      'no key `ffff0000` in the table made-keys in us-east-1; `keys list` shows the ids',
      'cannot look at the stack `acme` in us-east-1: no AWS credentials; log in (`aws sso login`, `aws configure`) or set AWS_PROFILE',
      'the table made-keys in us-east-1: Scan: no AWS credentials; log in (`aws sso login`, `aws configure`) or set AWS_PROFILE',
    ].map((said) => [2, '', `hybrid-llm keys: ${said}`]),
  );
  for (const { stderr } of told) expect(stderr).not.toMatch(/^\s+at /m);
});

test.each([
  [{ config: '', tenant: 'nobody' }, ['create'], '--tenant is `nobody`; the config has: local, research'],
  [{ config: '', tenant: 'research', expires: 'soon' }, ['create'], '--expires is `soon`'],
  [{ file: 'x.json', table: 't' }, ['list'], 'give either --file or --table'],
])('%j is refused before anything is asked', async (values, positionals, said) => {
  const named = 'config' in values ? { ...values, config } : values;
  const refused = command.run({ values: named, positionals });
  await expect(refused).rejects.toThrow(UsageError);
  await expect(refused).rejects.toThrow(said);
});

test.each([
  ['no login', new CredentialsMissing(), 'no AWS credentials'],
  ['a login that has ended', new AwsError('ExpiredTokenException', '', 400), 'log in again'],
  ['a login that AWS does not know', new AwsError('UnrecognizedClientException', '', 400), 'log in again'],
  ['a login that may not', new AwsError('AccessDeniedException', '', 400), 'your login needs dynamodb:Scan on it'],
  ['a lost connection', new AwsError('ConnectionLost', '', null), 'AWS cannot be reached (ConnectionLost)'],
  ['no name service', Object.assign(new Error(), { code: 'ENOTFOUND' }), 'AWS cannot be reached (ENOTFOUND)'],
])('%s is the input’s fault, told with what to do', (_, error, said) => {
  const mistake = awsMistake(error, 'the table t', 'dynamodb:Scan');
  expect(mistake).toBeInstanceOf(UsageError);
  expect((mistake as Error).message).toMatch(/^the table t: /);
  expect((mistake as Error).message).toContain(said);
});

test('an error of AWS that nobody foresaw stays what it is', () => {
  const error = new AwsError('InternalServerError', '', 500);
  expect(awsMistake(error, 'the table t', 'dynamodb:Scan')).toBe(error);
});
