/** `residency check` on cloud assemblies, as a user runs it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { ExitCode, UsageError } from '../../bin/commands/command';
import { residency } from '../../bin/commands/residency';
import { APP_CONTEXT, goodNetwork } from '../proof/good-network';
import { testApp, testStack } from '../support/cdk';

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(positionals: string[], values: Record<string, unknown> = {}): Promise<Ran> {
  const output = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((stream) =>
    jest.spyOn(process[stream], 'write').mockImplementation((text) => {
      output[stream] += String(text);
      return true;
    }),
  );
  try {
    return { code: await residency.run({ positionals, values }), ...output };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

function assembly(change: (network: ReturnType<typeof goodNetwork>) => void = () => undefined): string {
  const app = testApp(APP_CONTEXT);
  change(goodNetwork(testStack({ env: { region: 'us-east-1' } }, app)));
  return app.synth().directory;
}

const withHole = (): string =>
  assembly(({ stack, vpc }) => {
    new ec2.CfnRoute(stack, 'Hole', {
      routeTableId: vpc.isolatedSubnets[0]?.routeTable.routeTableId ?? '',
      destinationCidrBlock: '0.0.0.0/0',
      gatewayId: vpc.internetGatewayId ?? '',
    });
  });

test('ends with 0 and names what is sealed where there is no way out', async () => {
  const { code, stdout, stderr } = await run(['check', `${assembly()}/`]);
  expect([code, stderr]).toEqual([ExitCode.done, '']);
  expect(stdout).toMatch(/: sealed: the templates show no way out of 2 sealed things$/m);
  expect(stdout).toContain('function  Test/Sealed (Test.template.json)');
  expect(stdout).toContain('hosts  Test/Hosts (Test.template.json)');
  expect(stdout).toContain('names that can be looked up: s3.us-east-1.amazonaws.com');
});

test('ends with 3 and names path, places and cure where there is one', async () => {
  const { code, stdout } = await run(['check', withHole()]);
  expect(code).toBe(ExitCode.checkFailed);
  expect(stdout).toMatch(/: NOT sealed: 2 violations$/m);
  expect(stdout).toContain(
    'path   Test/Sealed → Test/Vpc/IsolatedSubnet1/Subnet → Test/Vpc/IsolatedSubnet1/RouteTable → Test/Vpc/IGW → internet',
  );
  expect(stdout).toContain('found  the route Hole sends 0.0.0.0/0 to Test/Vpc/IGW');
  expect(stdout).toMatch(
    /where {2}Test\.template\.json: VpcIsolatedSubnet1RouteTable\w+ \(Test\/Vpc\/IsolatedSubnet1\/RouteTable\)/,
  );
  expect(stdout).toContain('where  Test.template.json: Hole (Test/Hole)');
  expect(stdout).toContain('fix    remove the route');
});

test('prints the same as JSON', async () => {
  const { code, stdout } = await run(['check', withHole()], { json: true });
  expect(code).toBe(ExitCode.checkFailed);
  expect(JSON.parse(stdout)).toMatchObject({
    verdict: 'violated',
    sealed: [{ kind: 'function', constructPath: 'Test/Sealed', template: 'Test.template.json' }, { kind: 'hosts' }],
    violations: [
      {
        rule: 'sealed-route-out',
        severity: 'violation',
        path: [
          { label: 'Test/Sealed', logicalId: expect.stringMatching(/^Sealed/) as unknown },
          { constructPath: 'Test/Vpc/IsolatedSubnet1/Subnet' },
          {},
          {},
          { label: 'internet', logicalId: null },
        ],
        place: { logicalId: 'Hole' },
      },
      {},
    ],
    notSeen: [],
  });
});

test('ends with 3 where nothing is sealed: a proof of nothing is no proof', async () => {
  const app = testApp();
  new ec2.CfnVPC(testStack(undefined, app), 'Vpc', { cidrBlock: '10.0.0.0/16' });
  const { code, stdout } = await run(['check', app.synth().directory]);
  expect(code).toBe(ExitCode.checkFailed);
  expect(stdout).toContain('nothing sealed to prove');
});

test('ends with 3 where the network is made elsewhere, unless somebody says to have looked at it there', async () => {
  const folder = assembly(({ stack, sealed }) => {
    const elsewhere = ['subnet-0123456789abcdef0'];
    (sealed.node.defaultChild as lambda.CfnFunction).addPropertyOverride('VpcConfig.SubnetIds', elsewhere);
    (stack.node.findChild('Hosts') as autoscaling.CfnAutoScalingGroup).vpcZoneIdentifier = elsewhere;
  });
  const { code, stdout } = await run(['check', folder]);
  expect(code).toBe(ExitCode.checkFailed);
  expect(stdout).toMatch(
    /: NOT PROVED: the templates do not show the network of 2 sealed things: .*--accept-not-seen$/m,
  );
  expect(stdout).toContain('function  Test/Sealed (Test.template.json)  network NOT SEEN');
  const accepted = await run(['check', folder], { 'accept-not-seen': true, json: true });
  expect(accepted.code).toBe(ExitCode.done);
  expect(JSON.parse(accepted.stdout)).toMatchObject({
    verdict: 'not-seen',
    unseen: [{ constructPath: 'Test/Sealed' }, { constructPath: 'Test/Hosts' }],
  });
});

test('what is accepted as not seen excuses no violation, and no proof of nothing', async () => {
  expect((await run(['check', withHole()], { 'accept-not-seen': true })).code).toBe(ExitCode.checkFailed);
});

test('ends with 2 where there is no assembly, or a broken one', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'hybrid-llm-test-'));
  expect(await run(['check', folder])).toEqual({
    code: ExitCode.badInput,
    stdout: '',
    stderr: `hybrid-llm residency: no cloud assembly at ${folder}: expected ${folder}/manifest.json; run \`cdk synth\` first\n`,
  });
  for (const broken of ['{', '[]', 'null', '"manifest"', '{"artifacts":[]}']) {
    writeFileSync(path.join(folder, 'manifest.json'), broken);
    const { code, stdout, stderr } = await run(['check', folder]);
    expect([broken, code, stdout]).toEqual([broken, ExitCode.badInput, '']);
    expect(stderr).toMatch(/manifest\.json is (no manifest|not JSON)/);
  }
  rmSync(folder, { recursive: true });
});

test('says what it can do when asked for something else', async () => {
  await expect(run([])).rejects.toThrow(new UsageError('say `check`'));
  await expect(run(['prove'])).rejects.toThrow(new UsageError('no `prove`; there is: check'));
});
