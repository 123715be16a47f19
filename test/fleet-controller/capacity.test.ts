/** What is asked of Auto Scaling, and what is read of its answers. */
import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { awsCapacity } from '../../lambda/fleet-controller/capacity';
import { readSettings } from '../../lambda/fleet-controller/settings';
import { manifestLook } from '../../lambda/fleet-controller/weights';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';

type Asked = { readonly constructor: { readonly name: string }; readonly input: Record<string, unknown> };

function client(answer: (asked: Asked) => object): { scaling: AutoScalingClient; asked: Asked[] } {
  const asked: Asked[] = [];
  const send = async (command: Asked): Promise<object> => {
    asked.push(command);
    return answer(command);
  };
  return { scaling: { send } as unknown as AutoScalingClient, asked };
}

const GROUP = {
  AutoScalingGroupName: 'a',
  DesiredCapacity: 2,
  SuspendedProcesses: [{ ProcessName: 'AZRebalance' }],
  MixedInstancesPolicy: { LaunchTemplate: { LaunchTemplateSpecification: { Version: '7' } } },
  Instances: [
    {
      InstanceId: 'i-1',
      LifecycleState: 'Pending:Wait',
      InstanceType: 'g6e.xlarge',
      AvailabilityZone: 'us-east-1a',
      LaunchTemplate: { Version: '6' },
    },
  ],
};

test('groups are read on all pages', async () => {
  const { scaling, asked } = client(({ input }) =>
    input['NextToken'] === undefined
      ? { AutoScalingGroups: [GROUP], NextToken: 'more' }
      : { AutoScalingGroups: [{ AutoScalingGroupName: 'b', DesiredCapacity: 0 }] },
  );
  const groups = await awsCapacity(scaling, async () => []).groups(['a', 'b']);
  expect(groups.get('a')).toEqual({
    desired: 2,
    templateVersion: '7',
    suspended: ['AZRebalance'],
    instances: [{ id: 'i-1', lifecycle: 'Pending:Wait', type: 'g6e.xlarge', zone: 'us-east-1a', templateVersion: '6' }],
  });
  expect(groups.get('b')).toEqual({ desired: 0, templateVersion: null, suspended: [], instances: [] });
  expect(asked.map(({ input }) => input['AutoScalingGroupNames'])).toEqual([
    ['a', 'b'],
    ['a', 'b'],
  ]);
});

test('a group that is not listed is an error: nothing is decided without it', async () => {
  const { scaling } = client(() => ({ AutoScalingGroups: [GROUP] }));
  await expect(awsCapacity(scaling, async () => []).groups(['a', 'b'])).rejects.toThrow('lists no group b');
});

test('an instance ends with the desired capacity lowered, and a hook is continued', async () => {
  const { scaling, asked } = client(() => ({}));
  const capacity = awsCapacity(scaling, async () => []);
  await capacity.terminate('i-1');
  await capacity.completeHook('a', 'i-1', 'drain');
  await capacity.setDesired('a', 3);
  await capacity.suspend('a', 'Launch');
  expect(asked.map(({ constructor: { name }, input }) => [name, input])).toEqual([
    ['TerminateInstanceInAutoScalingGroupCommand', { InstanceId: 'i-1', ShouldDecrementDesiredCapacity: true }],
    [
      'CompleteLifecycleActionCommand',
      { AutoScalingGroupName: 'a', InstanceId: 'i-1', LifecycleHookName: 'drain', LifecycleActionResult: 'CONTINUE' },
    ],
    ['SetDesiredCapacityCommand', { AutoScalingGroupName: 'a', DesiredCapacity: 3, HonorCooldown: false }],
    ['SuspendProcessesCommand', { AutoScalingGroupName: 'a', ScalingProcesses: ['Launch'] }],
  ]);
});

test.each([
  ['No active Lifecycle Action found with instance ID i-1', true],
  ['Instance Id not found - No managed instance found for instance ID: i-1', true],
  ['New SetDesiredCapacity value 9 is above max value 4', false],
])('%s: as it should be: %s', async (message, isFine) => {
  const { scaling } = client(() => {
    throw Object.assign(new Error(message), { name: 'ValidationError' });
  });
  const done = awsCapacity(scaling, async () => []).terminate('i-1');
  await (isFine ? expect(done).resolves.toBeUndefined() : expect(done).rejects.toThrow(message));
});

test('instances are told apart by fleet', async () => {
  const { scaling } = client(() => ({}));
  const one = { id: 'i-1', spot: true, launchMs: 5, live: true };
  const capacity = awsCapacity(scaling, async () => [
    { ...one, fleet: 'a' },
    { ...one, id: 'i-2', fleet: 'b' },
  ]);
  expect([...(await capacity.instances())].map(([fleet, list]) => [fleet, list.map(({ id }) => id)])).toEqual([
    ['a', ['i-1']],
    ['b', ['i-2']],
  ]);
});

test.each([
  [200, true],
  [404, false],
  [403, null],
  [500, null],
])('a manifest answered with %i: %s', async (status, complete) => {
  const urls: string[] = [];
  const look = manifestLook(
    async ({ url }) => {
      urls.push(url.href);
      return { status, headers: {}, body: '' };
    },
    'us-east-1',
    () => 5,
  );
  expect(await look('models', 'weights/Qwen/Qwen3-8B/main')).toBe(complete);
  await look('models', 'weights/Qwen/Qwen3-8B/main');
  expect(urls[0]).toBe('https://s3.us-east-1.amazonaws.com/models/weights/Qwen/Qwen3-8B/main/manifest.json');
  // What is there is not asked for again, what is not there is.
  expect(urls).toHaveLength(complete === true ? 1 : 2);
});

test('settings are of the file and the environment, and neither may lack a fleet', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'hybrid-llm-controller-'));
  try {
    writeFileSync(path.join(folder, 'fleets.json'), '[{"fleet":"small","maxReplicas":2}]');
    const binding = { groups: { spot: 'a', onDemand: 'b' }, bucket: 'models' };
    const env = {
      AWS_REGION: 'us-east-1',
      HYBRID_LLM_DEPLOYMENT: 'acme',
      HYBRID_LLM_FLEET_TABLE: 'fleets',
      HYBRID_LLM_FLEET_BINDINGS: JSON.stringify({ small: binding }),
    };
    expect(readSettings(env, folder)).toEqual({
      region: 'us-east-1',
      deployment: 'acme',
      fleetTable: 'fleets',
      fleets: [{ fleet: 'small', maxReplicas: 2, ...binding }],
    });
    expect(() => readSettings({ ...env, HYBRID_LLM_FLEET_BINDINGS: '{}' }, folder)).toThrow('says nothing of small');
    expect(() => readSettings({ ...env, AWS_REGION: '' }, folder)).toThrow('AWS_REGION is not set');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
