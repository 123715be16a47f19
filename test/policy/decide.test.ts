import type { SensitivityClass } from '../../config/vocabulary';
import { type RoutingState, decide } from '../../lib/policy/decide';
import type { Facts } from '../../lib/policy/facts';
import { type PartialConfig, planOf } from '../support/plans';

const FACTS: Facts = {
  lane: 'open',
  endpoint: 'chat',
  tenant: 'local',
  keyFloor: 'public',
  model: 'auto',
  statedClass: null,
  statedTask: null,
  detected: [],
  detectorFailed: null,
  stream: false,
  needs: [],
  promptTokensMax: 400,
  promptTokens: 100,
  maxTokens: null,
  choices: 1,
  temperature: null,
  topP: null,
};

const NOTHING: RoutingState = { cooling: new Set(), spent: { tenantUsd: 0, accountUsd: 0 } };
const stated = (value: SensitivityClass): Partial<Facts> => ({ statedClass: { value, where: 'x-hybrid-class' } });
const task = (value: NonNullable<Facts['statedTask']>['value']): Partial<Facts> => ({
  statedTask: { value, where: 'x-hybrid-task' },
});
const found = (detector: string, value: SensitivityClass): Partial<Facts> => ({
  detected: [{ detector, class: value, where: 'messages[0].content' }],
});

interface Row {
  readonly it: string;
  readonly config?: PartialConfig;
  readonly facts?: Partial<Facts>;
  readonly state?: Partial<RoutingState>;
  readonly sealed?: true;
  /** Class, then the models asked in order, or the error. */
  readonly class?: SensitivityClass;
  readonly asks?: readonly string[];
  readonly skips?: Readonly<Record<string, string>>;
  readonly route?: string | null;
  readonly set?: object;
  readonly error?: string;
}

const TASK_ROUTES: PartialConfig = {
  routes: [
    {
      name: 'restricted',
      when: { sensitivity: 'restricted' },
      to: ['fast'],
      set: { maxTokens: 2048, temperature: 0.3 },
    },
    {
      name: 'bulk',
      when: { task: ['extraction', 'classification'] },
      to: ['fast', 'gpt'],
      set: { maxTokens: 512, temperature: 0 },
    },
    { name: 'hard', when: { task: 'agentic' }, to: ['claude'], cap: { maxTokens: 4096 } },
    { name: 'default', to: ['fast', 'claude'] },
  ],
};
const RESEARCH: PartialConfig = {
  tenants: {
    research: {
      floor: 'internal',
      models: ['auto', 'fast', 'claude'],
      monthlyUsd: 200,
      at: ['warn@80', 'private@100'],
    },
  },
};
const NAMED_FALLBACK: PartialConfig = {
  models: {
    fast: { fleet: 'llama', fallback: ['gpt'] },
    claude: { provider: 'anthropic', model: 'claude-sonnet-5' },
    gpt: { provider: 'openai', model: 'gpt-4o' },
  },
  routes: [{ name: 'default', to: ['claude'] }],
};
const onlyTo = (...to: string[]): PartialConfig => ({ routes: [{ name: 'default', to }] });
const when = (condition: NonNullable<NonNullable<PartialConfig['routes']>[number]['when']>): PartialConfig => ({
  routes: [
    { name: 'special', when: condition, to: ['claude'] },
    { name: 'default', to: ['fast'] },
  ],
});

const ROWS: readonly Row[] = [
  // Step 1: the class is the highest of everything that speaks of it.
  { it: 'takes the default class when nobody says more', class: 'public' },
  {
    it: 'has internal as the default of the config itself',
    config: { sensitivity: {} },
    class: 'internal',
    asks: ['fast', 'claude'],
  },
  { it: 'lets the caller raise the class', facts: stated('restricted'), class: 'restricted', asks: ['fast'] },
  {
    it: 'does not let the caller lower the class',
    config: { sensitivity: { default: 'internal' } },
    facts: stated('public'),
    class: 'internal',
  },
  { it: 'raises to the floor of the tenant', config: RESEARCH, facts: { tenant: 'research' }, class: 'internal' },
  {
    it: 'does not let a caller go below the floor of the tenant',
    config: RESEARCH,
    facts: { tenant: 'research', ...stated('public') },
    class: 'internal',
  },
  {
    it: 'raises to the floor of the key',
    facts: { keyFloor: 'internal' },
    class: 'internal',
    asks: ['fast', 'claude'],
  },
  { it: 'raises to what a detector found', facts: found('card', 'restricted'), class: 'restricted', asks: ['fast'] },
  {
    it: 'takes the highest of two detectors',
    facts: {
      detected: [...(found('email', 'internal').detected ?? []), ...(found('iban', 'restricted').detected ?? [])],
    },
    class: 'restricted',
  },
  {
    it: 'does not lower a stated class to what a detector found',
    facts: { ...stated('restricted'), ...found('email', 'internal') },
    class: 'restricted',
  },
  {
    it: 'takes restricted when a detector failed',
    facts: { detectorFailed: 'late' },
    class: 'restricted',
    asks: ['fast'],
  },

  // Step 2: the chain.
  {
    it: 'takes the first route that matches',
    config: TASK_ROUTES,
    facts: task('extraction'),
    route: 'bulk',
    asks: ['fast', 'gpt'],
  },
  {
    it: 'takes a route by the class before later ones',
    config: TASK_ROUTES,
    facts: { ...task('extraction'), ...stated('restricted') },
    route: 'restricted',
    asks: ['fast'],
  },
  { it: 'takes a list of a condition as or', config: TASK_ROUTES, facts: task('classification'), route: 'bulk' },
  {
    it: 'falls to the last route',
    config: TASK_ROUTES,
    facts: task('coding'),
    route: 'default',
    asks: ['fast', 'claude'],
  },
  {
    it: 'routes `task:NAME` like `auto`',
    config: TASK_ROUTES,
    facts: { model: 'task:agentic', statedTask: { value: 'agentic', where: 'model' } },
    route: 'hard',
    asks: ['claude'],
  },
  { it: 'asks a named model and nobody else', facts: { model: 'claude' }, route: null, asks: ['claude'] },
  {
    it: 'gives a named model its own fallback',
    config: NAMED_FALLBACK,
    facts: { model: 'fast' },
    route: null,
    asks: ['fast', 'gpt'],
  },
  {
    it: 'does not give a named model the fallback of a route',
    config: TASK_ROUTES,
    facts: { model: 'fast', ...task('extraction') },
    asks: ['fast'],
  },
  { it: 'resolves a wildcard to the rest of the name', facts: { model: 'openai/gpt-4.1' }, asks: ['openai/gpt-4.1'] },
  { it: 'does not take a wildcard itself for a model', facts: { model: 'openai/' }, error: 'model_not_found' },
  { it: 'knows no model of another name', facts: { model: 'gpt-99' }, error: 'model_not_found' },
  { it: 'knows no model of an inherited name', facts: { model: 'constructor' }, error: 'model_not_found' },
  {
    it: 'matches by tenant',
    config: { ...RESEARCH, ...when({ tenant: 'research' }) },
    facts: { tenant: 'research' },
    route: 'special',
  },
  { it: 'matches by endpoint', config: when({ endpoint: 'messages' }), route: 'default' },
  {
    it: 'matches by needs, all of them',
    config: when({ needs: ['tools', 'images'] }),
    facts: { needs: ['tools'] },
    route: 'default',
  },
  {
    it: 'matches by needs when all are there',
    config: when({ needs: ['tools', 'schema'] }),
    facts: { needs: ['tools', 'json_schema'] },
    route: 'special',
  },
  { it: 'matches by stream', config: when({ stream: true }), facts: { stream: true }, route: 'special' },
  { it: 'matches above a number of prompt tokens', config: when({ promptTokensOver: 99 }), route: 'special' },
  { it: 'does not match at the number itself', config: when({ promptTokensOver: 100 }), route: 'default' },
  { it: 'matches below a number of prompt tokens', config: when({ promptTokensUnder: 101 }), route: 'special' },
  {
    it: 'joins the keys of a condition by and',
    config: when({ stream: true, task: 'coding' }),
    facts: { stream: true },
    route: 'default',
  },

  // Step 3: filters, each with its reason.
  {
    it: 'skips what the tenant may not use',
    config: { ...RESEARCH, ...onlyTo('gpt', 'fast') },
    facts: { tenant: 'research' },
    asks: ['fast'],
    skips: { gpt: 'tenant_not_allowed' },
  },
  {
    it: 'skips what is beyond the boundary of the class',
    facts: stated('internal'),
    asks: ['fast', 'claude'],
    skips: { gpt: 'boundary_forbidden' },
  },
  {
    it: 'widens a class as far as the config says',
    config: { sensitivity: { default: 'public', allow: { internal: 'external' } } },
    facts: stated('internal'),
    asks: ['fast', 'claude', 'gpt'],
  },
  {
    it: 'skips what cannot take images',
    facts: { needs: ['images'] },
    asks: ['claude', 'gpt'],
    skips: { fast: 'images_unsupported' },
  },
  {
    it: 'offers tools to a fleet that is started with a parser for them',
    facts: { needs: ['tools'] },
    asks: ['fast', 'claude', 'gpt'],
  },
  {
    it: 'offers none to a fleet whose model has no parser',
    config: { fleets: { llama: { model: 'deepseek-ai/DeepSeek-R1' } } },
    facts: { needs: ['tools'] },
    asks: ['claude', 'gpt'],
    skips: { fast: 'tools_unsupported' },
  },
  {
    it: 'does not know how replicas were started that run already',
    config: { fleets: { llama: { model: 'deepseek-ai/DeepSeek-R1', endpoints: ['http://10.0.0.7:8000'] } } },
    facts: { needs: ['tools'] },
    asks: ['fast', 'claude', 'gpt'],
  },
  {
    it: 'skips what cannot give several answers',
    facts: { needs: ['n'] },
    asks: ['fast', 'gpt'],
    skips: { claude: 'n_unsupported' },
  },
  { it: 'skips what cannot give logprobs', facts: { needs: ['logprobs'] }, skips: { claude: 'logprobs_unsupported' } },
  {
    it: 'asks Gemini for several answers, logprobs and JSON',
    config: {
      providers: { gemini: { secret: 'a/gemini' } },
      models: { flash: { provider: 'gemini', model: 'gemini-3.5-flash-lite' } },
      ...onlyTo('flash'),
    },
    facts: { needs: ['n', 'logprobs', 'json_object', 'json_schema', 'tools', 'images', 'pdf'] },
    asks: ['flash'],
  },
  { it: 'skips what has no JSON mode', facts: { needs: ['json_object'] }, skips: { claude: 'schema_unsupported' } },
  {
    it: 'skips a context too small for prompt and answer',
    facts: { promptTokens: 26_000, maxTokens: 1_000 },
    asks: ['claude', 'gpt'],
    skips: { fast: 'context_too_small' },
  },
  {
    it: 'keeps a context that is just large enough',
    facts: { promptTokens: 26_000, maxTokens: 784 },
    asks: ['fast', 'claude', 'gpt'],
  },
  {
    it: 'skips a model of Bedrock that is held to no schema',
    facts: { needs: ['json_schema'] },
    config: {
      models: {
        nova: { provider: 'bedrock', model: 'us.amazon.nova-lite-v1:0' },
        llama: { provider: 'bedrock', model: 'meta.llama3-3-70b-instruct-v1:0' },
        oss: { provider: 'bedrock', model: 'openai.gpt-oss-120b-1:0' },
      },
      ...onlyTo('nova', 'llama', 'oss'),
    },
    asks: ['oss'],
    skips: { nova: 'schema_unsupported', llama: 'schema_unsupported' },
  },
  {
    it: 'skips an unknown price under a cap',
    config: {
      budgets: { monthlyUsd: 10 },
      models: { odd: { provider: 'openai', model: 'gpt-odd' }, fast: { fleet: 'llama' } },
      ...onlyTo('odd', 'fast'),
    },
    asks: ['fast'],
    skips: { odd: 'price_unknown' },
  },
  {
    it: 'lets an unknown price through where no cap holds',
    config: { models: { odd: { provider: 'openai', model: 'gpt-odd' } }, ...onlyTo('odd') },
    asks: ['odd'],
  },
  {
    it: 'lets an unknown price through where the config says so',
    config: {
      budgets: { monthlyUsd: 10, unpriced: 'allow' },
      models: { odd: { provider: 'openai', model: 'gpt-odd' } },
      ...onlyTo('odd'),
    },
    asks: ['odd'],
  },
  {
    it: 'takes a price from the config before the catalogue',
    config: {
      budgets: { monthlyUsd: 10 },
      models: {
        odd: {
          provider: 'openai',
          model: 'gpt-odd',
          price: { inputUsdPerMillionTokens: 1, outputUsdPerMillionTokens: 2 },
        },
      },
      ...onlyTo('odd'),
    },
    asks: ['odd'],
  },
  {
    it: 'knows the price of a model behind a wildcard',
    config: { budgets: { monthlyUsd: 10 } },
    facts: { model: 'openai/gpt-4o' },
    asks: ['openai/gpt-4o'],
  },
  {
    it: 'leaves only private targets when a tenant is at its private stage',
    config: RESEARCH,
    facts: { tenant: 'research' },
    state: { spent: { tenantUsd: 200, accountUsd: 0 } },
    asks: ['fast'],
    skips: { claude: 'budget_stage' },
  },
  {
    it: 'only warns at the warning stage',
    config: RESEARCH,
    facts: { tenant: 'research' },
    state: { spent: { tenantUsd: 199, accountUsd: 0 } },
    asks: ['fast', 'claude'],
  },
  {
    it: 'stops a tenant without stages at its budget',
    config: { tenants: { t: { monthlyUsd: 5 } } },
    facts: { tenant: 't' },
    state: { spent: { tenantUsd: 5, accountUsd: 0 } },
    error: 'budget_exhausted',
  },
  {
    it: 'switches closed targets off at the stage of the account',
    config: { budgets: { monthlyUsd: 100, killSwitch: ['notify@50', 'closed-off@90', 'zero@120'] } },
    state: { spent: { tenantUsd: 0, accountUsd: 90 } },
    asks: ['fast'],
    skips: { claude: 'budget_stage', gpt: 'budget_stage' },
  },
  {
    it: 'asks nobody at the last stage of the account',
    config: { budgets: { monthlyUsd: 100, killSwitch: ['closed-off@90', 'zero@120'] } },
    state: { spent: { tenantUsd: 0, accountUsd: 120 } },
    error: 'budget_exhausted',
  },

  // Step 4: order.
  { it: 'asks a cooling target last', state: { cooling: new Set(['fast']) }, asks: ['claude', 'gpt', 'fast'] },
  {
    it: 'asks a sole target though it cools',
    config: onlyTo('fast'),
    state: { cooling: new Set(['fast']) },
    asks: ['fast'],
  },

  // Step 5: the first filter that left nothing names the error.
  {
    it: 'says model_not_allowed for a name off the list',
    config: RESEARCH,
    facts: { tenant: 'research', model: 'gpt' },
    error: 'model_not_allowed',
  },
  {
    it: 'says model_not_allowed where `auto` is off the list',
    config: { tenants: { t: { models: ['fast'] } } },
    facts: { tenant: 't' },
    error: 'model_not_allowed',
  },
  {
    it: 'says boundary_forbidden for a restricted request to a closed model',
    facts: { model: 'claude', ...stated('restricted') },
    error: 'boundary_forbidden',
  },
  {
    it: 'says boundary_forbidden before what else is wrong',
    facts: { model: 'gpt', needs: ['images'], ...stated('restricted') },
    error: 'boundary_forbidden',
  },
  {
    it: 'says no_capable_target where nothing can do it',
    config: onlyTo('fast'),
    facts: { needs: ['audio'] },
    error: 'no_capable_target',
  },
  {
    it: 'says context_length_exceeded where nothing is large enough',
    config: onlyTo('fast'),
    facts: { promptTokens: 30_000 },
    error: 'context_length_exceeded',
  },
  {
    it: 'says no_target_available where no price is known',
    config: {
      budgets: { monthlyUsd: 10 },
      models: { odd: { provider: 'openai', model: 'gpt-odd' } },
      ...onlyTo('odd'),
    },
    error: 'no_target_available',
  },

  // Lanes.
  {
    it: 'sends a tenant whose floor is restricted to the sealed lane',
    config: { tenants: { t: { floor: 'restricted' } } },
    facts: { tenant: 't' },
    error: 'use_sealed_endpoint',
  },
  {
    it: 'sends a key whose floor is restricted to the sealed lane',
    facts: { keyFloor: 'restricted' },
    error: 'use_sealed_endpoint',
  },
  {
    it: 'serves it guarded where there is no sealed lane',
    config: { lanes: ['open'], tenants: { t: { floor: 'restricted' } } },
    facts: { tenant: 't' },
    asks: ['fast'],
  },
  {
    it: 'reaches only fleets on the sealed lane',
    sealed: true,
    asks: ['fast'],
    skips: { claude: 'not_in_lane', gpt: 'not_in_lane' },
  },
  {
    it: 'says boundary_forbidden for a closed model on the sealed lane',
    sealed: true,
    facts: { model: 'claude' },
    error: 'boundary_forbidden',
  },

  // `set` and `cap`.
  {
    it: 'sets what the caller left out',
    config: TASK_ROUTES,
    facts: task('extraction'),
    set: { maxTokens: 512, temperature: 0 },
  },
  {
    it: 'leaves what the caller said',
    config: TASK_ROUTES,
    facts: { ...task('extraction'), maxTokens: 9, temperature: 1 },
    set: {},
  },
  {
    it: 'caps what the caller asked',
    config: TASK_ROUTES,
    facts: { ...task('agentic'), maxTokens: 9000 },
    set: { maxTokens: 4096 },
  },
  {
    it: 'sets the cap where the caller asked no limit',
    config: TASK_ROUTES,
    facts: task('agentic'),
    set: { maxTokens: 4096 },
  },
  {
    it: 'sets nothing for a named model',
    config: TASK_ROUTES,
    facts: { model: 'fast', ...task('extraction') },
    set: {},
  },
];

describe('a request is decided', () => {
  test.each(ROWS.map((row) => [row.it, row] as const))('%s', (_, row) => {
    const plan = planOf(row.config, row.sealed ? 'sealed' : 'open');
    const decision = decide(plan, { ...FACTS, ...row.facts, lane: plan.lane }, { ...NOTHING, ...row.state });
    expect(decision.error).toBe(row.error ?? null);
    if (row.class !== undefined) expect(decision.class.value).toBe(row.class);
    if (row.asks !== undefined)
      expect(decision.chain.filter(({ use }) => use).map(({ model }) => model)).toEqual(row.asks);
    if (row.route !== undefined) expect(decision.route).toBe(row.route);
    if (row.set !== undefined) expect(decision.set).toEqual(row.set);
    for (const [model, reason] of Object.entries(row.skips ?? {})) {
      expect(decision.chain.find((entry) => entry.model === model)).toMatchObject({ use: false, reason });
    }
  });

  test('in a table of at least forty rows, each of which checks something', () => {
    expect(ROWS.length).toBeGreaterThanOrEqual(40);
    const checks = ['class', 'asks', 'skips', 'route', 'set', 'error'] as const;
    expect(ROWS.filter((row) => checks.every((key) => row[key] === undefined))).toEqual([]);
  });

  test('and says who raised its class', () => {
    const { class: decided } = decide(
      planOf(RESEARCH),
      { ...FACTS, tenant: 'research', ...found('card', 'restricted') },
      NOTHING,
    );
    expect(decided.from).toEqual([
      { class: 'internal', source: 'tenant_floor', where: 'tenants.research.floor' },
      { class: 'restricted', source: 'detector', where: 'messages[0].content', detector: 'card' },
    ]);
  });
});
