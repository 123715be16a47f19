/** What synth says of a router: of its policy, of its surroundings, and what cdk-nag finds. */
import { type Stack, Validations } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { AwsSolutionsChecks } from 'cdk-nag';
import { ClosedProvider, type ClosedProviderProps } from '../../../constructs/closed-provider';
import { LlmRouter, type LlmRouterProps, RouterFront, RouterLane } from '../../../constructs/llm-router';
import { testApp } from '../../support/cdk';
import { FakeFleet, SmallNetwork, annotations, openai, routerStack } from './support';

const errorsOf = (make: (stack: Stack) => LlmRouterProps, stack = routerStack()): string[] => {
  new LlmRouter(stack, 'Router', make(stack));
  return annotations(stack, 'error');
};

const text = (...parts: string[]): unknown =>
  expect.stringMatching(
    new RegExp(parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*')),
  ) as unknown;

describe('a policy', () => {
  test('with several mistakes gets all of them as errors at once, each with its place and what to do', () => {
    const errors = errorsOf((stack) => ({
      models: { gpt: { backend: openai(stack), model: 'gpt-5.4-mini', fallback: ['gtp'] } },
      routes: [{ name: 'default', when: { task: ['agentik'] }, to: ['gpt'] }],
      tenants: { research: { at: ['warn@0'] } },
    }));
    expect(errors).toEqual([
      text('routes[0].when.task', 'got "agentik"; expected', 'agentic'),
      text('tenants.research.at[0]', 'warn@0'),
    ]);
    const names = errorsOf((stack) => ({
      models: { gpt: { backend: openai(stack), model: 'gpt-5.4-mini', fallback: ['gtp'] } },
      routes: [{ name: 'default', to: ['gpt', 'opt'] }],
    }));
    expect(names).toEqual([text('models.gpt.fallback[0]: got "gtp"; expected'), text('routes[0].to[1]: got "opt"')]);
  });

  test('with an address that is none is an error like any other', () => {
    const errors = errorsOf(() => ({
      models: {
        lab: {
          backend: new ClosedProvider({ provider: 'lab', baseUrl: '10.0.7.4', protocol: 'openai' }),
          model: 'qwen3',
        },
      },
      routes: [{ name: 'default', to: ['lab'] }],
    }));
    expect(errors).toEqual([text('providers.lab.baseUrl: got "10.0.7.4"')]);
  });

  test('that does not do what is expected of it is an error', () => {
    const errors = errorsOf((stack) => ({
      models: { gpt: { backend: openai(stack), model: 'gpt-5.4-mini' } },
      routes: [{ name: 'default', to: ['gpt'] }],
      expect: [
        { given: { text: 'hello' }, first: 'gpt' },
        { given: { text: 'hello' }, requestClass: 'restricted' },
      ],
    }));
    expect(errors).toEqual([text('expect[1].class: got internal; expected restricted')]);
  });

  test('that leaves a class without a target is a warning with an id of its own', () => {
    const stack = routerStack();
    errorsOf(
      (one) => ({
        models: { gpt: { backend: openai(one), model: 'gpt-5.4-mini' } },
        routes: [{ name: 'default', to: ['gpt'] }],
      }),
      stack,
    );
    expect(annotations(stack, 'error')).toEqual([]);
    expect(annotations(stack, 'warning')).toEqual([
      text('sensitivity.allow.restricted', 'cdk-hybrid-llm:LlmRouter.classWithoutTarget'),
    ]);
  });

  test('is not asked what a fleet is made of: licence, context and kind are the fleet’s to judge', () => {
    const stack = routerStack();
    const network = new SmallNetwork(stack);
    const fleet = new FakeFleet(network, 'big', { context: 10_000_000 });
    new LlmRouter(stack, 'Router', {
      network,
      models: { big: { backend: fleet } },
      routes: [{ name: 'default', to: ['big'] }],
    });
    expect([...annotations(stack, 'error'), ...annotations(stack, 'warning')]).toEqual([]);
  });
});

describe('surroundings', () => {
  test('a sealed lane or a private API without a network', () => {
    const errors = errorsOf((stack) => ({
      lanes: [RouterLane.OPEN, RouterLane.SEALED],
      fronts: [RouterFront.privateApi()],
      models: { gpt: { backend: openai(stack), model: 'gpt-5.4-mini' } },
      routes: [{ name: 'default', to: ['gpt'] }],
    }));
    expect(errors).toEqual([
      text('lanes: got the sealed lane and no network'),
      text('fronts: got a private API and no network'),
    ]);
  });

  test('no lane', () => {
    const errors = errorsOf((stack) => ({
      lanes: [],
      fronts: [RouterFront.functionUrl()],
      models: { gpt: { backend: openai(stack), model: 'gpt-5.4-mini' } },
      routes: [{ name: 'default', to: ['gpt'] }],
    }));
    expect(errors).toContainEqual(text('lanes: got none'));
  });

  test('function URLs twice', () => {
    const errors = errorsOf((stack) => ({
      fronts: [RouterFront.functionUrl(), RouterFront.functionUrl()],
      models: { gpt: { backend: openai(stack), model: 'gpt-5.4-mini' } },
      routes: [{ name: 'default', to: ['gpt'] }],
    }));
    expect(errors).toEqual([text('fronts: got function URLs twice')]);
  });

  test('an open lane in a network that has none', () => {
    const errors = errorsOf((stack) => {
      const network = new SmallNetwork(stack, 'Network', { openLane: false });
      return {
        network,
        lanes: [RouterLane.OPEN, RouterLane.SEALED],
        models: { fast: { backend: new FakeFleet(network) } },
        routes: [{ name: 'default', to: ['fast'] }],
      };
    });
    expect(errors).toEqual([text('lanes: got the open lane and a network without one')]);
  });

  test('a backend in a VPC and a router outside of it', () => {
    const errors = errorsOf((stack) => ({
      models: {
        fast: { backend: new FakeFleet(new SmallNetwork(stack)) },
        lab: {
          backend: new ClosedProvider({ provider: 'lab', baseUrl: 'http://10.0.7.4:11434/v1', protocol: 'openai' }),
          model: 'qwen3',
        },
      },
      routes: [{ name: 'default', to: ['fast', 'lab'] }],
    }));
    expect(errors).toEqual([text('llama: got a backend inside a VPC'), text('lab: got a backend inside a VPC')]);
  });

  test('a provider on the internet and no way out', () => {
    const errors = errorsOf((stack) => ({
      network: new SmallNetwork(stack, 'Network', { egress: false }),
      models: { gpt: { backend: openai(stack), model: 'gpt-5.4-mini' } },
      routes: [{ name: 'default', to: ['gpt'] }],
    }));
    expect(errors).toEqual([text('providers.openai: got openai on the internet')]);
  });

  test.each<[string, ClosedProviderProps]>([
    ['bedrock', { provider: 'bedrock' }],
    ['bedrock', { provider: 'bedrock', baseUrl: 'https://vpce-1.example.com' }],
    ['near', { provider: 'near', baseUrl: 'https://vpce-1.example.com', protocol: 'bedrock' }],
  ])('Bedrock in a stack whose region is known at deploy only: %s %j', (_name, provider) => {
    const make = (): LlmRouterProps => ({
      models: { nova: { backend: new ClosedProvider(provider), model: 'amazon.nova-lite-v1:0' } },
      sensitivity: { defaultClass: 'public' },
      routes: [{ name: 'default', to: ['nova'] }],
    });
    expect(errorsOf(make, routerStack({}))).toEqual([
      text('bedrock: got a stack without a region', 'env: { region: … }'),
    ]);
    expect(errorsOf(make)).toEqual([]);
  });

  test('two backends of one name', () => {
    const errors = errorsOf((stack) => ({
      models: {
        a: { backend: openai(stack), model: 'm' },
        b: { backend: new ClosedProvider({ provider: 'openai' }), model: 'n' },
      },
      routes: [{ name: 'default', to: ['a', 'b'] }],
      sensitivity: { defaultClass: 'public' },
    }));
    expect(errors).toContainEqual(text('models: got two backends that are provider openai'));
  });

  test('two routers of a stack with one name for their metrics', () => {
    const stack = routerStack();
    const backend = openai(stack);
    for (const id of ['First', 'Second']) {
      new LlmRouter(stack, id, {
        models: { gpt: { backend, model: 'm' } },
        routes: [{ name: 'default', to: ['gpt'] }],
      });
    }
    expect(annotations(stack, 'warning')).toContainEqual(text('deployment: got test for two routers of a stack'));
  });
});

describe('cdk-nag', () => {
  const app = testApp();
  const stack = routerStack({ env: { region: 'us-east-1' } }, app);
  const network = new SmallNetwork(stack);
  new ec2.FlowLog(network, 'FlowLog', { resourceType: ec2.FlowLogResourceType.fromVpc(network.vpc) });
  new LlmRouter(stack, 'Router', {
    network,
    models: { fast: { backend: new FakeFleet(network) }, gpt: { backend: openai(stack), model: 'gpt-5.4-mini' } },
    routes: [{ name: 'default', to: ['fast', 'gpt'] }],
  });

  test('finds nothing in a router of two lanes behind a private API', () => {
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).not.toThrow();
  });

  test('is told once of each thing that is as it is for a reason', () => {
    const acknowledged = stack.node
      .findAll()
      .flatMap(({ node }) => node.metadata.map(({ type, data }) => ({ path: node.path, type, data: data as object })))
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ path, data }) => Object.keys(data).map((id) => `${path} ${id.replace(/.*AwsSolutions-/, '')}`))
      .filter((line) => line.startsWith('Test/Router/'));
    expect(acknowledged).toEqual([
      'Test/Router/NetworkInterfaces IAM5[Resource::*]',
      ...['APIG1', 'APIG2', 'APIG3', 'APIG4', 'APIG6', 'COG4'].map((rule) => `Test/Router/PrivateApi ${rule}`),
    ]);
  });
});
