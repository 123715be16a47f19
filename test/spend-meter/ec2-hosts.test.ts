/** What is read of EC2's answers. */
import { DescribeInstancesCommand, type EC2Client } from '@aws-sdk/client-ec2';
import { listHosts, spotPrices } from '../../lambda/spend-meter/ec2-hosts';
import { type Settings, readSettings } from '../../lambda/spend-meter/settings';

/** Answers page after page, and keeps what it was asked. */
function ec2Of(...pages: readonly object[]): { ec2: EC2Client; asked: { readonly input: Record<string, unknown> }[] } {
  const asked: { readonly input: Record<string, unknown> }[] = [];
  const send = async (command: { readonly input: Record<string, unknown> }): Promise<object> => {
    asked.push(command);
    return pages[asked.length - 1] ?? {};
  };
  return { ec2: { send } as unknown as EC2Client, asked };
}

const LAUNCHED = new Date('2026-11-21T08:00:00Z');
const instance = (changes: object = {}): object => ({
  InstanceId: 'i-1',
  InstanceType: 'g6.xlarge',
  LaunchTime: LAUNCHED,
  State: { Name: 'running' },
  Placement: { AvailabilityZone: 'us-east-1a' },
  Tags: [{ Key: 'hybrid-llm:fleet', Value: 'llama-8b' }],
  ...changes,
});
const page = (...instances: readonly object[]): object => ({ Reservations: [{ Instances: instances }] });

test('asks for the deployment’s instances, all pages of them', async () => {
  const { ec2, asked } = ec2Of({ ...page(instance()), NextToken: 'more' }, page(instance({ InstanceId: 'i-2' })));
  expect((await listHosts(ec2, 'acme')).map(({ id }) => id)).toEqual(['i-1', 'i-2']);
  expect(asked[0]).toBeInstanceOf(DescribeInstancesCommand);
  expect(asked.map(({ input }) => input)).toMatchObject([
    { Filters: [{ Name: 'tag:hybrid-llm:deployment', Values: ['acme'] }] },
    { NextToken: 'more' },
  ]);
});

test.each<[string, object, object]>([
  [
    'runs on demand',
    {},
    {
      id: 'i-1',
      fleet: 'llama-8b',
      zone: 'us-east-1a',
      spot: false,
      live: true,
      endMs: null,
      launchMs: LAUNCHED.getTime(),
    },
  ],
  ['runs on spot', { InstanceLifecycle: 'spot' }, { spot: true }],
  ['boots', { State: { Name: 'pending' } }, { live: true }],
  ['shuts down', { State: { Name: 'shutting-down' } }, { live: false, endMs: null }],
  [
    'was ended by us',
    { State: { Name: 'terminated' }, StateTransitionReason: 'User initiated (2026-11-21 10:00:00 GMT)' },
    { live: false, endMs: Date.parse('2026-11-21T10:00:00Z') },
  ],
  [
    'was interrupted',
    { State: { Name: 'terminated' }, StateTransitionReason: 'Server.SpotInstanceTermination' },
    { live: false, endMs: null },
  ],
  ['has no fleet', { Tags: [] }, { fleet: 'unknown' }],
  ['has a fleet of odd letters', { Tags: [{ Key: 'hybrid-llm:fleet', Value: 'ü\n' }] }, { fleet: 'unknown' }],
])('an instance that %s', async (_, changes, expected) => {
  const { ec2 } = ec2Of(page(instance(changes)));
  expect(await listHosts(ec2, 'acme')).toMatchObject([expected]);
});

test('an instance without what is needed to price it is an error, not free', async () => {
  await expect(listHosts(ec2Of(page({ InstanceId: 'i-1' })).ec2, 'acme')).rejects.toThrow('i-1');
});

const KIND = { instanceType: 'g6.xlarge', zone: 'us-east-1a', spot: true };

test('takes the newest price of each type and zone, from all pages', async () => {
  const price = (AvailabilityZone: string, SpotPrice: string, time: string): object => ({
    InstanceType: 'g6.xlarge',
    AvailabilityZone,
    SpotPrice,
    Timestamp: new Date(time),
  });
  const { ec2, asked } = ec2Of(
    {
      SpotPriceHistory: [
        price('us-east-1a', '0.5', '2026-11-21T10:00:00Z'),
        price('us-east-1a', '0.4', '2026-11-21T09:00:00Z'),
      ],
      NextToken: 'more',
    },
    {
      SpotPriceHistory: [
        price('us-east-1b', '0.3', '2026-11-20T10:00:00Z'),
        price('us-east-1c', 'nonsense', '2026-11-20T10:00:00Z'),
      ],
    },
  );
  const prices = await spotPrices(
    ec2,
    [KIND, KIND, { ...KIND, instanceType: 'g5.xlarge', spot: false }],
    LAUNCHED.getTime(),
  );
  expect(Object.fromEntries(prices)).toEqual({ 'g6.xlarge us-east-1a': 0.5, 'g6.xlarge us-east-1b': 0.3 });
  expect(asked[0]?.input).toEqual({
    InstanceTypes: ['g6.xlarge'],
    ProductDescriptions: ['Linux/UNIX'],
    StartTime: LAUNCHED,
  });
});

test('asks for no prices where there is no spot', async () => {
  const { ec2, asked } = ec2Of();
  expect((await spotPrices(ec2, [{ ...KIND, spot: false }], 0)).size).toBe(0);
  expect(asked).toEqual([]);
});

const ENVIRONMENT = {
  AWS_REGION: 'us-east-1',
  HYBRID_LLM_DEPLOYMENT: 'acme',
  HYBRID_LLM_LEDGER_TABLE: 'ledger',
  HYBRID_LLM_METERED_FLEETS: 'llama-8b,embed',
  HYBRID_LLM_FLEET_TABLE_LLAMA_8B: 'a',
  HYBRID_LLM_FLEET_TABLE_EMBED: 'b',
};

test('reads its settings', () => {
  expect(readSettings(ENVIRONMENT)).toEqual<Settings>({
    region: 'us-east-1',
    deployment: 'acme',
    ledgerTable: 'ledger',
    fleetTables: { 'llama-8b': 'a', embed: 'b' },
    killSwitch: null,
  });
  expect(readSettings({ ...ENVIRONMENT, HYBRID_LLM_METERED_FLEETS: '' }).fleetTables).toEqual({});
});

const SWITCH = { HYBRID_LLM_MONTHLY_USD: '2000', HYBRID_LLM_KILL_SWITCH: 'notify@80,zero@120' };

test('reads the budget and its stages', () => {
  expect(readSettings({ ...ENVIRONMENT, ...SWITCH }).killSwitch).toEqual({
    monthlyUsd: 2000,
    stages: [
      { stage: 'notify', percent: 80 },
      { stage: 'zero', percent: 120 },
    ],
  });
});

test.each([
  ['HYBRID_LLM_MONTHLY_USD', ''],
  ['HYBRID_LLM_MONTHLY_USD', 'much'],
  ['HYBRID_LLM_KILL_SWITCH', 'notify@80,nil@120'],
])('does not go on without the kill switch that was meant: %s is %j', (name, value) => {
  expect(() => readSettings({ ...ENVIRONMENT, ...SWITCH, [name]: value })).toThrow(name);
});

test.each(['AWS_REGION', 'HYBRID_LLM_DEPLOYMENT', 'HYBRID_LLM_LEDGER_TABLE', 'HYBRID_LLM_FLEET_TABLE_EMBED'])(
  'says that %s is missing',
  (name) => {
    expect(() => readSettings({ ...ENVIRONMENT, [name]: '' })).toThrow(name);
  },
);
