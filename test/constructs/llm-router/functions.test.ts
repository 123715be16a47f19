/** What a lane's function may do and where it stands. */
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { ClosedProvider } from '../../../constructs/closed-provider';
import { KeysTable, LedgerTable, LlmRouter, RouterLane } from '../../../constructs/llm-router';
import { KEYS_TABLE_KEY, LEDGER_TABLE_KEY } from '../../../lib/tables/key-schemas';
import { resourcesOf } from '../../support/cdk';
import {
  FakeFleet,
  SmallNetwork,
  actionsOf,
  alone,
  bothLanes,
  functionOf,
  openai,
  routerStack,
  statementsOf,
} from './support';

const LANES = ['open', 'sealed'] as const;

describe('each lane', () => {
  const { template } = bothLanes();

  test.each(LANES)('%s runs for 900 seconds on Node.js 24 and arm64, from the bundle', (lane) => {
    expect(functionOf(template, lane)[1].Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Timeout: 900,
      MemorySize: 1024,
      Handler: 'index.handler',
    });
  });

  test.each(LANES)(
    '%s may write its own log, look a key up, book, and stand in a VPC, and nothing on * but that',
    (lane) => {
      const statements = statementsOf(template, lane);
      const allowed = statements.filter(({ Effect }) => Effect === 'Allow');
      const own = allowed.filter((one) => one.Resource !== '*');
      expect(own.flatMap(actionsOf).sort()).toEqual(
        [
          'dynamodb:GetItem',
          'dynamodb:GetItem',
          'dynamodb:UpdateItem',
          'logs:CreateLogStream',
          'logs:PutLogEvents',
          ...(lane === 'open' ? ['secretsmanager:GetSecretValue'] : []),
        ].sort(),
      );
      const starred = statements.filter(({ Resource }) => JSON.stringify(Resource).includes('*'));
      expect(starred.map(({ Sid, Effect }) => [Effect, Sid])).toEqual([
        ['Allow', 'LambdaAsksForTheseOnStarOnly'],
        ['Deny', 'NoneOfTheseForTheCodeInTheFunction'],
      ]);
      expect(starred[1]).toMatchObject({ Condition: { Null: { 'lambda:SourceFunctionArn': 'false' } } });
    },
  );

  test('has no policy of AWS, and no action with a wildcard', () => {
    for (const { Properties } of Object.values(resourcesOf(template, 'AWS::IAM::Role'))) {
      expect(Properties?.['ManagedPolicyArns']).toBeUndefined();
    }
    expect(
      LANES.flatMap((lane) => statementsOf(template, lane))
        .flatMap(actionsOf)
        .join(),
    ).not.toContain('*');
  });

  test('waits for the rights that Lambda asks for when it makes the function', () => {
    const [policy] = Object.keys(resourcesOf(template, 'AWS::IAM::Policy')).filter((id) =>
      id.startsWith('RouterNetworkInterfaces'),
    );
    for (const lane of LANES) expect(functionOf(template, lane)[1]['DependsOn']).toContain(policy);
  });

  test('keeps its log for a month in a group of its own, which stays when the stack goes', () => {
    const groups = Object.entries(resourcesOf(template, 'AWS::Logs::LogGroup'));
    expect(
      groups.map(([, { Properties, DeletionPolicy }]) => [Properties?.['RetentionInDays'], DeletionPolicy]),
    ).toEqual([
      [30, 'Retain'],
      [30, 'Retain'],
    ]);
    for (const lane of LANES) {
      const { LogGroup } = functionOf(template, lane)[1].Properties?.['LoggingConfig'] as { LogGroup: { Ref: string } };
      expect(groups.map(([id]) => id)).toContain(LogGroup.Ref);
    }
  });
});

describe('the network', () => {
  const { template, network, fleet, stack } = bothLanes();
  const groupOf = (lane: 'open' | 'sealed'): { id: string; egress: unknown } => {
    const groups = Object.entries(resourcesOf(template, 'AWS::EC2::SecurityGroup'));
    const start = `Router${lane === 'open' ? 'Open' : 'Sealed'}SecurityGroup`;
    const [id = '', group] = groups.find(([key]) => key.startsWith(start)) ?? [];
    return { id, egress: group?.Properties?.['SecurityGroupEgress'] };
  };

  test('holds the sealed lane in isolated subnets and the open one where there is a way out', () => {
    const subnets = (lane: 'open' | 'sealed'): unknown =>
      (functionOf(template, lane)[1].Properties?.['VpcConfig'] as { SubnetIds: unknown }).SubnetIds;
    const ids = (chosen: { subnetId: string }[]): unknown => stack.resolve(chosen.map(({ subnetId }) => subnetId));
    expect(subnets('sealed')).toEqual(ids(network.vpc.isolatedSubnets));
    expect(subnets('open')).toEqual(ids(network.vpc.privateSubnets));
  });

  test.each(LANES)('lets the %s lane out to HTTPS and to the replicas, and to no other port', (lane) => {
    expect(groupOf(lane).egress).toEqual([
      expect.objectContaining({ CidrIp: '0.0.0.0/0', FromPort: 443, ToPort: 443, IpProtocol: 'tcp' }),
    ]);
    const toReplicas = Object.values(resourcesOf(template, 'AWS::EC2::SecurityGroupEgress')).filter(({ Properties }) =>
      JSON.stringify(Properties?.['GroupId']).includes(groupOf(lane).id),
    );
    expect(toReplicas.map(({ Properties }) => [Properties?.['FromPort'], Properties?.['ToPort']])).toEqual([
      [8443, 8443],
    ]);
  });

  test('binds the sealed lane to fleets and to nothing closed', () => {
    expect(fleet.bound.map(({ lane }) => lane)).toEqual(['open', 'sealed']);
    const environment = JSON.stringify(functionOf(template, 'sealed')[1].Properties?.['Environment']);
    expect(environment).toContain('HYBRID_LLM_FLEET_TABLE_LLAMA');
    expect(environment).not.toContain('SECRET');
    expect(statementsOf(template, 'sealed').flatMap(actionsOf).join()).not.toContain('secretsmanager');
  });

  test('opens literal private addresses by address and port', () => {
    const inner = routerStack();
    const small = new SmallNetwork(inner);
    const lab = new ClosedProvider({ provider: 'lab', baseUrl: 'http://10.0.7.4:11434/v1', protocol: 'openai' });
    const near = new FakeFleet(small, 'near', { endpoints: ['http://10.0.4.5:8000', 'https://[fd00::5]'] });
    new LlmRouter(inner, 'Router', {
      network: small,
      models: { lab: { backend: lab, model: 'qwen3' }, near: { backend: near } },
      routes: [{ name: 'default', to: ['lab', 'near'] }],
    });
    const rules = (lane: string): unknown[] =>
      (
        Object.entries(resourcesOf(Template.fromStack(inner), 'AWS::EC2::SecurityGroup')).find(([id]) =>
          id.startsWith(`Router${lane}SecurityGroup`),
        )?.[1].Properties?.['SecurityGroupEgress'] as { CidrIp?: string; CidrIpv6?: string; FromPort: number }[]
      ).map(({ CidrIp, CidrIpv6, FromPort }) => [CidrIp ?? CidrIpv6, FromPort]);
    const fleetRules = [
      ['10.0.4.5/32', 8000],
      ['fd00::5/128', 443],
    ];
    expect(rules('Open')).toEqual([['0.0.0.0/0', 443], ['10.0.7.4/32', 11434], ...fleetRules]);
    expect(rules('Sealed')).toEqual([['0.0.0.0/0', 443], ...fleetRules]);
  });

  test('lets the open lane out to a provider on a port of its own', () => {
    const inner = routerStack();
    const backend = new ClosedProvider({
      provider: 'proxy',
      baseUrl: 'https://llm.example.com:8443/v1',
      protocol: 'openai',
    });
    new LlmRouter(inner, 'Router', {
      network: new SmallNetwork(inner),
      models: { m: { backend, model: 'm' } },
      routes: [{ name: 'default', to: ['m'] }],
      sensitivity: { defaultClass: 'public' },
    });
    Template.fromStack(inner).hasResourceProperties('AWS::EC2::SecurityGroup', {
      SecurityGroupEgress: Match.arrayWith([Match.objectLike({ CidrIp: '0.0.0.0/0', FromPort: 8443, ToPort: 8443 })]),
    });
  });

  test('gives the open lane IPv6 where that is its way out, and the sealed one never', () => {
    const dual = bothLanes({}, { egress: false, ipv6Egress: true }).template;
    const config = (lane: 'open' | 'sealed'): unknown => functionOf(dual, lane)[1].Properties?.['VpcConfig'];
    expect(config('open')).toMatchObject({ Ipv6AllowedForDualStack: true });
    expect(config('sealed')).not.toHaveProperty('Ipv6AllowedForDualStack');
    const groups = Object.values(resourcesOf(dual, 'AWS::EC2::SecurityGroup'));
    expect(groups.filter((group) => JSON.stringify(group).includes('"::/0"'))).toHaveLength(1);
  });
});

describe('tables', () => {
  test('have the keys that the router asks by, cost by use, can be restored, and stay when the stack goes', () => {
    const { template } = alone();
    for (const key of [KEYS_TABLE_KEY.partition, LEDGER_TABLE_KEY.partition]) {
      template.hasResource('AWS::DynamoDB::Table', {
        Properties: {
          KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
          BillingMode: 'PAY_PER_REQUEST',
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
        },
        DeletionPolicy: 'Retain',
      });
    }
  });

  test('keep their logical ids, since another one is another table', () => {
    expect(Object.keys(resourcesOf(alone().template, 'AWS::DynamoDB::Table'))).toEqual([
      'RouterKeys76A966E9',
      'RouterLedger23977AFC',
    ]);
  });

  test('and log groups go with the stack where that is asked', () => {
    const { template } = alone({ removalPolicy: RemovalPolicy.DESTROY, logRetention: logs.RetentionDays.ONE_WEEK });
    const policies = ['AWS::DynamoDB::Table', 'AWS::Logs::LogGroup'].flatMap((type) =>
      Object.values(resourcesOf(template, type)).map(({ DeletionPolicy }) => DeletionPolicy),
    );
    expect(policies).toEqual(['Delete', 'Delete', 'Delete']);
    template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 7 });
  });

  test('of somebody else are used as they are, with the right to their keys', () => {
    const stack = routerStack();
    const encryptionKey = new kms.Key(stack, 'Key');
    const keysTable = new KeysTable(stack, 'MyKeys', { encryptionKey });
    const ledger = new LedgerTable(stack, 'MyLedger', { encryptionKey });
    new LlmRouter(stack, 'Router', {
      keysTable,
      ledger,
      models: { gpt: { backend: openai(stack), model: 'gpt-5.4-mini' } },
      routes: [{ name: 'default', to: ['gpt'] }],
    });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::DynamoDB::Table', 2);
    const kmsActions = statementsOf(template, 'open')
      .flatMap(actionsOf)
      .filter((action) => action.startsWith('kms:'));
    expect([...new Set(kmsActions)].sort()).toEqual(['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey']);
  });
});

describe('a router', () => {
  test('without a network stands in no VPC and asks for no right to', () => {
    const { template } = alone();
    template.resourceCountIs('AWS::EC2::SecurityGroup', 0);
    expect(functionOf(template, 'open')[1].Properties).not.toHaveProperty('VpcConfig');
    expect(statementsOf(template, 'open').flatMap(actionsOf).join()).not.toContain('ec2:');
  });

  test('has the sealed lane alone where the network has no open one', () => {
    const stack = routerStack();
    const network = new SmallNetwork(stack, 'Network', { openLane: false });
    const router = new LlmRouter(stack, 'Router', {
      network,
      models: { fast: { backend: new FakeFleet(network) } },
      routes: [{ name: 'default', to: ['fast'] }],
    });
    expect(router.lanes).toEqual([RouterLane.SEALED]);
    Template.fromStack(stack).resourceCountIs('AWS::Lambda::Function', 1);
  });

  test('is limited to the environments it is given', () => {
    const { template } = alone({ reservedConcurrency: 50, memorySizeMiB: 2048 });
    template.hasResourceProperties('AWS::Lambda::Function', { ReservedConcurrentExecutions: 50, MemorySize: 2048 });
  });

  test('lets a role call its functions, and only these', () => {
    const deployed = bothLanes();
    const { stack, router } = deployed;
    const role = new iam.Role(stack, 'Caller', { assumedBy: new iam.AccountRootPrincipal() });
    router.grantInvoke(role);
    const [, policy] =
      Object.entries(resourcesOf(deployed.template, 'AWS::IAM::Policy')).find(([id]) => id.startsWith('Caller')) ?? [];
    const { Statement } = policy?.Properties?.['PolicyDocument'] as { Statement: unknown };
    expect(Statement).toEqual([
      {
        Effect: 'Allow',
        Action: 'lambda:InvokeFunction',
        Resource: [router.openFunction, router.sealedFunction].map((one) => stack.resolve(one?.functionArn) as unknown),
      },
    ]);
  });

  test('says its metrics as the functions emit them', () => {
    const { stack, router } = alone({ deployment: 'acme' });
    const dimensions = { Deployment: 'acme', Lane: 'open' };
    expect(stack.resolve(router.metricTimeToFirstToken())).toMatchObject({
      namespace: 'HybridLlm',
      metricName: 'TimeToFirstToken',
      statistic: 'p95',
      dimensions,
    });
    expect(router.metricErrors({ statistic: 'avg' })).toMatchObject({ metricName: 'Errors', dimensions });
    expect(router.metricRequests({ lane: RouterLane.SEALED }).dimensions).toEqual({ ...dimensions, Lane: 'sealed' });
    expect(router.metricCostUsd()).toMatchObject({ metricName: 'CostUsd', statistic: 'Sum' });
  });

  test('can be made twice in a stack, each with its own', () => {
    const stack = routerStack();
    const backend = openai(stack);
    for (const id of ['First', 'Second']) {
      new LlmRouter(stack, id, {
        deployment: id.toLowerCase(),
        models: { gpt: { backend, model: 'gpt-5.4-mini' } },
        routes: [{ name: 'default', to: ['gpt'] }],
      });
    }
    const template = Template.fromStack(stack);
    for (const [type, count] of [
      ['AWS::Lambda::Function', 2],
      ['AWS::DynamoDB::Table', 4],
      ['AWS::Lambda::Url', 2],
    ] as const) {
      template.resourceCountIs(type, count);
    }
    expect(functionOf(template, 'open', 'First')[0]).not.toBe(functionOf(template, 'open', 'Second')[0]);
  });

  test('is known by its class, whatever stack it is in', () => {
    const { stack, router } = alone();
    expect(LlmRouter.isLlmRouter(router)).toBe(true);
    expect(LlmRouter.isLlmRouter(stack)).toBe(false);
    expect(Stack.of(router)).toBe(stack);
  });
});
