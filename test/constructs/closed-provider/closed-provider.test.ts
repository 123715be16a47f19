/** What a router's open lane may do for the sake of a closed provider, and through which door it goes. */
import type { Stack } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Template } from 'aws-cdk-lib/assertions';
import { AgreementKind, ClosedProvider, type ClosedProviderProps } from '../../../constructs/closed-provider';
import { LlmRouter } from '../../../constructs/llm-router';
import { SmallNetwork, type SmallNetworkProps, routerStack, secretNamed, statementsOf } from '../llm-router/support';

interface Asked {
  readonly template: Template;
  readonly network: SmallNetwork;
}

/** A router in a network that asks the provider for these models. */
function routed(
  make: (stack: Stack) => ClosedProviderProps,
  models: string[],
  networkProps: SmallNetworkProps = {},
): Asked {
  const stack = routerStack();
  const network = new SmallNetwork(stack, 'Network', networkProps);
  const backend = new ClosedProvider(make(stack));
  const named = models.map((model, index) => [model.endsWith('*') ? model : `m${index}`, model] as const);
  new LlmRouter(stack, 'Router', {
    network,
    models: Object.fromEntries(named.map(([name, model]) => [name, name === model ? { backend } : { backend, model }])),
    routes: [{ name: 'default', to: [models.some((model) => model.endsWith('*')) ? 'bedrock/x' : 'm0'] }],
    sensitivity: { defaultClass: 'public' },
  });
  return {
    network,
    get template() {
      return Template.fromStack(stack);
    },
  };
}

const resourcesFor = (template: Template, action: string): unknown[] =>
  statementsOf(template, 'open')
    .filter(({ Action }) => [Action].flat().includes(action))
    .flatMap(({ Resource }) => [Resource].flat());

const openai = (stack: Stack): ClosedProviderProps => ({
  provider: 'openai',
  secret: secretNamed(stack, 'acme/openai'),
});

describe('what the plan is told', () => {
  const description = (props: ClosedProviderProps): unknown => new ClosedProvider(props).description;

  test('is the secret by its name, and the contract', () => {
    const stack = routerStack();
    expect(
      description({
        provider: 'anthropic',
        secret: secretNamed(stack, 'acme/anthropic'),
        agreement: { kind: AgreementKind.ZERO_RETENTION, reference: 'MSA-2026-14' },
      }),
    ).toEqual({
      name: 'anthropic',
      provider: { secret: 'acme/anthropic', agreementKind: 'zero-retention', agreementRef: 'MSA-2026-14' },
    });
  });

  test('is the provider’s name for a secret that is made in the same app', () => {
    const secret = new secretsmanager.Secret(routerStack(), 'Key');
    expect(description({ provider: 'openai', secret })).toEqual({ name: 'openai', provider: { secret: 'openai' } });
  });

  test('is nothing where nothing is said', () => {
    expect(description({ provider: 'bedrock' })).toEqual({ name: 'bedrock', provider: {} });
  });
});

describe('the secret', () => {
  test('known by name may be read, and none beside it but what Secrets Manager adds to the name', () => {
    const { template } = routed(openai, ['gpt-5.4-mini']);
    const resources = resourcesFor(template, 'secretsmanager:GetSecretValue');
    expect(JSON.stringify(resources)).toContain(':secret:acme/openai-??????');
    expect(JSON.stringify(resources)).not.toContain('*');
    expect(resources).toHaveLength(1);
    expect(resourcesFor(template, 'secretsmanager:DescribeSecret')).toEqual([]);
  });

  test('made in the same app may be read by its ARN, with its key', () => {
    const { template } = routed(
      (one) => ({
        provider: 'openai',
        secret: new secretsmanager.Secret(one, 'Key', {
          encryptionKey: new kms.Key(one, 'Kms'),
        }),
      }),
      ['gpt-5.4-mini'],
    );
    expect(resourcesFor(template, 'secretsmanager:GetSecretValue')).toEqual([
      { Ref: expect.stringMatching(/^Key/) as string },
    ]);
    expect(resourcesFor(template, 'kms:Decrypt')).toHaveLength(1);
  });

  test('is read through the way out, whose resolver is let know its name', () => {
    const { network } = routed(openai, ['gpt-5.4-mini']);
    expect(network.domains).toEqual(['api.openai.com', 'secretsmanager.us-east-1.amazonaws.com']);
    expect(network.admitted).toEqual(['execute-api']);
  });

  test('is read through an endpoint that is there, whose private name the way out leads to as well', () => {
    const stack = routerStack();
    const network = new SmallNetwork(stack);
    network.admit('secretsmanager', new ec2.SecurityGroup(stack, 'Other', { vpc: network.vpc }));
    new LlmRouter(stack, 'Router', {
      network,
      models: { gpt: { backend: new ClosedProvider(openai(stack)), model: 'gpt-5.4-mini' } },
      routes: [{ name: 'default', to: ['gpt'] }],
      sensitivity: { defaultClass: 'public' },
    });
    expect(network.domains).toEqual(['api.openai.com']);
    const rules = Object.values(Template.fromStack(stack).findResources('AWS::EC2::SecurityGroupIngress'));
    expect(rules.map(({ Properties }) => Properties.Description as string)).toContain('to secretsmanager');
  });

  test('is read through an endpoint where the network has no way out over IPv4', () => {
    const { network } = routed(openai, ['gpt-5.4-mini'], { egress: false, ipv6Egress: true });
    expect(network.domains).toEqual(['api.openai.com']);
    expect(network.admitted).toEqual(['secretsmanager', 'execute-api']);
  });
});

describe('Bedrock', () => {
  const bedrock = (): ClosedProviderProps => ({ provider: 'bedrock' });
  const ACTION = 'bedrock:InvokeModelWithResponseStream';
  const foundation = (model: string, region = 'us-east-1'): string =>
    `arn:aws:bedrock:${region}::foundation-model/${model}`;

  test('may be asked for the named models of this region, streamed or not, and for no other', () => {
    const { template } = routed(bedrock, ['amazon.nova-lite-v1:0', 'anthropic.claude-x-v1:0']);
    expect(resourcesFor(template, ACTION)).toEqual([
      foundation('amazon.nova-lite-v1:0'),
      foundation('anthropic.claude-x-v1:0'),
    ]);
    expect(resourcesFor(template, 'bedrock:InvokeModel')).toEqual(resourcesFor(template, ACTION));
  });

  test('is reached through its endpoint, and its name can be resolved', () => {
    const { network } = routed(bedrock, ['amazon.nova-lite-v1:0'], { egress: false });
    expect(network.admitted).toEqual(['bedrock-runtime', 'execute-api']);
    expect(network.domains).toEqual(['bedrock-runtime.us-east-1.amazonaws.com']);
  });

  test('may run a profile in other regions for that profile’s sake only', () => {
    const { template } = routed(bedrock, ['us.anthropic.claude-x-v1:0']);
    const profile = {
      'Fn::Join': [
        '',
        ['arn:aws:bedrock:us-east-1:', { Ref: 'AWS::AccountId' }, ':inference-profile/us.anthropic.claude-x-v1:0'],
      ],
    };
    expect(resourcesFor(template, ACTION)).toEqual([profile, foundation('anthropic.claude-x-v1:0', '*')]);
    expect(statementsOf(template, 'open').find(({ Sid }) => Sid === 'ProfileChoosesTheRegion1')?.Condition).toEqual({
      StringEquals: { 'bedrock:InferenceProfileArn': profile },
    });
  });

  test('may be asked for any model of the region where callers name it, and says so', () => {
    const { template } = routed(bedrock, ['bedrock/*']);
    const statement = statementsOf(template, 'open').find(({ Sid }) => Sid === 'CallersNameAnyModelOfTheRegion');
    expect(statement?.Resource).toBe(foundation('*'));
  });
});

describe('an address of one’s own', () => {
  test('can be resolved where it has a name, and needs no resolver where it is written out', () => {
    const at = (baseUrl: string) => (): ClosedProviderProps => ({ provider: 'lab', baseUrl, protocol: 'openai' });
    expect(routed(at('https://LLM.example.com/v1'), ['m']).network.domains).toEqual(['llm.example.com']);
    expect(routed(at('http://10.0.7.4:11434/v1'), ['m']).network.domains).toEqual([]);
    expect(routed(at('http://[fd00::5]:8000/v1'), ['m']).network.domains).toEqual([]);
  });

  test('of Bedrock takes no endpoint of ours', () => {
    const { network } = routed(
      () => ({ provider: 'bedrock', baseUrl: 'https://vpce-1.example.com' }),
      ['amazon.nova-lite-v1:0'],
    );
    expect(network.admitted).toEqual(['execute-api']);
  });
});
