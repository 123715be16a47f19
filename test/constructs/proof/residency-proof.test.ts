/** The proof as `cdk synth` runs it: over finished templates, after every override. */
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { type App, NestedStack, Stack, Stage, Validations } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { ResidencyProof } from '../../../constructs/proof';
import { LANE_MARK, LANE_VARIABLE, SEALED_LANE } from '../../../lib/proof/marks';
import { APP_CONTEXT, goodNetwork } from '../../proof/good-network';
import { cdkConsole, testApp, testStack } from '../../support/cdk';

const env = { region: 'us-east-1' };

/** What no construct offers: a route out of an isolated subnet, past everything that made the network. */
function openRoute(vpc: ec2.Vpc): void {
  const [subnet] = vpc.isolatedSubnets;
  const nat = vpc.publicSubnets[0]?.node.findChild('NATGateway') as ec2.CfnNatGateway;
  new ec2.CfnRoute(Stack.of(vpc), 'Hole', {
    routeTableId: subnet?.routeTable.routeTableId ?? '',
    destinationCidrBlock: '0.0.0.0/0',
    natGatewayId: nat.ref,
  });
}

function sealedFunction(stack: Stack, vpc: ec2.IVpc): lambda.Function {
  const fn = new lambda.Function(stack, 'Router', {
    code: lambda.Code.fromInline('exports.handler = () => {}'),
    handler: 'index.handler',
    runtime: lambda.Runtime.NODEJS_24_X,
    vpc,
    vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
    environment: { [LANE_VARIABLE]: SEALED_LANE },
  });
  (fn.node.defaultChild as lambda.CfnFunction).addMetadata(LANE_MARK, SEALED_LANE);
  return fn;
}

const WAY_OUT = /→ Test\/Vpc\/IsolatedSubnet1\/RouteTable → Test\/Vpc\/PublicSubnet1\/NATGateway → internet/;

test('synth of a network without a fault goes through', () => {
  const app = testApp(APP_CONTEXT);
  ResidencyProof.enforce(goodNetwork(testStack({ env }, app)).stack);
  expect(() => app.synth()).not.toThrow();
});

test('synth fails on a route added after the constructs, and names the way', () => {
  const app = testApp(APP_CONTEXT);
  const { stack, vpc } = goodNetwork(testStack({ env }, app));
  ResidencyProof.enforce(stack);
  openRoute(vpc);
  expect(() => app.synth()).toThrow(WAY_OUT);
});

test('synth fails on an override of a property', () => {
  const app = testApp(APP_CONTEXT);
  const { stack, vpc, sealed } = goodNetwork(testStack({ env }, app));
  ResidencyProof.enforce(stack);
  const [open] = vpc.privateSubnets;
  (sealed.node.defaultChild as lambda.CfnFunction).addPropertyOverride('VpcConfig.SubnetIds', [
    stack.resolve(open?.subnetId),
  ]);
  expect(() => app.synth()).toThrow(/Test\/Sealed → Test\/Vpc\/OpenSubnet1\/Subnet → .* → internet/);
});

test('metadata set anew, as linters ask for, takes nothing out of the proof', () => {
  const app = testApp(APP_CONTEXT);
  const { stack, vpc, sealed } = goodNetwork(testStack({ env }, app));
  ResidencyProof.enforce(stack);
  const [open] = vpc.privateSubnets;
  const cfnFunction = sealed.node.defaultChild as lambda.CfnFunction;
  cfnFunction.cfnOptions.metadata = { cfn_nag: { rules_to_suppress: [{ id: 'W58' }] } };
  cfnFunction.addPropertyOverride('VpcConfig.SubnetIds', [stack.resolve(open?.subnetId)]);
  const message = messageOf(() => app.synth());
  expect(message).toMatch(/OpenSubnet1\/Subnet → .* → internet/);
  expect(message).toMatch(/its metadata hybrid-llm:lane is gone or says otherwise: a mark was removed/);
});

test('without the proof the same hole passes', () => {
  const app = testApp(APP_CONTEXT);
  openRoute(goodNetwork(testStack({ env }, app)).vpc);
  expect(() => app.synth()).not.toThrow();
});

test('a finding cannot be acknowledged away', () => {
  const app = testApp(APP_CONTEXT);
  const { stack, vpc } = goodNetwork(testStack({ env }, app));
  ResidencyProof.enforce(stack);
  openRoute(vpc);
  Validations.of(app).acknowledge({ id: 'ResidencyProof::sealed-route-out', reason: 'we are in a hurry' });
  expect(() => app.synth()).toThrow(WAY_OUT);
});

test('the proof follows a sealed function into another stack and a nested one', () => {
  const app = testApp(APP_CONTEXT);
  const { vpc } = goodNetwork(testStack({ env }, app));
  const other = new Stack(app, 'Other', { env });
  sealedFunction(other, vpc);
  sealedFunction(new NestedStack(other, 'Nested'), vpc);
  ResidencyProof.enforce(other);
  openRoute(vpc);
  expect(() => app.synth()).toThrow(/Other\/Router → Test\/Vpc\/IsolatedSubnet1\/Subnet → .* → internet/);
  expect(() => app.synth()).toThrow(/Other\/Nested\/Router → Test\/Vpc\/IsolatedSubnet1\/Subnet → .* → internet/);
});

test('a stage has one proof however often it is asked for, and the app has its own', () => {
  const app = testApp(APP_CONTEXT);
  const stage = new Stage(app, 'Prod', { env });
  const { stack, vpc } = goodNetwork(new Stack(stage, 'Test', { env }));
  ResidencyProof.enforce(stack);
  ResidencyProof.enforce(vpc);
  openRoute(vpc);
  const message = messageOf(() => app.synth());
  expect(message.match(/Prod\/Test\/Sealed → /g)).toHaveLength(1);
});

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}

interface Reported {
  readonly pluginReports: readonly {
    pluginName: string;
    violations: readonly { ruleName: string; description: string }[];
  }[];
}

function reportOf({ directory }: CloudAssembly): string[] {
  const report = JSON.parse(readFileSync(path.join(directory, 'validation-report.json'), 'utf8')) as Reported;
  return report.pluginReports
    .filter(({ pluginName }) => pluginName === 'ResidencyProof')
    .flatMap(({ violations }) => violations.map(({ ruleName, description }) => `${ruleName}: ${description}`));
}

describe('in a VPC made elsewhere', () => {
  function foreign(): { app: App; stack: Stack } {
    const app = testApp(APP_CONTEXT);
    const stack = testStack({ env }, app);
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: ['us-east-1a'],
      isolatedSubnetIds: ['subnet-0123456789abcdef0'],
      isolatedSubnetRouteTableIds: ['rtb-0123456789abcdef0'],
    });
    sealedFunction(stack, vpc);
    ResidencyProof.enforce(stack);
    return { app, stack };
  }
  let printed: jest.SpyInstance;
  beforeEach(() => {
    printed = jest.spyOn(cdkConsole, 'error').mockImplementation(() => undefined);
  });
  afterEach(() => printed.mockRestore());

  test('synth goes through and warns of what it does not see', () => {
    expect(reportOf(foreign().app.synth())).toEqual([
      'sealed-route-table: not seen: the subnet subnet-0123456789abcdef0 is made elsewhere: its route table, network ACL and public addresses',
      'sealed-dns: not seen: which names can be looked up in vpc-0123456789abcdef0, a VPC made elsewhere',
      'sealed-foreign-vpc: not seen: the VPC vpc-0123456789abcdef0 is made elsewhere: its endpoints and whom they admit, its hosts and proxies, its resolver rules',
    ]);
    expect(String(printed.mock.calls)).toContain('not seen: the subnet subnet-0123456789abcdef0');
  });

  test('whoever looked can acknowledge it', () => {
    const { app, stack } = foreign();
    for (const rule of ['sealed-route-table', 'sealed-dns', 'sealed-foreign-vpc']) {
      Validations.of(stack).acknowledge({ id: `ResidencyProof::${rule}`, reason: 'reviewed, NET-114' });
    }
    expect(reportOf(app.synth())).toEqual([]);
  });
});
