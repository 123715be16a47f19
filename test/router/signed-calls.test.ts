/** Signed calls: what goes out, and what is done about answers that do not come. */
import { environmentCredentials } from '../../lambda/aws/credentials';
import { dynamo } from '../../lambda/aws/dynamo';
import { secretsManager } from '../../lambda/aws/secrets';
import { BROKEN, type FakeDynamo, THROTTLED, startFakeDynamo } from '../support/fake-dynamo';
import { startFakeSecrets } from '../support/fake-secrets';

const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: SECRET };
const TABLE = {
  TableName: 't',
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
};
const GET = { TableName: 't', Key: { id: { S: 'ü "x"' } } };

let fake: FakeDynamo;
const client = (rest: object = {}) =>
  dynamo({ region: 'eu-central-1', endpoint: fake.url, credentials: () => CREDENTIALS, ...rest });

beforeEach(async () => {
  fake = await startFakeDynamo({ secretAccessKey: SECRET });
  await client().call('CreateTable', TABLE);
  await client().call('DescribeTable', { TableName: 't' });
  fake.calls.length = 0;
});
afterEach(() => fake.stop());

test('are signed as AWS describes it, whatever the body holds', async () => {
  expect(await client().call('GetItem', GET)).toEqual({});
  const wrong = client({ credentials: () => ({ ...CREDENTIALS, secretAccessKey: 'another' }) });
  await expect(wrong.call('GetItem', GET)).rejects.toMatchObject({ type: 'InvalidSignatureException', status: 400 });
});

test('ask for the credentials before each call, and carry the token of a role', async () => {
  const env: NodeJS.ProcessEnv = { AWS_ACCESS_KEY_ID: 'A', AWS_SECRET_ACCESS_KEY: 'old' };
  const { call } = client({ credentials: environmentCredentials(env) });
  await expect(call('GetItem', GET)).rejects.toMatchObject({ type: 'InvalidSignatureException' });
  Object.assign(env, { AWS_SECRET_ACCESS_KEY: SECRET, AWS_SESSION_TOKEN: 'token' });
  expect(await call('GetItem', GET)).toEqual({});
  delete env['AWS_ACCESS_KEY_ID'];
  await expect(call('GetItem', GET)).rejects.toMatchObject({ name: 'CredentialsProviderError' });
});

test('go over one connection as long as it lives, and over a new one when it has died', async () => {
  const { call } = client();
  const before = fake.connections;
  for (let time = 0; time < 5; time++) await call('GetItem', GET);
  expect(fake.connections - before).toBeLessThanOrEqual(1);
  fake.next({ kind: 'drop' });
  expect(await call('GetItem', GET)).toEqual({});
});

test.each([
  ['throttled', THROTTLED],
  ['broken', BROKEN],
  ['cut off', { kind: 'drop' } as const],
  ['answered in HTML', { kind: 'html', status: 503 } as const],
])('are repeated when they are %s, three times and no more', async (_, fault) => {
  fake.next(fault, 3);
  expect(await client().call('GetItem', GET)).toEqual({});
  expect(fake.calls).toHaveLength(4);
  fake.calls.length = 0;
  fake.always(fault);
  await expect(client().call('GetItem', GET)).rejects.toMatchObject({ name: expect.any(String) as string });
  expect(fake.calls).toHaveLength(4);
});

test('are not repeated when they are wrong', async () => {
  await expect(client().call('GetItem', { TableName: 'none', Key: GET.Key })).rejects.toMatchObject({
    type: 'ResourceNotFoundException',
    status: 400,
  });
  expect(fake.calls).toHaveLength(1);
});

test('end in time when nobody answers', async () => {
  fake.always({ kind: 'silence' });
  const startedMs = performance.now();
  await expect(client({ attemptMs: 40, limitMs: 100 }).call('GetItem', GET)).rejects.toMatchObject({
    type: 'TimeoutError',
    status: null,
  });
  expect(performance.now() - startedMs).toBeLessThan(1_000);
});

describe('without a client of their own', () => {
  const before = { ...process.env };
  afterEach(() => {
    process.env = { ...before };
  });

  test("take region and endpoint from Lambda's variables", async () => {
    Object.assign(process.env, {
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_ENDPOINT_URL_DYNAMODB: fake.url,
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: SECRET,
    });
    expect(await dynamo().call('GetItem', GET)).toEqual({});
    delete process.env['AWS_REGION'];
    expect(() => dynamo()).toThrow('AWS_REGION');
  });
});

test('read the text of a secret', async () => {
  const secrets = await startFakeSecrets({ 'arn:x': 'sk-1' });
  const read = secretsManager({ region: 'us-east-1', endpoint: secrets.url, credentials: () => CREDENTIALS });
  expect(await read('arn:x')).toBe('sk-1');
  await expect(read('arn:y')).rejects.toMatchObject({ type: 'ResourceNotFoundException' });
  secrets.close();
});
