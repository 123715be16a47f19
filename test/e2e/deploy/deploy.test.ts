/**
 * The example deployed by the CDK's own command line into a moto server, which plays the AWS account; then the deployed
 * functions' code, run here with its AWS calls going there.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { parseDocument } from 'yaml';
import { type FakeClosed, startFakeClosed } from '../../support/fake-closed';
import { type StreamingHandler, installFakeLambda, invoke, restApiEvent } from '../../support/fake-lambda';
import { type FakeVllm, startFakeVllm } from '../../support/fake-vllm';
import { readyReplica } from '../../support/ready-replica';
import { type Account, startAccount } from './account';
import { venvProgram } from './python';
import skippedTypes from './skipped-types.json';

const ROOT = path.resolve(__dirname, '../../..');
const NODE = process.execPath;
const CDK = path.join(ROOT, 'node_modules/aws-cdk/bin/cdk');
const CLI = path.join(ROOT, 'dist/bin/hybrid-llm.js');
const STACK = 'acme-llm';

interface Deployed {
  readonly supportedTypes: readonly string[];
  readonly resources: readonly (readonly [logicalId: string, type: string, physicalId: string])[];
  readonly vpcs: readonly { readonly VpcId: string }[];
  readonly subnets: readonly { readonly AvailabilityZone: string; readonly VpcId: string }[];
  readonly endpoints: readonly { readonly ServiceName: string; readonly VpcEndpointType: string }[];
  readonly launchTemplates: readonly object[];
  readonly groups: readonly { readonly MinSize: number; readonly MaxSize: number; readonly DesiredCapacity: number }[];
  readonly functions: readonly DeployedFunction[];
  readonly apis: readonly {
    readonly resources: readonly { readonly path: string; readonly resourceMethods?: object }[];
  }[];
  readonly tables: readonly {
    readonly TableName: string;
    readonly KeySchema: readonly { readonly AttributeName: string }[];
  }[];
  readonly roles: readonly { readonly RoleName: string }[];
}

interface DeployedFunction {
  readonly FunctionName: string;
  readonly Handler: string;
  readonly Runtime: string;
  readonly Timeout: number;
  readonly Environment: { readonly Variables: Readonly<Record<string, string>> };
  /** Base64 of the SHA-256 of its code's archive. */
  readonly CodeSha256: string;
}

interface Template {
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties: { readonly Code: { readonly S3Key: string } } }>
  >;
}

let account: Account;
let folder: string;
let vllm: FakeVllm;
let closed: FakeClosed;
let template: Template;
let outputs: Record<string, string>;
let deployed: Deployed;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'hybrid-llm-deploy-'));
  [account, vllm, closed] = await Promise.all([startAccount(), startFakeVllm(), startFakeClosed()]);
  for (const name of ['acme/anthropic', 'acme/openai', 'acme/gemini'])
    await python(CREATE_SECRET, name, 'key-of-a-provider');

  const config = writeConfig();
  const out = path.join(folder, 'cdk.out');
  const app = ['--app', `${NODE} dist/bin/app.js`, '--output', out, '-c', `config=${config}`];
  await account.run(NODE, [CDK, 'bootstrap', 'aws://123456789012/us-east-1', ...app]);
  const outputsFile = path.join(folder, 'outputs.json');
  const how = ['--require-approval', 'never', '--method', 'direct', '--outputs-file', outputsFile];
  await account.run(NODE, [CDK, 'deploy', ...how, ...app]);
  template = JSON.parse(readFileSync(path.join(out, `${STACK}.template.json`), 'utf8')) as Template;
  outputs = (JSON.parse(readFileSync(outputsFile, 'utf8')) as Record<string, Record<string, string>>)[STACK] ?? {};
  const inspected = await account.run(venvProgram('python'), [path.join(__dirname, 'inspect_account.py'), STACK]);
  deployed = JSON.parse(inspected) as Deployed;
});

afterAll(async () => {
  await Promise.all([account.close(), vllm.stop(), closed.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

/** The example, with the fakes' addresses for the providers', and a machine image, since moto has none of AWS's. */
function writeConfig(): string {
  const config = parseDocument(readFileSync(path.join(ROOT, 'config/hybrid-llm.yaml'), 'utf8'));
  config.setIn(['providers', 'anthropic', 'baseUrl'], closed.url);
  config.setIn(['providers', 'gemini', 'baseUrl'], closed.url);
  config.setIn(['providers', 'openai', 'baseUrl'], `${closed.url}/v1`);
  const file = path.join(folder, 'hybrid-llm.yaml');
  writeFileSync(file, config.toString());
  execFileSync(NODE, [CLI, 'plan', '--update', '--config', file], { stdio: 'ignore' });
  const lockFile = path.join(folder, 'hybrid-llm.lock.json');
  const lock = JSON.parse(readFileSync(lockFile, 'utf8')) as object;
  writeFileSync(lockFile, JSON.stringify({ ...lock, amiId: 'ami-0123456789abcdef0' }));
  return file;
}

const python = (script: string, ...args: string[]): Promise<string> =>
  account.run(venvProgram('python'), ['-c', script, ...args]);

const CREATE_SECRET =
  'import boto3, sys; boto3.client("secretsmanager").create_secret(Name=sys.argv[1], SecretString=sys.argv[2])';
const DOWNLOAD = 'import boto3, sys; boto3.client("s3").download_file(*sys.argv[1:])';
/** Where the CDK's bootstrap puts what is deployed. */
const ASSET_BUCKET = 'cdk-hnb659fds-assets-123456789012-us-east-1';

const typesIn = (resources: readonly (readonly [string, string])[]): string[] =>
  [...new Set(resources.map(([, type]) => type))].sort();

test('everything in the template is created but for the listed types, which moto does not know', () => {
  const wanted = Object.entries(template.Resources).map(([id, { Type }]) => [id, Type] as const);
  const created = new Set(deployed.resources.map(([id]) => id));
  const missing = wanted.filter(([id, type]) => !created.has(id) && type !== 'AWS::CDK::Metadata');
  expect(typesIn(missing)).toEqual(skippedTypes);
  // Of a skipped type nothing is created: the list hides no single failure.
  expect(deployed.resources.filter(([, type]) => skippedTypes.includes(type))).toEqual([]);
});

test('the list of skipped types holds none that moto supports', () => {
  expect(deployed.supportedTypes.length).toBeGreaterThan(50);
  expect(skippedTypes.filter((type) => deployed.supportedTypes.includes(type))).toEqual([]);
});

test('cfn-lint finds nothing', async () => {
  // It ends with another code than 0 where it finds anything, and says what.
  expect(await account.run(venvProgram('cfn-lint'), [path.join(folder, 'cdk.out', `${STACK}.template.json`)])).toBe('');
});

test('network: one VPC, subnets in every zone of the config, gateway and interface endpoints', () => {
  expect(deployed.vpcs).toHaveLength(1);
  const zones = deployed.subnets
    .filter(({ VpcId }) => VpcId === deployed.vpcs[0]?.VpcId)
    .map((one) => one.AvailabilityZone);
  expect([...new Set(zones)].sort()).toEqual(['us-east-1a', 'us-east-1b', 'us-east-1c']);
  const endpoints = deployed.endpoints.map(
    ({ ServiceName, VpcEndpointType }) => `${ServiceName.replace(/^.*us-east-1\./, '')} ${VpcEndpointType}`,
  );
  expect(endpoints.sort()).toEqual([
    'bedrock-runtime Interface',
    'dynamodb Gateway',
    'dynamodb Gateway',
    'ecr.api Interface',
    'ecr.dkr Interface',
    'execute-api Interface',
    's3 Gateway',
    's3 Gateway',
  ]);
});

test('fleet: one launch template, two groups that start at nothing', () => {
  expect(deployed.launchTemplates).toHaveLength(1);
  expect(deployed.groups.map(({ MinSize, MaxSize, DesiredCapacity }) => [MinSize, MaxSize, DesiredCapacity])).toEqual([
    [0, 4, 0],
    [0, 4, 0],
  ]);
});

test('functions: two lanes, the meter and the fleet controller, on Node.js 24, the lanes with 900 seconds', () => {
  const functions = Object.fromEntries(deployed.functions.map((one) => [one.FunctionName, one]));
  expect(Object.keys(functions)).toHaveLength(4);
  expect(new Set(deployed.functions.map(({ Runtime }) => Runtime))).toEqual(new Set(['nodejs24.x']));
  for (const name of ['OpenFunctionName', 'SealedFunctionName']) {
    expect(functions[outputs[name] ?? '']?.Timeout).toBe(900);
  }
});

test('API: a path for each lane', () => {
  const paths = deployed.apis.flatMap(({ resources }) =>
    resources.filter((one) => one.resourceMethods).map((one) => one.path),
  );
  expect(paths.sort()).toEqual(['/health', '/sealed/{proxy+}', '/v1/{proxy+}']);
});

test('tables: keys, fleets, ledger', () => {
  const keys = deployed.tables.map(({ KeySchema }) => KeySchema.map(({ AttributeName }) => AttributeName).join('+'));
  expect(keys.sort()).toEqual(['fleet+id', 'hash', 'id']);
});

test('roles: one for each thing that acts, and none besides', () => {
  const ours = deployed.roles.map(({ RoleName }) => RoleName).filter((name) => name.startsWith(`${STACK}-`));
  const wanted = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::IAM::Role');
  expect(ours).toHaveLength(wanted.length);
});

describe('the deployed bundles, with their AWS calls going to the account', () => {
  let key: string;
  let uninstall: () => void;

  beforeAll(async () => {
    const config = path.join(folder, 'hybrid-llm.yaml');
    const made = await account.run(NODE, [CLI, 'keys', 'create', '--config', config, '--tenant', 'research', '--json']);
    key = (JSON.parse(made) as { key: string }).key;
    uninstall = installFakeLambda();
  });
  afterAll(() => uninstall());

  /** The function's own code and environment, as the account has them. */
  async function load(output: string): Promise<StreamingHandler<unknown>> {
    const name = outputs[output];
    const found = deployed.functions.find(({ FunctionName }) => FunctionName === name);
    if (name === undefined || found === undefined) throw new Error(`no function ${output}`);
    const code = path.join(folder, output);
    mkdirSync(code, { recursive: true });
    const archive = `${code}.zip`;
    const [logicalId = ''] = deployed.resources.find(([, , physicalId]) => physicalId === name) ?? [];
    await python(DOWNLOAD, ASSET_BUCKET, template.Resources[logicalId]?.Properties.Code.S3Key ?? '', archive);
    expect(createHash('sha256').update(readFileSync(archive)).digest('base64')).toBe(found.CodeSha256);
    execFileSync(venvProgram('python'), ['-m', 'zipfile', '-e', archive, code]);
    Object.assign(process.env, found.Environment.Variables, account.env);
    const [file, member] = found.Handler.split('.');
    const loaded = jest.requireActual<Record<string, StreamingHandler<unknown>>>(path.join(code, `${file}.js`));
    const handler = loaded[member ?? ''];
    if (handler === undefined) throw new Error(`no ${found.Handler}`);
    return handler;
  }

  const ask = (handler: StreamingHandler<unknown>, url: string, body: object) =>
    invoke(
      handler,
      restApiEvent({
        path: url,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: { messages: [{ role: 'user', content: 'hello' }], ...body },
      }),
    );

  test('the open lane answers with a key made by `keys create`, and charges the ledger', async () => {
    const handler = await load('OpenFunctionName');
    const answer = await ask(handler, '/v1/chat/completions', { model: 'claude', max_tokens: 50 });
    expect(answer.statusCode).toBe(200);
    expect(JSON.parse(answer.body.toString())).toMatchObject({ object: 'chat.completion' });
    const costUsd = Number(answer.headers['x-hybrid-cost-usd']);
    expect(costUsd).toBeGreaterThan(0);
    expect(await ledgerUsd('settled')).toBeCloseTo(costUsd, 9);
    expect(await ledgerUsd('settled:research')).toBeCloseTo(costUsd, 9);
    expect(await ledgerUsd('total')).toBeCloseTo(costUsd, 9);
  });

  test('without a key it refuses', async () => {
    const handler = await load('OpenFunctionName');
    const answer = await invoke(handler, restApiEvent({ method: 'GET', path: '/v1/models', headers: {} }));
    expect(answer.statusCode).toBe(401);
  });

  test('the sealed lane answers from a replica that the fleet table names', async () => {
    await putReplica();
    const handler = await load('SealedFunctionName');
    const answer = await ask(handler, '/sealed/v1/chat/completions', { model: 'fast', max_tokens: 5 });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['x-hybrid-guarantee']).toBe('sealed');
  });

  test('a revoked key is listed no more', async () => {
    const config = path.join(folder, 'hybrid-llm.yaml');
    const list = async () =>
      JSON.parse(await account.run(NODE, [CLI, 'keys', 'list', '--config', config, '--json'])) as { id: string }[];
    const [row] = await list();
    await account.run(NODE, [CLI, 'keys', 'revoke', '--config', config, row?.id ?? '']);
    expect(await list()).toEqual([]);
  });

  async function ledgerUsd(attribute: string): Promise<number> {
    const month = new Date().toISOString().slice(0, 7);
    const script =
      'import boto3, sys; print(boto3.client("dynamodb").get_item(TableName=sys.argv[1], Key={"id": {"S": sys.argv[2]}})["Item"][sys.argv[3]]["N"])';
    const nanoUsd = await account.run(venvProgram('python'), [
      '-c',
      script,
      outputs['LedgerTableName'] ?? '',
      month,
      attribute,
    ]);
    return Number(nanoUsd) / 1e9;
  }

  async function putReplica(): Promise<void> {
    const table = deployed.tables.find(({ KeySchema }) => KeySchema.length === 2)?.TableName ?? '';
    const script = `
import boto3, json, sys
row = json.loads(sys.argv[2])
item = {name: {"N": str(value)} if isinstance(value, (int, float)) else {"S": value} for name, value in row.items()}
boto3.client("dynamodb").put_item(TableName=sys.argv[1], Item=item)
`;
    const row = { ...readyReplica(vllm.url), fleet: 'llama-8b' };
    await python(script, table, JSON.stringify(row));
  }
});
