import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { FleetTable, VllmFleet } from '../../../constructs/vllm-fleet';
import { testApp, testStack } from '../../support/cdk';
import {
  actionsIn,
  errorsOf,
  flat,
  fleetStack,
  oneOf,
  propertiesOf,
  resourcesIn,
  type Statement,
  statementsOf,
  plainTemplate,
} from './fleet-stack';
import { coveredUpdate, heldUpdate } from '../../../lib/tables/wake-item';

const LEADING_KEY_SMALL = { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['small'] } };

/** What hosts may do, action by action. */
const grantsOf = (statements: readonly Statement[]): string[] =>
  statements.flatMap((one) =>
    actionsIn(one).flatMap((action) => resourcesIn(one).map((resource) => `${action} ${resource}`)),
  );

const hostStatements = (props?: Parameters<typeof fleetStack>[0], stack?: Stack) =>
  statementsOf(props === undefined ? plainTemplate() : fleetStack(props, stack).template(), 'smallHostRole');

describe('the role of hosts', () => {
  test('allows what a host needs and nothing else', () => {
    const grants = grantsOf(hostStatements()).map((grant) => grant.replace(/[0-9a-f]{64}/, 'HASH'));
    expect(grants.map((grant) => grant.replace(/(<\w+?)[0-9A-F]{8}\b/, '$1')).sort()).toEqual([
      'dynamodb:UpdateItem <smallFleetTable.Arn>',
      'ecr:BatchCheckLayerAvailability arn:aws:ecr:us-east-1:763104351884:repository/vllm',
      'ecr:BatchGetImage arn:aws:ecr:us-east-1:763104351884:repository/vllm',
      'ecr:GetAuthorizationToken *',
      'ecr:GetDownloadUrlForLayer arn:aws:ecr:us-east-1:763104351884:repository/vllm',
      's3:GetObject arn:aws:s3:::cdk-hnb659fds-assets-<AWS::AccountId>-us-east-1/HASH.zip',
      's3:ListBucket <ModelsBucket.Arn>',
    ]);
  });

  test('reads weights, which the bucket itself says', () => {
    const { PolicyDocument } = oneOf(plainTemplate(), 'AWS::S3::BucketPolicy') as {
      PolicyDocument: { Statement: Statement[] };
    };
    const allowed = PolicyDocument.Statement.filter(({ Effect }) => Effect === 'Allow');
    expect(grantsOf(allowed)).toEqual(['s3:GetObject <ModelsBucket970C6ADA.Arn>/weights/*']);
    expect(JSON.stringify(allowed[0]?.Principal)).toContain('smallHostRole');
  });

  test('has no managed policy', () => {
    const roles = Object.entries(propertiesOf(plainTemplate(), 'AWS::IAM::Role'));
    expect(roles.map(([id, { ManagedPolicyArns }]) => [id, ManagedPolicyArns])).toEqual([
      [expect.stringMatching(/^smallHostRole/), undefined],
      [expect.stringMatching(/^smallController/), undefined],
    ]);
  });

  test('states a reason wherever it has a wildcard', () => {
    const stack = testStack();
    const logBucket = s3.Bucket.fromBucketName(stack, 'Logs', 'acme-logs');
    const statements = hostStatements(
      { logBucket, adapters: { a: 's3://acme-models/a/', b: 's3://acme-models/b' } },
      stack,
    );
    const wild = statements.filter((one) => resourcesIn(one).some((resource) => resource.includes('*')));
    expect(wild).toHaveLength(5);
    for (const { Sid } of wild) expect(Sid).toMatch(/^[A-Z][A-Za-z0-9]{20,}$/);
    expect(new Set(wild.map(({ Sid }) => Sid)).size).toBe(5);
    for (const one of statements) expect(actionsIn(one).join()).not.toContain('*');
  });

  test('reaches rows of its own fleet only', () => {
    const table = hostStatements().filter((one) => actionsIn(one).some((action) => action.startsWith('dynamodb')));
    expect(table.map(({ Condition }) => Condition)).toEqual([LEADING_KEY_SMALL]);
  });

  test('may write logs below its fleet, where there is a bucket for them', () => {
    const stack = testStack();
    const logBucket = s3.Bucket.fromBucketName(stack, 'Logs', 'acme-logs');
    expect(grantsOf(hostStatements({ logBucket }, stack))).toContain(
      's3:PutObject arn:aws:s3:::acme-logs/hosts/test/small/*',
    );
  });

  test('shares what engines compile with hosts of its own fleet only', () => {
    const stack = testStack();
    const logBucket = s3.Bucket.fromBucketName(stack, 'Logs', 'acme-logs');
    expect(grantsOf(hostStatements({ logBucket }, stack)).filter((grant) => grant.includes('/compiled'))).toEqual([
      's3:GetObject arn:aws:s3:::acme-logs/compiled/test/small/*',
      's3:PutObject arn:aws:s3:::acme-logs/compiled/test/small/*',
    ]);
  });

  test('gets that from the log bucket itself where both are in one stack', () => {
    const stack = testStack();
    const { template } = fleetStack({ logBucket: new s3.Bucket(stack, 'Logs') }, stack);
    expect(grantsOf(statementsOf(template(), 'smallHostRole')).join()).not.toContain('s3:PutObject');
    const policy = oneOf(template(), 'AWS::S3::BucketPolicy', 'Logs') as { PolicyDocument: { Statement: Statement[] } };
    expect(grantsOf(policy.PolicyDocument.Statement)).toEqual([
      expect.stringMatching(/^s3:PutObject <Logs\w+\.Arn>\/hosts\/test\/small\/\*$/),
      expect.stringMatching(/^s3:GetObject <Logs\w+\.Arn>\/compiled\/test\/small\/\*$/),
      expect.stringMatching(/^s3:PutObject <Logs\w+\.Arn>\/compiled\/test\/small\/\*$/),
    ]);
  });

  test('may read the folders of its adapters', () => {
    const statements = hostStatements({ adapters: { a: 's3://acme-models/lora/a/', b: 's3://acme-models/lora/b' } });
    expect(grantsOf(statements)).toEqual(
      expect.arrayContaining([
        's3:GetObject arn:aws:s3:::acme-models/lora/a/*',
        's3:GetObject arn:aws:s3:::acme-models/lora/b/*',
        's3:ListBucket arn:aws:s3:::acme-models',
      ]),
    );
  });

  test('can be granted more', () => {
    const { fleet, stack, template } = fleetStack();
    const bucket = s3.Bucket.fromBucketName(stack, 'Other', 'other');
    bucket.grantPut(fleet);
    expect(grantsOf(statementsOf(template(), 'smallHostRole'))).toContain('s3:PutObject arn:aws:s3:::other/*');
  });
});

describe('the network around hosts', () => {
  test('lets nobody in and nothing out but TLS', () => {
    const template = plainTemplate();
    const group = oneOf(template, 'AWS::EC2::SecurityGroup', 'small');
    expect(group['SecurityGroupIngress']).toBeUndefined();
    expect(group['SecurityGroupEgress']).toMatchObject([{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443 }]);
    expect(propertiesOf(template, 'AWS::EC2::SecurityGroupIngress')).toEqual({});
  });

  test('has endpoints for the image', () => {
    const { network, fleet } = fleetStack();
    expect(network.admitted).toEqual([
      { service: 'ecr.api', peer: fleet },
      { service: 'ecr.dkr', peer: fleet },
    ]);
  });
});

describe('a router', () => {
  const bound = (lane = 'sealed') => {
    const made = fleetStack();
    const { stack, fleet, network } = made;
    const caller = newFunction(stack, network.vpc);
    const binding = fleet.bind({ function: caller, lane, connections: caller.connections, models: ['fast'] });
    return { ...made, binding };
  };

  test('is let in on the port of the gate and on no other', () => {
    const template = bound().template();
    const rule = oneOf(template, 'AWS::EC2::SecurityGroupIngress');
    expect(rule).toMatchObject({ IpProtocol: 'tcp', FromPort: 8443, ToPort: 8443 });
    expect(flat(rule['GroupId'])).toMatch(/^<smallSecurityGroup/);
    expect(flat(rule['SourceSecurityGroupId'])).toMatch(/^<CallerSecurityGroup/);
  });

  test('may ask for the replicas of this fleet and no other', () => {
    const { binding, fleet, template } = bound();
    expect(binding).toEqual({ fleetTable: fleet.fleetTable });
    const [query, wake, ...more] = statementsOf(template(), 'CallerServiceRole');
    expect(more).toEqual([]);
    expect(query).toMatchObject({ Action: 'dynamodb:Query', Condition: LEADING_KEY_SMALL });
    expect(wake).toMatchObject({ Action: 'dynamodb:UpdateItem', Condition: LEADING_KEY_SMALL });
  });

  test('may write of this fleet that it is needed, and nothing by which hosts, routers or the controller go', () => {
    const wake = statementsOf(bound().template(), 'CallerServiceRole').find(
      ({ Action }) => Action === 'dynamodb:UpdateItem',
    );
    expect(wake?.['Condition']).toEqual({
      'ForAllValues:StringEquals': {
        'dynamodb:LeadingKeys': ['small'],
        'dynamodb:Attributes': ['fleet', 'id', 'heldMs', 'coveredNanoUsd'],
      },
      StringEqualsIfExists: { 'dynamodb:ReturnValues': ['NONE', 'UPDATED_OLD', 'UPDATED_NEW'] },
    });
    const written = [heldUpdate('t', 'small', 1), coveredUpdate('t', 'small', 1)].flatMap(
      ({ Key, ExpressionAttributeNames }) => [...Object.keys(Key), ...Object.values(ExpressionAttributeNames)],
    );
    expect([...new Set(written)]).toEqual(['fleet', 'id', 'heldMs', 'coveredNanoUsd']);
  });

  test('of both lanes is let in, each by its own security group', () => {
    const { stack, fleet, network, template } = bound('open');
    const other = newFunction(stack, network.vpc, 'Other');
    fleet.bind({ function: other, lane: 'sealed', connections: other.connections, models: ['*'] });
    expect(Object.keys(propertiesOf(template(), 'AWS::EC2::SecurityGroupIngress'))).toHaveLength(2);
  });

  test('in another stack depends on the fleet, and the fleet not on it', () => {
    const app = testApp();
    const base = testStack({ env: { region: 'us-east-1' } }, app);
    const { fleet, network } = fleetStack({}, base);
    const far = new Stack(app, 'Far', { env: { region: 'us-east-1' } });
    const handler = newFunction(far, network.vpc);
    fleet.bind({ function: handler, lane: 'open', connections: handler.connections, models: ['fast'] });
    expect(oneOf(Template.fromStack(far), 'AWS::EC2::SecurityGroupIngress')).toMatchObject({ ToPort: 8443 });
    expect([far.dependencies, base.dependencies]).toEqual([[base], []]);
  });

  test('outside of the VPC is an error', () => {
    const { stack, fleet } = fleetStack();
    fleet.bind({ function: newFunction(stack), lane: 'open', models: ['fast'] });
    expect(errorsOf(stack)).toEqual([expect.stringMatching(/fleet small.*lane open.*give the router a network/)]);
  });

  test('is told what the fleet serves, without any token', () => {
    const { fleet } = fleetStack({ context: 16384, concurrency: 32, adapters: { a: 's3://acme-models/a/' } });
    expect(fleet.description).toEqual({
      name: 'small',
      fleet: {
        model: 'Qwen/Qwen3-8B',
        kind: 'chat',
        context: 16384,
        concurrency: 32,
        wake: 'fair',
        adapters: { a: 's3://acme-models/a/' },
      },
    });
  });
});

test('callers without a router are let in by the same connections', () => {
  const { stack, fleet, network, template } = fleetStack();
  fleet.connections.allowDefaultPortFrom(new ec2.SecurityGroup(stack, 'Callers', { vpc: network.vpc }));
  expect(oneOf(template(), 'AWS::EC2::SecurityGroupIngress')).toMatchObject({ FromPort: 8443, ToPort: 8443 });
});

test('a table of the fleet has the keys, the stream and the backups that everybody counts on', () => {
  const { template, stack } = fleetStack();
  new FleetTable(stack, 'Another');
  for (const table of Object.values(propertiesOf(template(), 'AWS::DynamoDB::Table'))) {
    expect(table).toMatchObject({
      KeySchema: [
        { AttributeName: 'fleet', KeyType: 'HASH' },
        { AttributeName: 'id', KeyType: 'RANGE' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  }
});

test('a load balancer is made on request only, inside, and closed', () => {
  const { fleet, template } = fleetStack();
  fleet.addLoadBalancer('Balancer');
  const balancer = oneOf(template(), 'AWS::ElasticLoadBalancingV2::LoadBalancer');
  expect(balancer).toMatchObject({ Scheme: 'internal', Type: 'network' });
  const [targets] = Object.keys(propertiesOf(template(), 'AWS::ElasticLoadBalancingV2::TargetGroup'));
  for (const group of Object.values(propertiesOf(template(), 'AWS::AutoScaling::AutoScalingGroup'))) {
    expect(group['TargetGroupARNs']).toEqual([{ Ref: targets }]);
  }
  expect(oneOf(template(), 'AWS::ElasticLoadBalancingV2::TargetGroup')).toMatchObject({
    Port: 8443,
    HealthCheckPath: '/health',
    HealthCheckProtocol: 'HTTPS',
  });
  const own = oneOf(template(), 'AWS::EC2::SecurityGroup', 'smallBalancer');
  expect(own['SecurityGroupIngress']).toBeUndefined();
  expect(oneOf(template(), 'AWS::EC2::SecurityGroupIngress')).toMatchObject({ FromPort: 8443, ToPort: 8443 });
});

test('a second load balancer leaves the hosts to the first one too', () => {
  const { fleet, template } = fleetStack();
  for (const id of ['One', 'Two']) fleet.addLoadBalancer(id);
  const targets = Object.keys(propertiesOf(template(), 'AWS::ElasticLoadBalancingV2::TargetGroup'));
  expect(targets).toHaveLength(2);
  for (const group of Object.values(propertiesOf(template(), 'AWS::AutoScaling::AutoScalingGroup'))) {
    expect(group['TargetGroupARNs']).toEqual(targets.map((Ref) => ({ Ref })));
  }
});

test('VllmFleet stays what IAM and EC2 can work with', () => {
  const fleet: VllmFleet = fleetStack().fleet;
  expect(fleet.grantPrincipal).toBe(fleet.role);
});

function newFunction(stack: Stack, vpc?: ec2.IVpc, id = 'Caller'): lambda.Function {
  return new lambda.Function(stack, id, {
    runtime: lambda.Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: lambda.Code.fromInline('exports.handler = async () => undefined;'),
    ...(vpc !== undefined && { vpc, vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED } }),
  });
}
