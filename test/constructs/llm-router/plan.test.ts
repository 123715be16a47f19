/** What a router's functions are told: the plan that the config file would give, and names only the account knows. */
import { Template } from 'aws-cdk-lib/assertions';
import { ClosedProvider } from '../../../constructs/closed-provider';
import { LlmRouter, type LlmRouterProps, RouterLane } from '../../../constructs/llm-router';
import type { Config } from '../../../config/schema';
import { parseConfig } from '../../../lib/config/parse';
import { compile } from '../../../lib/plan/compile';
import { resourcesOf } from '../../support/cdk';
import {
  FakeFleet,
  SmallNetwork,
  annotations,
  assetFile,
  bothLanes,
  functionOf,
  openai,
  planOf,
  routerStack,
  secretNamed,
} from './support';

const YAML = `
name: acme-llm
region: us-east-1
fleets:
  llama: { model: meta-llama/Llama-3.1-8B-Instruct, context: 16384, concurrency: 32, adapters: { support: s3://acme/support/ }, replicas: { wake: never } }
  own: { model: 'meta-llama/Llama-3.1-8B-Instruct', endpoints: ['http://10.0.4.5:8000'] }
providers:
  openai: { secret: acme/openai, agreement: { kind: dpa, ref: OA-2026-03 } }
  bedrock: {}
  lab: { baseUrl: 'http://10.0.7.4:11434/v1', protocol: openai }
models:
  fast: { fleet: llama, fallback: [gpt] }
  support: { fleet: llama, adapter: support }
  near: { fleet: own }
  gpt: { provider: openai, model: gpt-5.4-mini, price: { inputUsdPerMillionTokens: 1, outputUsdPerMillionTokens: 2 } }
  nova: { provider: bedrock, model: 'amazon.nova-lite-v1:0' }
  oss: { provider: bedrock, model: 'openai.gpt-oss-120b-1:0', protocol: openai }
  lab: { provider: lab, model: qwen3, price: { inputUsdPerMillionTokens: 0, outputUsdPerMillionTokens: 0 } }
  'openai/*': { provider: openai }
routes:
  - { name: restricted, when: { sensitivity: restricted }, to: [fast], set: { maxTokens: 2048, temperature: 0.3 } }
  - { name: bulk, when: { task: [classification, extraction], needs: [tools] }, to: [fast, gpt], cap: { maxTokens: 512 } }
  - { name: default, to: [gpt, fast] }
expect:
  - { given: { text: 'card 4111 1111 1111 1111' }, class: restricted, never: external }
  - { given: { task: agentic }, first: gpt, route: default }
tenants:
  research: { floor: internal, models: [auto, fast], monthlyUsd: 200, at: [warn@80], requestsPerMinute: 60 }
sensitivity:
  default: public
  allow: { restricted: region }
  detect: { email: restricted, custom: [{ name: project, class: internal, words: [bluebird] }] }
licences: { accept: [llama3.1] }
budgets: { monthlyUsd: 2000, killSwitch: [notify@80, zero@120], unpriced: allow }
`;

/** The same, said in props. */
function everything(): { stack: ReturnType<typeof routerStack>; template: Template } {
  const stack = routerStack();
  const network = new SmallNetwork(stack);
  const llama = new FakeFleet(network, 'llama', {
    adapters: { support: 's3://acme/support/' },
    wake: 'never',
  });
  const own = new FakeFleet(network, 'own', { endpoints: ['http://10.0.4.5:8000'], context: 8192, concurrency: 16 });
  const closed = openai(stack);
  const bedrock = new ClosedProvider({ provider: 'bedrock' });
  const props: LlmRouterProps = {
    deployment: 'acme-llm',
    network,
    models: {
      fast: { backend: llama, fallback: ['gpt'] },
      support: { backend: llama, adapter: 'support' },
      near: { backend: own },
      gpt: {
        backend: closed,
        model: 'gpt-5.4-mini',
        price: { inputUsdPerMillionTokens: 1, outputUsdPerMillionTokens: 2 },
      },
      nova: { backend: bedrock, model: 'amazon.nova-lite-v1:0' },
      oss: { backend: bedrock, model: 'openai.gpt-oss-120b-1:0', protocol: 'openai' },
      lab: {
        backend: new ClosedProvider({ provider: 'lab', baseUrl: 'http://10.0.7.4:11434/v1', protocol: 'openai' }),
        model: 'qwen3',
        price: { inputUsdPerMillionTokens: 0, outputUsdPerMillionTokens: 0 },
      },
      'openai/*': { backend: closed },
    },
    routes: [
      {
        name: 'restricted',
        when: { sensitivity: ['restricted'] },
        to: ['fast'],
        set: { maxTokens: 2048, temperature: 0.3 },
      },
      {
        name: 'bulk',
        when: { task: ['classification', 'extraction'], needs: ['tools'] },
        to: ['fast', 'gpt'],
        cap: { maxTokens: 512 },
      },
      { name: 'default', to: ['gpt', 'fast'] },
    ],
    expect: [
      { given: { text: 'card 4111 1111 1111 1111' }, requestClass: 'restricted', never: ['external'] },
      { given: { task: 'agentic' }, first: 'gpt', route: 'default' },
    ],
    tenants: {
      research: {
        floor: 'internal',
        models: ['auto', 'fast'],
        monthlyUsd: 200,
        at: ['warn@80'],
        requestsPerMinute: 60,
      },
    },
    sensitivity: {
      defaultClass: 'public',
      allow: { restricted: 'region' },
      detect: { email: 'restricted' },
      custom: [{ name: 'project', requestClass: 'internal', words: ['bluebird'] }],
    },
    budget: { monthlyUsd: 2000, killSwitch: ['notify@80', 'zero@120'], unpriced: 'allow' },
  };
  new LlmRouter(stack, 'Router', props);
  return { stack, template: Template.fromStack(stack) };
}

describe('plan.json', () => {
  test.each([RouterLane.OPEN, RouterLane.SEALED])(
    'of the %s lane is what an equivalent config file compiles to',
    (lane) => {
      const { config, findings } = parseConfig(YAML);
      expect(findings).toEqual([]);
      const { stack, template } = everything();
      const [, resource] = functionOf(template, lane);
      expect(planOf(stack, resource)).toEqual(compile(config as Config, lane));
    },
  );

  test('holds no CDK token and nothing of the account', () => {
    const { stack, template } = everything();
    for (const lane of ['open', 'sealed'] as const) {
      const text = assetFile(stack, functionOf(template, lane)[1], 'plan.json');
      expect(text).not.toContain('${');
      expect(text).not.toContain('Token[');
      expect(text).not.toContain('arn:');
    }
  });

  test('is the same in a stack without a region', () => {
    const plans = [{ env: { region: 'us-east-1' } }, {}].map((props) => {
      const stack = routerStack(props);
      new LlmRouter(stack, 'Router', {
        models: { gpt: { backend: openai(stack), model: 'gpt-5.4-mini' } },
        routes: [{ name: 'default', to: ['gpt'] }],
      });
      return assetFile(stack, functionOf(Template.fromStack(stack), 'open')[1], 'plan.json');
    });
    expect(plans[0]).toBe(plans[1]);
  });

  test('is refused where a part of it is known at deploy only, with the path to it', () => {
    const stack = routerStack();
    const backend = new ClosedProvider({ provider: 'lab', baseUrl: `http://${stack.account}/v1`, protocol: 'openai' });
    expect(
      () =>
        new LlmRouter(stack, 'Router', {
          models: { lab: { backend, model: 'qwen3' } },
          routes: [{ name: 'default', to: ['lab'] }],
        }),
    ).toThrow('providers.lab.baseUrl: got a value that is known at deploy only');
  });

  test('lies beside the same bundle in both lanes', () => {
    const { stack, template } = bothLanes();
    const [open, sealed] = (['open', 'sealed'] as const).map((lane) => functionOf(template, lane)[1]);
    expect(assetFile(stack, open!, 'index.js')).toBe(assetFile(stack, sealed!, 'index.js'));
    expect(assetFile(stack, open!, 'plan.json')).not.toBe(assetFile(stack, sealed!, 'plan.json'));
  });

  test('is the same bytes at each synth, and so is the template', () => {
    const [one, two] = [bothLanes(), bothLanes()].map(({ template }) => JSON.stringify(template.toJSON()));
    expect(one).toBe(two);
  });
});

describe('a fleet that the catalogue does not know', () => {
  test('is asked for by the name that its engine serves', () => {
    const stack = routerStack();
    const network = new SmallNetwork(stack);
    const fleet = new FakeFleet(network, 'mine', { model: 'acme/tuned' });
    new LlmRouter(stack, 'Router', {
      network,
      models: { mine: { backend: fleet } },
      routes: [{ name: 'default', to: ['mine'] }],
    });
    const plan = planOf(stack, functionOf(Template.fromStack(stack), 'sealed')[1]);
    expect(plan.models['mine']).toMatchObject({ fleet: 'mine', upstreamModel: 'acme/tuned' });
    expect(fleet.bound.map(({ models }) => models)).toEqual([['acme/tuned'], ['acme/tuned']]);
  });
});

describe('the environment', () => {
  test('names tables and secrets by reference, and holds no key', () => {
    const { template } = bothLanes();
    const [keys, ledger] = ['RouterKeys', 'RouterLedger'].map((prefix) =>
      Object.keys(resourcesOf(template, 'AWS::DynamoDB::Table')).find((id) => id.startsWith(prefix)),
    );
    const variables = (lane: 'open' | 'sealed'): unknown =>
      (functionOf(template, lane)[1].Properties?.['Environment'] as { Variables: unknown }).Variables;
    const common = {
      HYBRID_LLM_DEPLOYMENT: 'test',
      HYBRID_LLM_KEYS_TABLE: { Ref: keys },
      HYBRID_LLM_LEDGER_TABLE: { Ref: ledger },
      HYBRID_LLM_FLEET_TABLE_LLAMA: { Ref: expect.stringMatching(/^NetworkFleetllamaTable/) as string },
    };
    expect(variables('open')).toEqual({
      ...common,
      HYBRID_LLM_LANE: 'open',
      HYBRID_LLM_SECRET_ARN_ACME_OPENAI: {
        'Fn::Join': ['', ['arn:aws:secretsmanager:us-east-1:', { Ref: 'AWS::AccountId' }, ':secret:acme/openai']],
      },
    });
    expect(variables('sealed')).toEqual({ ...common, HYBRID_LLM_LANE: 'sealed' });
  });

  test('takes the name of the stack for the deployment, as names are written', () => {
    const stack = routerStack({ stackName: 'Acme-LLM-Prod' });
    const router = new LlmRouter(stack, 'Router', {
      models: { gpt: { backend: openai(stack), model: 'gpt-5.4-mini' } },
      routes: [{ name: 'default', to: ['gpt'] }],
    });
    expect(router.deployment).toBe('acme-llm-prod');
  });

  test('fails where two secrets would be one variable', () => {
    const stack = routerStack();
    const lab = (provider: string, secret: string): ClosedProvider =>
      new ClosedProvider({
        provider,
        secret: secretNamed(stack, secret),
        baseUrl: `https://${provider}.example.com/v1`,
        protocol: 'openai',
      });
    new LlmRouter(stack, 'Router', {
      models: { a: { backend: lab('a', 'acme/key'), model: 'm' }, b: { backend: lab('b', 'acme-key'), model: 'm' } },
      routes: [{ name: 'default', to: ['a', 'b'] }],
      sensitivity: { defaultClass: 'public' },
    });
    expect(annotations(stack, 'error')).toEqual([
      expect.stringContaining('b: got HYBRID_LLM_SECRET_ARN_ACME_KEY for two different things') as string,
    ]);
  });
});
