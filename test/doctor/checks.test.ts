/** Each check of `doctor`, on an account that is good but for one thing. */
import { functionConcurrency, instanceQuota, quotas as quotaRows } from '../../config/catalog/quotas';
import { instances } from '../../config/catalog';
import type { Account } from '../../bin/doctor/account';
import type { DoctorCheck, Given } from '../../bin/doctor/check';
import { CHECKS } from '../../bin/doctor/checks';
import { requestsAtOnce } from '../../bin/doctor/checks/lambda-concurrency';
import { examine, isAllGood } from '../../bin/doctor/examine';
import type { DoctorFinding } from '../../bin/doctor/finding';
import { CHOICE, ZONES, account, awsError, endpoint, given } from './account';

const check = (name: string): DoctorCheck => {
  const found = CHECKS.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no check ${name}`);
  return found;
};

const run = (name: string, what: Given = given(), where: Account = account()): Promise<readonly DoctorFinding[]> =>
  check(name).run(what, where);

async function only(name: string, what?: Given, where?: Account): Promise<DoctorFinding> {
  const findings = await run(name, what, where);
  expect(findings).toHaveLength(1);
  return findings[0] as DoctorFinding;
}

const fixOf = (finding: DoctorFinding): string => ('fix' in finding ? finding.fix : '');

test('an account that has everything is good, and says what was seen', async () => {
  const examined = await examine(CHECKS, given(), account());
  expect(examined.flatMap(({ findings }) => findings).filter(({ status }) => status !== 'ok')).toEqual([]);
  expect(isAllGood(examined)).toBe(true);
  expect(examined.filter(({ findings }) => findings.length === 0).map(({ check }) => check)).toEqual(['endpoints']);
});

describe('what cannot be seen', () => {
  const REFUSALS = [
    'AccessDeniedException',
    'UnauthorizedOperation',
    'CredentialsProviderError',
    'ThrottlingException',
  ];

  /** An account whose every answer is the error. */
  function silent(error: Error): Account {
    return new Proxy({} as Account, {
      get: () => new Proxy({}, { get: () => () => Promise.reject(error) }),
    });
  }

  test.each(REFUSALS)('is never good: %s', async (name) => {
    const vpc = given([['network: {', 'network: { vpcId: vpc-1,']]);
    const examined = await examine(CHECKS, vpc, silent(awsError(name)));
    expect(isAllGood(examined)).toBe(false);
    const offline = ['lock', 'licences'];
    for (const { check, findings } of examined.filter((one) => !offline.includes(one.check))) {
      expect([check, findings.map(({ status }) => status)]).toEqual([check, findings.map(() => 'unseen')]);
      expect(findings.length).toBeGreaterThan(0);
    }
  });

  test('names the permission that would let it be seen', async () => {
    const examined = await examine(CHECKS, given(), silent(awsError('AccessDeniedException')));
    for (const { check: name, findings } of examined) {
      for (const finding of findings.filter(({ status }) => status === 'unseen')) {
        expect(check(name).permissions.some((permission) => fixOf(finding).includes(permission))).toBe(true);
      }
    }
  });

  test('is said of a network that leads nowhere', async () => {
    const error = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    expect(await only('bootstrap', given(), silent(error))).toMatchObject({
      status: 'unseen',
      found: 'AWS cannot be reached (ECONNREFUSED)',
    });
  });

  test('a mistake of ours is not taken for it', async () => {
    await expect(only('bootstrap', given(), silent(new TypeError('ours')))).rejects.toThrow('ours');
  });
});

test('every check says what it looks at, what mends it, and which permissions it needs', () => {
  for (const { name, looksAt, remedy, permissions } of CHECKS) {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(looksAt.length).toBeGreaterThan(20);
    expect(remedy.length).toBeGreaterThan(10);
    for (const permission of permissions) expect(permission).toMatch(/^[a-z0-9-]+:(Get|Describe|BatchGet)[A-Za-z]+$/);
  }
});

describe('quotas', () => {
  /** 3 replicas × 16 vCPUs of g5.4xlarge × 2. */
  const NEED = 96;
  const withQuotas = (values: Readonly<Record<string, number | null>>): Account =>
    account({ quotas: { quota: async (_, code) => (code in values ? (values[code] as number | null) : 10_000) } });

  test('count the largest pool, for every replica, twice', async () => {
    const found = await run('quotas', given(), withQuotas({ 'L-3819A6DF': NEED, 'L-DB2E81BA': NEED - 1 }));
    expect(found).toEqual([
      expect.objectContaining({ status: 'ok', about: 'All G and VT Spot Instance Requests (L-3819A6DF)' }),
      expect.objectContaining({
        status: 'failed',
        about: 'Running On-Demand G and VT instances (L-DB2E81BA)',
        fix: 'aws service-quotas request-service-quota-increase --service-code ec2 --quota-code L-DB2E81BA --desired-value 96 --region us-east-1',
      }),
    ]);
  });

  test('add up over fleets, and apart by family', async () => {
    const one = given();
    const [fleet] = one.fleets;
    if (fleet === undefined) throw new Error('no fleet');
    const fleets = [
      fleet,
      { ...fleet, name: 'big', choice: { ...CHOICE, instanceTypes: ['p5.48xlarge', 'g6e.xlarge'] } },
    ];
    const none = account({ quotas: { quota: async () => 0 } });
    const needs = (await run('quotas', { ...one, fleets }, none)).map(
      (finding) => /desired-value (\d+)/.exec(fixOf(finding))?.[1],
    );
    expect(needs).toEqual(['120', '120', '1152', '1152']);
  });

  test('ask of spot only what may be spot', async () => {
    const asked: string[] = [];
    const noting = account({ quotas: { quota: async (_, code) => (asked.push(code), 10_000) } });
    await run('quotas', given([['replicas:', 'capacity: { spot: false }, replicas:']]), noting);
    await run('quotas', given([['replicas:', 'capacity: { onDemandFallback: false }, replicas:']]), noting);
    expect(asked).toEqual(['L-DB2E81BA', 'L-3819A6DF']);
  });

  test('say what is not known of a type instead of letting it pass', async () => {
    const one = given();
    const fleets = one.fleets.map((fleet) => ({
      ...fleet,
      choice: { ...CHOICE, instanceTypes: ['p6-b200.48xlarge'] },
    }));
    const found = await run('quotas', { ...one, fleets });
    expect(found.map(({ status, about }) => [status, about])).toEqual([
      ['ok', 'Running On-Demand P instances (L-417A185B)'],
      ['unseen', 'p6-b200.48xlarge, spot'],
    ]);
  });

  test('bound every GPU type of the catalogue, both ways', () => {
    for (const { instanceType } of instances) {
      expect(instanceQuota(instanceType, 'on-demand')?.name).toMatch(/^Running On-Demand [GP]/);
      expect(instanceQuota(instanceType, 'spot')).toBeDefined();
    }
    const spot = (type: string) => instanceQuota(type, 'spot')?.code;
    expect([spot('gr6.4xlarge'), spot('p4de.24xlarge'), spot('p5en.48xlarge')]).toEqual([
      'L-3819A6DF',
      'L-7212CCBC',
      'L-C4BD4855',
    ]);
    expect(instanceQuota('m7g.large', 'spot')).toBeUndefined();
  });

  test('have a code or say why not', () => {
    for (const { code, missing } of quotaRows) expect((code === null) === (missing !== null)).toBe(true);
    expect(functionConcurrency.code).toBe('L-B99A9384');
  });
});

describe('lambda-concurrency', () => {
  const free = (unreserved: number, limit = 1000): Account =>
    account({ functions: { concurrency: async () => ({ limit, unreserved }) } });

  test('holds every sequence of every replica', async () => {
    expect(requestsAtOnce(given().config)).toBe(24);
    expect((await only('lambda-concurrency', given(), free(24, 24))).status).toBe('warning');
    expect(await only('lambda-concurrency', given(), free(23, 23))).toMatchObject({
      status: 'failed',
      found: '23 of 23, 24 needed',
    });
  });

  test('holds what the tenants may ask in a minute, by the time that an answer takes', () => {
    const tenants = 'licences:';
    const { config } = given([[tenants, 'tenants: { a: { requestsPerMinute: 300 }, b: {} }\nlicences:']]);
    expect(requestsAtOnce(config)).toBe(120);
  });

  test('counts what others have reserved, and asks for so much more', async () => {
    const finding = await only('lambda-concurrency', given(), free(10, 2000));
    expect(finding).toMatchObject({ status: 'failed', found: '10 of 2000, 24 needed' });
    expect(fixOf(finding)).toContain('--quota-code L-B99A9384 --desired-value 2014');
  });
});

describe('zones', () => {
  const offered = (...rows: readonly (readonly [type: string, zone: string])[]): Account =>
    account({ hosts: { offerings: async () => rows.map(([instanceType, zone]) => ({ instanceType, zone })) } });
  const [xlarge = '', x2large = '', g5 = ''] = CHOICE.instanceTypes;

  test('fails where a fleet finds none of its types', async () => {
    const elsewhere = offered([xlarge, 'us-east-1d'], [x2large, 'us-east-1d'], [g5, 'us-east-1f']);
    expect(await only('zones', given(), elsewhere)).toMatchObject({
      status: 'failed',
      found: 'us-east-1a, us-east-1b, us-east-1c offer no pool of chat',
      fix: 'npx hybrid-llm doctor --write   (network.azs: [us-east-1d, us-east-1f])',
    });
  });

  test('fails where the region has none, warns where it lacks one', async () => {
    expect(await only('zones', given(), offered())).toMatchObject({ status: 'failed', about: 'pools' });
    const some = offered(...ZONES.map((zone) => [xlarge, zone] as const), ...ZONES.map((zone) => [g5, zone] as const));
    expect((await run('zones', given(), some)).map(({ status }) => status)).toEqual(['warning', 'ok']);
  });

  test('warns of a zone with nothing in it, of too few zones, and of none named', async () => {
    const idle = offered(...CHOICE.instanceTypes.map((type) => [type, 'us-east-1a'] as const));
    expect(await only('zones', given(), idle)).toMatchObject({
      status: 'warning',
      found: 'us-east-1b, us-east-1c offers none of the pools',
    });
    const one = given([['azs: [us-east-1a, us-east-1b, us-east-1c]', 'azs: [us-east-1a]']]);
    expect(await only('zones', one)).toMatchObject({ status: 'warning' });
    const none = given([['network: { azs: [us-east-1a, us-east-1b, us-east-1c] }\n', '']]);
    expect(await only('zones', none)).toMatchObject({ status: 'warning' });
  });

  test('looks at the subnets of a VPC that is there already', async () => {
    const vpc = given([['network: {', 'network: { vpcId: vpc-1,']]);
    const where = account({
      network: { subnetZones: async () => ['us-east-1e'] },
      hosts: { offerings: async (types) => types.map((instanceType) => ({ instanceType, zone: 'us-east-1b' })) },
    });
    expect(await only('zones', vpc, where)).toMatchObject({
      status: 'failed',
      fix: 'add isolated subnets to vpc-1 in us-east-1b',
    });
  });
});

test('spot-score: warns when spot is scarce, and of too few types', async () => {
  const scarce = account({ hosts: { spotScore: async (_, hosts) => hosts } });
  expect(await only('spot-score', given(), scarce)).toMatchObject({
    status: 'warning',
    found: 'score 3 of 10 for 3 of g6e.xlarge, g6e.2xlarge, g5.4xlarge',
  });
  const unscored = account({ hosts: { spotScore: async () => null } });
  expect((await only('spot-score', given(), unscored)).status).toBe('unseen');
  expect(await run('spot-score', given([['replicas:', 'capacity: { spot: false }, replicas:']]))).toEqual([]);
});

test('spot-role: is looked for where a fleet is on spot', async () => {
  const without = account({ roles: { hasRole: async () => false } });
  expect(await only('spot-role', given(), without)).toMatchObject({
    status: 'warning',
    fix: 'aws iam create-service-linked-role --aws-service-name spot.amazonaws.com',
  });
  expect(await run('spot-role', given([['replicas:', 'capacity: { spot: false }, replicas:']]), without)).toEqual([]);
});

test.each([
  [{ region: false }, 'failed', 'not offered in us-east-1'],
  [{ entitlement: false }, 'failed', 'not entitled'],
  [{ agreement: false }, 'failed', 'terms are not agreed to'],
  [{ authorization: false }, 'unseen', 'this login may not use it'],
] as const)('bedrock-access: %j is %s', async (missing, status, found) => {
  const all = { region: true, agreement: true, entitlement: true, authorization: true };
  const where = account({ bedrock: { access: async () => ({ ...all, ...missing }) } });
  const finding = await only('bedrock-access', given(), where);
  expect([finding.status, finding.found]).toEqual([status, expect.stringContaining(found)]);
});

test('bedrock-access: a profile across regions stands for its model, a wildcard for none', async () => {
  const asked: string[] = [];
  const where = account({ bedrock: { access: async (id) => (asked.push(id), null) } });
  const edit = [
    "nova: { provider: bedrock, model: 'amazon.nova-lite-v1:0' }",
    "nova: { provider: bedrock, model: 'us.amazon.nova-2-lite-v1:0' }\n  'bedrock/*': { provider: bedrock }",
  ] as const;
  const found = await run('bedrock-access', given([edit]), where);
  expect(asked).toEqual(['amazon.nova-2-lite-v1:0']);
  expect(found.map(({ status }) => status)).toEqual(['failed', 'warning']);
});

test.each([
  [
    null,
    'does not exist',
    'aws secretsmanager create-secret --name acme/anthropic --secret-string file://key.txt --region us-east-1',
  ],
  [
    { isDeleted: true, hasValue: true },
    'is scheduled to be deleted',
    'aws secretsmanager restore-secret --secret-id acme/anthropic --region us-east-1',
  ],
  [
    { isDeleted: false, hasValue: false },
    'has no value',
    'aws secretsmanager put-secret-value --secret-id acme/anthropic --secret-string file://key.txt --region us-east-1',
  ],
])('secrets: %j fails: %s', async (secret, found, fix) => {
  const where = account({ secrets: { secret: async () => secret } });
  expect(await only('secrets', given(), where)).toEqual({
    status: 'failed',
    about: 'secret acme/anthropic',
    found,
    fix,
  });
});

describe('images', () => {
  test("the engine's is asked for by the lock's digest, else by the catalogue's tag, in AWS's registry of the region", async () => {
    const asked: (readonly string[])[] = [];
    const where = account({ registry: { hasImage: async (...image) => (asked.push(image), false) } });
    const digest = `sha256:${'a'.repeat(64)}`;
    expect((await only('engine-image', given([], { engineDigest: digest }), where)).status).toBe('failed');
    await only('engine-image', given(), where);
    expect(asked).toEqual([
      ['763104351884', 'vllm', digest],
      ['763104351884', 'vllm', expect.stringMatching(/^server-cuda-v/)],
    ]);
  });

  test("the hosts' is the lock's, else AWS's newest", async () => {
    const gone = account({ hosts: { imageState: async () => null }, parameters: { parameter: async () => null } });
    expect(await only('machine-image', given([], { amiId: 'ami-0123456789abcdef0' }), gone)).toMatchObject({
      status: 'failed',
      about: 'machine image ami-0123456789abcdef0',
    });
    expect((await only('machine-image', given(), gone)).status).toBe('failed');
    const invalid = account({ hosts: { imageState: async () => 'deregistered' } });
    expect(await only('machine-image', given([], { amiId: 'ami-0123456789abcdef0' }), invalid)).toMatchObject({
      status: 'failed',
      found: 'is deregistered',
    });
  });

  test('nobody asks for them without a fleet', async () => {
    const none = { fleets: [] };
    for (const name of ['engine-image', 'machine-image', 'quotas', 'zones', 'spot-score', 'spot-role']) {
      expect(await run(name, given([], none))).toEqual([]);
    }
  });
});

test.each([
  [null, false, 'failed'],
  ['5', false, 'failed'],
  ['6', false, 'ok'],
  ['7', true, 'failed'],
  ['8', true, 'ok'],
  ['new', false, 'failed'],
] as const)('bootstrap: version %s, VPC looked up: %s: %s', async (version, lookup, status) => {
  const asked: string[] = [];
  const where = account({ parameters: { parameter: async (name) => (asked.push(name), version) } });
  const what = given(lookup ? [['network: {', 'network: { vpcId: vpc-1,']] : [], { qualifier: 'mine' });
  expect((await only('bootstrap', what, where)).status).toBe(status);
  expect(asked).toEqual(['/cdk-bootstrap/mine/version']);
});

test('lock: what does not fit is told with its command', async () => {
  const problems = [{ severity: 'error', message: 'fleet chat is not in the lock file' }] as const;
  expect(await only('lock', given([], { lockProblems: problems }))).toMatchObject({
    status: 'failed',
    fix: 'npx hybrid-llm plan --update',
  });
});

describe('licences', () => {
  /** As the config says, with another section `licences`: what forbids the use is an error of the config itself. */
  function of(
    stated: Partial<Given['config']['licences']>,
    edits: readonly (readonly [string, string])[] = [],
  ): Promise<DoctorFinding> {
    const what = given(edits);
    const licences = { ...what.config.licences, ...stated };
    return only('licences', { ...what, config: { ...what.config, licences } });
  }

  test('fail where conditions are not accepted, or forbid the use', async () => {
    const unread = await of({ accept: [] });
    expect(unread).toMatchObject({ status: 'failed', found: expect.stringContaining('not accepted') as string });
    expect(fixOf(unread)).toContain('add llama3.1 to `licences.accept`');
    expect(await of({ monthlyActiveUsers: 700_000_001 })).toMatchObject({ status: 'failed' });
    expect(await of({ monthlyActiveUsers: 700_000_000 })).toMatchObject({ status: 'ok' });
    expect(await of({ trainOnAnswers: true })).toMatchObject({ status: 'failed' });
  });

  test('are fine by a contract', async () => {
    const granted = { 'llama3.1': 'META-7' };
    expect(await of({ accept: [], trainOnAnswers: true, granted })).toMatchObject({
      status: 'ok',
      found: 'permitted by the contract META-7',
    });
  });

  test('warn where nobody says how many users there are, and where a name has to be shown', async () => {
    expect(await of({ monthlyActiveUsers: undefined })).toMatchObject({
      status: 'warning',
      fix: 'set `licences.monthlyActiveUsers`',
    });
    const kimi = [['meta-llama/Llama-3.1-8B-Instruct', 'moonshotai/Kimi-K2-Instruct']] as const;
    const shown = await of({ accept: ['modified-mit'], monthlyActiveUsers: 200_000_000 }, kimi);
    expect(shown).toMatchObject({ status: 'warning', found: expect.stringContaining('has to be shown') as string });
  });

  test('fail in a region in which they grant nothing', async () => {
    const inRegion = (region: string): Promise<DoctorFinding> =>
      of({ accept: ['llama4'] }, [
        ['us-east-1', region],
        ['[us-east-1a, us-east-1b, us-east-1c]', `[${region}a]`],
        ['Llama-3.1-8B-Instruct', 'Llama-4-Scout-17B-16E-Instruct'],
      ]);
    expect(await inRegion('eu-central-1')).toMatchObject({
      status: 'failed',
      found: 'it grants nothing in the EU, where eu-central-1 is',
    });
    expect(await inRegion('eu-west-2')).toMatchObject({ status: 'ok' });
  });

  test('of an unknown model are not seen; of a free one are fine', async () => {
    expect(await of({}, [['meta-llama/Llama-3.1-8B-Instruct', 'Qwen/Qwen3-8B']])).toMatchObject({ status: 'ok' });
    const what = given();
    const fleet = { ...what.config.fleets['chat'], model: 'acme/own' } as Given['config']['fleets'][string];
    const config = { ...what.config, fleets: { chat: fleet } };
    expect((await only('licences', { ...what, config })).status).toBe('unseen');
  });
});

describe('endpoints', () => {
  const vpc = (listed = '') => given([['network: {', `network: { vpcId: vpc-1, endpoints: [${listed}],`]]);
  const having = (...endpoints: ReturnType<typeof endpoint>[]): Account =>
    account({ network: { endpoints: async () => endpoints } });
  const narrow = (action: string, more: object = {}): string =>
    JSON.stringify({ Statement: [{ Effect: 'Allow', Principal: '*', Action: action, Resource: '*', ...more }] });
  /** Of what was said of one endpoint. */
  const said = async (listed: string, ...there: ReturnType<typeof endpoint>[]): Promise<DoctorFinding | undefined> =>
    (await run('endpoints', vpc(listed), having(...there))).find(({ about }) => about.startsWith('endpoint'));

  test('the VPC exists and answers private names', async () => {
    const gone = account({ network: { vpc: async () => null } });
    expect((await only('endpoints', vpc(), gone)).status).toBe('failed');
    const deaf = account({ network: { vpc: async () => ({ dnsSupport: true, dnsHostnames: false }) } });
    expect((await only('endpoints', vpc(), deaf)).status).toBe('failed');
  });

  test('a listed one exists, is available, and has private names', async () => {
    expect(await said('ecr.api')).toMatchObject({ status: 'failed', found: 'is not in the VPC' });
    expect(await said('ecr.api', endpoint('ecr.api', { state: 'deleting' }))).toMatchObject({ found: 'is deleting' });
    expect(await said('ecr.api', endpoint('ecr.api', { privateDns: false }))).toMatchObject({
      status: 'failed',
      fix: 'aws ec2 modify-vpc-endpoint --vpc-endpoint-id vpce-ecr.api --private-dns-enabled --region us-east-1',
    });
    expect(await said('ecr.api', endpoint('ecr.api'))).toMatchObject({ status: 'ok' });
    const other = endpoint('ecr.dkr', { id: 'vpce-1' });
    expect(await said('ecr.api=vpce-1', other)).toMatchObject({ found: 'is one of com.amazonaws.us-east-1.ecr.dkr' });
  });

  test("the API's has an id, and needs no private names", async () => {
    const there = endpoint('execute-api', { privateDns: false });
    expect(await said('execute-api', there)).toMatchObject({
      status: 'failed',
      fix: 'write execute-api=vpce-execute-api',
    });
    expect(await said('execute-api=vpce-execute-api', there)).toMatchObject({ status: 'ok' });
    const narrowed = {
      ...there,
      policy: narrow('execute-api:*', { Condition: { StringEquals: { 'aws:PrincipalAccount': '1' } } }),
    };
    expect(await said('execute-api=vpce-execute-api', narrowed)).toMatchObject({
      status: 'warning',
      found: expect.stringContaining('callers with a key are anonymous') as string,
    });
  });

  test('its policy lets pass what is needed', async () => {
    const refusing = endpoint('ecr.api', { policy: narrow('ecr:BatchGetImage') });
    expect(await said('ecr.api', refusing)).toMatchObject({
      status: 'failed',
      found: 'its policy refuses ecr:GetAuthorizationToken, ecr:GetDownloadUrlForLayer',
    });
  });

  test('one that is not listed stands in the way of ours', async () => {
    expect(await said('', endpoint('ecr.api'))).toMatchObject({
      status: 'failed',
      fix: 'add ecr.api=vpce-ecr.api to `network.endpoints`',
    });
    expect(await said('', endpoint('ecr.api', { privateDns: false }))).toBeUndefined();
    expect(await said('', endpoint('s3', { privateDns: false }))).toMatchObject({ status: 'warning' });
    expect(await said('', endpoint('sqs'))).toBeUndefined();
  });

  test('are listed for nothing without a VPC', async () => {
    const listed = given([['network: {', 'network: { endpoints: [ecr.api],']]);
    expect((await only('endpoints', listed)).status).toBe('warning');
  });
});
