/** `doctor` as a user runs it, with the AWS SDK asking a server that stands in for AWS. */
import { readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { LOCK_FILE } from '../../config/lock';
import { parseConfig } from '../../lib/config/parse';
import { lockFor } from '../../lib/selection/resolve';
import { CHECKS } from '../../bin/doctor/checks';
import { type Answers, type FakeAws, ec2Error, fakeAws, iamError, jsonError, xml } from '../doctor/fake-aws';
import { CONFIG, WHOLE_POLICY, ZONES } from '../doctor/account';
import { run, runAlone, runWith, tempFile } from '../support/cli';

jest.setTimeout(20_000);

const TYPES = ['g5.xlarge', 'g5.2xlarge', 'g6e.xlarge'];
const PINNED = CONFIG.replace('{ model:', `{ instances: [${TYPES.join(', ')}], context: 4096, model:`);
const escaped = (text: string): string => text.replaceAll('"', '&quot;');
const items = (...inner: readonly string[]): string => inner.map((one) => `<item>${one}</item>`).join('');
const offerings = (zones: readonly string[]): string =>
  items(
    ...zones.flatMap((zone) =>
      TYPES.map(
        (type) =>
          `<instanceType>${type}</instanceType><locationType>availability-zone</locationType><location>${zone}</location>`,
      ),
    ),
  );

const GOOD: Answers = {
  GetServiceQuota: ({ QuotaCode }) =>
    QuotaCode === 'L-3819A6DF' ? jsonError('NoSuchResourceException') : { body: { Quota: { QuotaCode, Value: 256 } } },
  GetAWSDefaultServiceQuota: ({ QuotaCode }) => ({ body: { Quota: { QuotaCode, Value: 64 } } }),
  GetAccountSettings: () => ({
    body: { AccountLimit: { ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 900 } },
  }),
  DescribeInstanceTypeOfferings: () =>
    xml(
      'DescribeInstanceTypeOfferings',
      `<instanceTypeOfferingSet>${offerings([...ZONES, 'us-east-1-atl-1a'])}</instanceTypeOfferingSet>`,
    ),
  GetSpotPlacementScores: () =>
    xml(
      'GetSpotPlacementScores',
      `<spotPlacementScoreSet>${items('<region>us-east-1</region><score>7</score>')}</spotPlacementScoreSet>`,
    ),
  GetParameter: ({ Name }) => ({
    body: { Parameter: { Name, Value: String(Name).includes('bootstrap') ? '27' : 'ami-0123456789abcdef0' } },
  }),
  BatchGetImage: ({ imageIds }) => ({ body: { images: [{ imageId: (imageIds as object[])[0] }], failures: [] } }),
  DescribeSecret: ({ SecretId }) => ({
    body: { Name: SecretId, VersionIdsToStages: { a: ['AWSPREVIOUS'], b: ['AWSCURRENT'] } },
  }),
  GetFoundationModelAvailability: ({ modelId }) => ({
    body: {
      modelId,
      agreementAvailability: { status: 'AVAILABLE' },
      authorizationStatus: 'AUTHORIZED',
      entitlementAvailability: 'AVAILABLE',
      regionAvailability: 'AVAILABLE',
    },
  }),
  GetRole: () => ({
    body: '<GetRoleResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><GetRoleResult><Role><RoleName>AWSServiceRoleForEC2Spot</RoleName><Path>/</Path></Role></GetRoleResult></GetRoleResponse>',
  }),
};

interface Told {
  readonly code: number;
  readonly stderr: string;
  readonly ok: boolean;
  readonly findings: readonly { check: string; status: string; about: string; found: string; fix?: string }[];
  readonly unseen: readonly { check: string; found: string; fix: string }[];
  readonly zonesWritten: unknown;
  readonly calls: readonly string[];
}

const LOGIN = {
  AWS_ACCESS_KEY_ID: 'AKIAFAKE',
  AWS_SECRET_ACCESS_KEY: 'fake',
  AWS_SESSION_TOKEN: '',
  AWS_EC2_METADATA_DISABLED: 'true',
};

/** A config with its lock beside it. */
function configFile(text: string, amiId: string | null = null): string {
  const file = tempFile('hybrid-llm.yaml', text);
  const { config } = parseConfig(text);
  const { lock, problems } = config === null ? { lock: null, problems: [] } : lockFor(config, null);
  if (lock === null) throw new Error(JSON.stringify(problems));
  writeFileSync(path.join(path.dirname(file), LOCK_FILE), JSON.stringify({ ...lock, amiId }));
  return file;
}

async function told(answers: Answers, config = PINNED, ...args: string[]): Promise<Told & { file: string }> {
  const aws: FakeAws = await fakeAws(answers);
  try {
    const file = configFile(config);
    const env = { ...LOGIN, AWS_ENDPOINT_URL: aws.url };
    const { code, stdout, stderr } = await runWith({ env }, 'doctor', '--config', file, '--json', ...args);
    return { code, stderr, file, calls: aws.calls, ...(JSON.parse(stdout) as Omit<Told, 'code' | 'stderr' | 'calls'>) };
  } finally {
    await aws.close();
  }
}

const of = ({ findings }: Told, check: string): readonly (readonly [string, string])[] =>
  findings.filter((one) => one.check === check).map(({ status, found }) => [status, found]);

test('an account that is ready: every check is heard, exit code 0', async () => {
  const ready = await told(GOOD);
  expect([ready.code, ready.unseen, ready.findings.filter(({ status }) => status !== 'ok')]).toEqual([0, [], []]);
  expect(new Set(ready.findings.map(({ check }) => check))).toEqual(
    new Set(CHECKS.map(({ name }) => name).filter((name) => name !== 'endpoints')),
  );
  expect(of(ready, 'quotas')[0]).toEqual(['ok', expect.stringMatching(/^64 vCPUs, 48 needed/) as string]);
  expect(of(ready, 'zones')).toEqual([['ok', 'us-east-1a: 3 of 3, us-east-1b: 3 of 3, us-east-1c: 3 of 3']]);
  expect(of(ready, 'lambda-concurrency')).toEqual([['ok', '900 of 1000, 24 needed']]);
  for (const call of ready.calls) expect(call).toMatch(/^(Get|Describe|BatchGet)/);
});

test('an account that lacks everything: each is said with its fix, exit code 3', async () => {
  const bare = await told({
    GetServiceQuota: () => jsonError('NoSuchResourceException'),
    GetAWSDefaultServiceQuota: () => jsonError('NoSuchResourceException'),
    GetAccountSettings: () => ({
      body: { AccountLimit: { ConcurrentExecutions: 10, UnreservedConcurrentExecutions: 10 } },
    }),
    DescribeInstanceTypeOfferings: () => xml('DescribeInstanceTypeOfferings', '<instanceTypeOfferingSet/>'),
    GetSpotPlacementScores: () =>
      xml(
        'GetSpotPlacementScores',
        `<spotPlacementScoreSet>${items('<region>us-east-1</region><score>1</score>')}</spotPlacementScoreSet>`,
      ),
    GetParameter: () => jsonError('ParameterNotFound'),
    BatchGetImage: () => ({ body: { images: [], failures: [{ failureCode: 'ImageNotFound' }] } }),
    DescribeSecret: () => jsonError('ResourceNotFoundException'),
    GetFoundationModelAvailability: () => jsonError('ResourceNotFoundException'),
    GetRole: () => iamError('NoSuchEntity', 404),
  });
  expect([bare.code, bare.ok, bare.unseen]).toEqual([3, false, []]);
  const failing = bare.findings.filter(({ status }) => status === 'failed').map(({ check }) => check);
  expect(new Set(failing)).toEqual(
    new Set([
      'bootstrap',
      'quotas',
      'zones',
      'machine-image',
      'engine-image',
      'lambda-concurrency',
      'secrets',
      'bedrock-access',
    ]),
  );
  for (const { status, fix } of bare.findings) expect(status === 'ok' || (fix ?? '').length > 10).toBe(true);
});

test('an account that forbids to look: nothing passes, each names its permission, exit code 3', async () => {
  const json = () => jsonError('AccessDeniedException');
  const ec2 = () => ec2Error('UnauthorizedOperation');
  const forbidden = await told({
    GetServiceQuota: json,
    GetAccountSettings: json,
    GetParameter: json,
    BatchGetImage: json,
    DescribeSecret: json,
    GetFoundationModelAvailability: json,
    DescribeInstanceTypeOfferings: ec2,
    GetSpotPlacementScores: ec2,
    GetRole: () => iamError('AccessDenied', 403),
  });
  expect(forbidden.code).toBe(3);
  expect(new Set(forbidden.findings.map(({ check }) => check))).toEqual(new Set(['lock', 'licences']));
  expect(new Set(forbidden.unseen.map(({ check }) => check))).toEqual(
    new Set(CHECKS.map(({ name }) => name).filter((name) => !['lock', 'licences', 'endpoints'].includes(name))),
  );
  for (const { check, found, fix } of forbidden.unseen) {
    const { permissions } = CHECKS.find(({ name }) => name === check) ?? { permissions: [] };
    expect([found, permissions.some((permission) => fix.includes(permission))]).toEqual(['access denied', true]);
  }
});

test('a VPC that is there already: its DNS, zones and endpoints are looked at', async () => {
  const endpoint = `<vpcEndpointId>vpce-1</vpcEndpointId><serviceName>com.amazonaws.us-east-1.ecr.api</serviceName><vpcEndpointType>Interface</vpcEndpointType><state>Available</state><privateDnsEnabled>true</privateDnsEnabled><policyDocument>${escaped(WHOLE_POLICY)}</policyDocument>`;
  const vpc = await told(
    {
      ...GOOD,
      DescribeVpcs: () => xml('DescribeVpcs', `<vpcSet>${items('<vpcId>vpc-1</vpcId>')}</vpcSet>`),
      DescribeVpcAttribute: ({ Attribute }) => {
        const name = String(Attribute);
        return xml('DescribeVpcAttribute', `<vpcId>vpc-1</vpcId><${name}><value>true</value></${name}>`);
      },
      DescribeSubnets: () =>
        xml(
          'DescribeSubnets',
          `<subnetSet>${items(...ZONES.map((zone) => `<availabilityZone>${zone}</availabilityZone>`))}</subnetSet>`,
        ),
      DescribeVpcEndpoints: () => xml('DescribeVpcEndpoints', `<vpcEndpointSet>${items(endpoint)}</vpcEndpointSet>`),
    },
    PINNED.replace('network: {', 'network: { vpcId: vpc-1, endpoints: [ecr.api=vpce-1],'),
  );
  expect([vpc.code, of(vpc, 'endpoints')]).toEqual([
    0,
    [
      ['ok', 'exists and answers private names'],
      ['ok', 'is available, and its policy lets pass what is needed'],
    ],
  ]);
});

test('an AMI and a VPC that are gone', async () => {
  const file = configFile(PINNED.replace('network: {', 'network: { vpcId: vpc-9,'), 'ami-0123456789abcdef0');
  const aws = await fakeAws({
    ...GOOD,
    DescribeImages: () => ec2Error('InvalidAMIID.NotFound'),
    DescribeVpcs: () => ec2Error('InvalidVpcID.NotFound'),
    DescribeSubnets: () => xml('DescribeSubnets', '<subnetSet/>'),
    DescribeVpcEndpoints: () => xml('DescribeVpcEndpoints', '<vpcEndpointSet/>'),
  });
  const { code, stdout } = await runAlone({ env: { ...LOGIN, AWS_ENDPOINT_URL: aws.url } }, 'doctor', '--config', file);
  await aws.close();
  expect(code).toBe(3);
  expect(stdout).toMatch(/FAILED +machine-image: machine image ami-0123456789abcdef0: is not in us-east-1\n +fix: /);
  expect(stdout).toMatch(/FAILED +endpoints: VPC vpc-9: does not exist in us-east-1\n +fix: /);
});

test('--write puts the best zones into the config, keeps its comments, and looks at what it wrote', async () => {
  const elsewhere = ['us-east-1b', 'us-east-1d', 'us-east-1f'];
  const answers = {
    ...GOOD,
    DescribeInstanceTypeOfferings: () =>
      xml(
        'DescribeInstanceTypeOfferings',
        `<instanceTypeOfferingSet>${offerings(elsewhere)}</instanceTypeOfferingSet>`,
      ),
  };
  const config = PINNED.replace('network: {', '# where hosts are\nnetwork: {');
  const before = await told(answers, config);
  expect([before.zonesWritten, readFileSync(before.file, 'utf8')]).toEqual([null, config]);
  expect(of(before, 'zones')[0]?.[0]).toBe('warning');
  const after = await told(answers, config, '--write');
  expect(after.zonesWritten).toEqual({ before: ZONES, after: elsewhere });
  expect(after.stderr).toContain(
    'network.azs is now [us-east-1b, us-east-1d, us-east-1f] (was: [us-east-1a, us-east-1b, us-east-1c])',
  );
  expect(readFileSync(after.file, 'utf8')).toBe(config.replace(ZONES.join(', '), elsewhere.join(', ')));
  expect(of(after, 'zones')).toEqual([['ok', expect.stringContaining('us-east-1f: 3 of 3') as string]]);
});

test('without a login nothing passes, and the reason is said once', async () => {
  const env = {
    ...LOGIN,
    AWS_ACCESS_KEY_ID: '',
    AWS_SECRET_ACCESS_KEY: '',
    AWS_PROFILE: '',
    AWS_CONFIG_FILE: '/nowhere',
    AWS_SHARED_CREDENTIALS_FILE: '/nowhere',
  };
  const { code, stdout } = await runWith({ env }, 'doctor', '--config', tempFile('hybrid-llm.yaml', PINNED));
  expect(code).toBe(3);
  expect(stdout.split('no AWS credentials').length).toBe(2);
  expect(stdout).toMatch(/\d+ ok, \d+ to know, 0 failed, 11 not seen/);
});

test('a config with a mistake is bad input', async () => {
  const { code, stderr } = await run(
    'doctor',
    '--config',
    tempFile('wrong.yaml', CONFIG.replace('fleet: chat', 'fleet: chit')),
  );
  expect([code, stderr]).toEqual([2, expect.stringContaining('models.fast.fleet') as string]);
});
