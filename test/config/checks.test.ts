/** Keys that do not fit each other: each mistake is a small edit of a good config. */
import { formatPath } from '../../lib/config/findings';
import { parseConfig } from '../../lib/config/parse';
import { BASE, type Edit, edited, positionOf } from './base';

interface Row {
  readonly it: string;
  readonly edits: readonly Edit[];
  readonly code: string;
  readonly path: string;
  /** It stands where this snippet begins. */
  readonly at: string;
  /** Words of found, allowed and fix. */
  readonly says: readonly [found: string, allowed: string, fix: string];
  readonly severity?: 'warning';
}

const FLEET_URL = 'https://gpu.acme.example:8000';

const rows: readonly Row[] = [
  {
    it: 'a model with two targets',
    edits: [['support: { fleet: llama-8b, adapter: support-lora }', 'support: { fleet: llama-8b, provider: gemini }']],
    ...{ code: 'model-target', path: 'models.support', at: '{ fleet: llama-8b, provider' },
    says: ['`fleet` and `provider`', 'exactly one', 'keep one'],
  },
  {
    it: 'a model without target',
    edits: [['support: { fleet: llama-8b, adapter: support-lora }', 'support: { fallback: [flash] }']],
    ...{ code: 'model-target', path: 'models.support', at: '{ fallback: [flash] }\n  claude' },
    says: ['neither', 'exactly one', 'which fleet or provider'],
  },
  {
    it: 'a fleet that does not exist',
    edits: [['fleet: llama-8b, fallback', 'fleet: lama-8b, fallback']],
    ...{ code: 'unknown-fleet', path: 'models.fast.fleet', at: 'lama-8b, fallback' },
    says: ['"lama-8b"', 'llama-8b, vectors', 'did you mean `llama-8b`?'],
  },
  {
    it: "a fleet that is JavaScript's own word",
    edits: [['fleet: llama-8b, fallback', 'fleet: constructor, fallback']],
    ...{ code: 'unknown-fleet', path: 'models.fast.fleet', at: 'constructor' },
    says: ['"constructor"', 'llama-8b', 'add `constructor` under `fleets`'],
  },
  {
    it: 'a provider that does not exist',
    edits: [['provider: gemini,', 'provider: gemmini,']],
    ...{ code: 'unknown-provider', path: 'models.flash.provider', at: 'gemmini' },
    says: ['"gemmini"', 'anthropic, gemini, bedrock, lab', 'did you mean `gemini`?'],
  },
  {
    it: 'an adapter that the fleet does not load',
    edits: [['adapter: support-lora', 'adapter: sales-lora']],
    ...{ code: 'unknown-adapter', path: 'models.support.adapter', at: 'sales-lora' },
    says: ['"sales-lora"', 'support-lora', 'fleets.llama-8b.adapters'],
  },
  {
    it: 'an adapter on a provider',
    edits: [['model: claude-sonnet-5', 'model: claude-sonnet-5, adapter: support-lora']],
    ...{ code: 'unknown-adapter', path: 'models.claude.adapter', at: 'support-lora }\n  flash' },
    says: ['without a fleet', 'providers load none', 'remove `adapter`'],
  },
  {
    it: "a provider's model without its name",
    edits: [['claude: { provider: anthropic, model: claude-sonnet-5 }', 'claude: { provider: anthropic }']],
    ...{ code: 'upstream-model', path: 'models.claude.model', at: '{ provider: anthropic }' },
    says: ['no `model`', 'anthropic knows', 'add `model: …`'],
  },
  {
    it: 'a wildcard with a model',
    edits: [
      [
        '  e5:',
        "  'gemini/*': { provider: gemini, model: x, price: { inputUsdPerMillionTokens: 1, outputUsdPerMillionTokens: 1 } }\n  e5:",
      ],
    ],
    ...{ code: 'upstream-model', path: 'models."gemini/*".model', at: 'x, price' },
    says: ['"x"', 'no `model`', 'without *'],
  },
  {
    it: 'a star in the middle of a name',
    edits: [['  support:', "  'sup*port':"]],
    ...{ code: 'upstream-model', path: 'models."sup*port"', at: '{ fleet: llama-8b, adapter' },
    says: ['sup*port', 'one *, at the end', 'end the name'],
  },
  {
    it: 'a model named auto',
    edits: [['  support:', '  auto:']],
    ...{ code: 'reserved-name', path: 'models.auto', at: '{ fleet: llama-8b, adapter' },
    says: ['"auto"', 'ask the routes', 'rename'],
  },
  {
    it: 'a model named like a task',
    edits: [['  support:', "  'task:coding':"]],
    ...{ code: 'reserved-name', path: 'models."task:coding"', at: '{ fleet: llama-8b, adapter' },
    says: ['task:coding', 'task:', 'rename'],
  },
  {
    it: 'a route to an unknown model',
    edits: [['to: [claude]', 'to: [clade]']],
    ...{ code: 'route-models', path: 'routes[2].to[0]', at: 'clade' },
    says: ['"clade"', 'fast, support, claude', 'did you mean `claude`?'],
  },
  {
    it: 'a fallback to an unknown model',
    edits: [['fallback: [flash]', 'fallback: [gpt]']],
    ...{ code: 'fallback-models', path: 'models.fast.fallback[0]', at: 'gpt' },
    says: ['"gpt"', 'flash', 'add `gpt` under `models`'],
  },
  {
    it: 'a tenant that may use an unknown model',
    edits: [['models: [auto, fast, claude]', "models: [auto, 'task:codin', fast, claude]"]],
    ...{ code: 'tenant-models', path: 'tenants.research.models[1]', at: "'task:codin'" },
    says: ['"task:codin"', 'auto or task:NAME', 'did you mean `task:coding`?'],
  },
  {
    it: 'an expectation of an unknown model',
    edits: [['first: fast', 'first: fst']],
    ...{ code: 'expect-names', path: 'expect[0].first', at: 'fst' },
    says: ['"fst"', 'fast', 'did you mean `fast`?'],
  },
  {
    it: 'an expectation of an unknown boundary',
    edits: [['never: [external]', 'never: extern']],
    ...{ code: 'expect-names', path: 'expect[0].never', at: 'extern' },
    says: ['"extern"', 'vpc, region, agreement, external', 'did you mean `external`?'],
  },
  {
    it: 'an expectation of an unknown error, route and tenant',
    edits: [['given: { task: agentic }, first: fast', 'given: { tenant: resarch }, route: defalt, error: boundary']],
    ...{ code: 'expect-names', path: 'expect[0].error', at: 'boundary,' },
    says: ['"boundary"', 'an error code', 'did you mean `boundary_forbidden`?'],
  },
  {
    it: 'a route for an unknown tenant',
    edits: [['when: { tenant: research }', 'when: { tenant: [research, sales] }']],
    ...{ code: 'when-tenants', path: 'routes[2].when.tenant[1]', at: 'sales' },
    says: ['"sales"', 'research, local', 'add `sales` under `tenants`'],
  },
  {
    it: 'a model that falls back to itself in the end',
    edits: [
      ['model: gemini-3.5-flash-lite', 'model: gemini-3.5-flash-lite, fallback: [nova]'],
      ["nova-lite-v1:0' }", "nova-lite-v1:0', fallback: [fast] }"],
    ],
    ...{ code: 'fallback-loop', path: 'models.nova.fallback[0]', at: 'fast] }\n  e5' },
    says: ['fast → flash → nova → fast', 'a chain that ends', 'remove `fast`'],
  },
  {
    it: 'a model that falls back to itself',
    edits: [['fallback: [flash]', 'fallback: [fast]']],
    ...{ code: 'fallback-loop', path: 'models.fast.fallback[0]', at: 'fast] }\n  support' },
    says: ['fast → fast', 'ends', 'remove `fast`'],
  },
  {
    it: 'two routes of one name',
    edits: [['name: bulk', 'name: default']],
    ...{ code: 'duplicate-name', path: 'routes[3].name', at: 'default, to' },
    says: ['"default" a second time', 'once', 'rename'],
  },
  {
    it: 'a model twice in a chain',
    edits: [['to: [fast, flash]', 'to: [fast, flash, fast]']],
    ...{ code: 'duplicate-name', path: 'routes[1].to[2]', at: 'fast], set' },
    says: ['"fast" a second time', 'once', 'remove'],
  },
  {
    it: 'a zone twice',
    edits: [['azs: [us-east-1a, us-east-1b]', 'azs: [us-east-1b, us-east-1b]']],
    ...{ code: 'duplicate-name', path: 'network.azs[1]', at: 'us-east-1b]' },
    says: ['"us-east-1b" a second time', 'once', 'remove'],
  },
  {
    it: 'an address twice',
    edits: [['notify: [oncall@acme.example]', 'notify: [oncall@acme.example, oncall@acme.example]']],
    ...{ code: 'duplicate-name', path: 'alarms.notify[1]', at: 'oncall@acme.example] }' },
    says: ['"oncall@acme.example" a second time', 'once', 'remove'],
  },
  {
    it: 'a last route with a condition',
    edits: [['name: default, to', 'name: default, when: { stream: true }, to']],
    ...{ code: 'last-route', path: 'routes[3]', at: '{ name: default' },
    says: ['a condition: stream', 'without `when`', 'at the end'],
  },
  {
    it: 'a route for everything before others',
    edits: [['name: bulk, when: { task: [classification, extraction] },', 'name: bulk,']],
    ...{ code: 'last-route', path: 'routes[1]', at: '{ name: bulk' },
    says: ['before 2 more', 'in the last place', 'move it to the end'],
  },
  {
    it: 'a class that reaches farther than a lower one',
    edits: [['public: external, internal: agreement', 'public: agreement, internal: external']],
    ...{ code: 'allow-order', path: 'sensitivity.allow.internal', at: 'external, restricted' },
    says: ['internal reaches external, public only agreement', 'vpc, region, agreement', '`public: external`'],
  },
  {
    it: 'an unknown provider without address',
    edits: [["lab: { baseUrl: 'http://10.0.7.4:11434/v1', protocol: openai }", 'lab: {}']],
    ...{ code: 'provider-known', path: 'providers.lab.baseUrl', at: '{}\nmodels' },
    says: ['no `baseUrl` and `protocol`', 'openai, anthropic, gemini, bedrock', 'add `baseUrl` and `protocol`'],
  },
  {
    it: 'a known provider with the protocol of another',
    edits: [['gemini: { secret: acme/gemini }', 'gemini: { secret: acme/gemini, protocol: openai }']],
    ...{ code: 'provider-known', path: 'providers.gemini.protocol', at: 'openai }\n  bedrock' },
    says: ['openai', 'gemini', 'remove `protocol`'],
  },
  {
    it: 'a known provider without secret',
    edits: [['gemini: { secret: acme/gemini }', 'gemini: {}']],
    ...{ code: 'provider-secret', path: 'providers.gemini.secret', at: '{}\n  bedrock' },
    says: ['no `secret`', 'the name of the secret', 'secret: acme-llm/gemini'],
  },
  {
    it: 'a protocol of its own for a model that is not on Bedrock',
    edits: [['model: claude-sonnet-5 }', 'model: claude-sonnet-5, protocol: openai }']],
    ...{ code: 'model-protocol', path: 'models.claude.protocol', at: 'openai }\n  flash' },
    says: ['a model that is not on Bedrock', 'no `protocol`', 'remove `protocol`'],
  },
  {
    it: 'a secret for Bedrock',
    edits: [['bedrock: {}', 'bedrock: { secret: acme/bedrock }']],
    ...{ code: 'provider-secret', path: 'providers.bedrock.secret', at: 'acme/bedrock' },
    says: ['`secret` for bedrock', 'no secret', 'remove `secret`'],
  },
  {
    it: 'a key in place of its name',
    edits: [['secret: acme/gemini', 'secret: AIzaSyA1234567890abcdefghijklmnopqrstu']],
    ...{ code: 'secret-value', path: 'providers.gemini.secret', at: 'AIza' },
    says: ['not shown', 'the name of a secret', 'revoke this key'],
  },
  {
    it: 'a password in an address',
    edits: [['http://10.0.7.4:11434/v1', 'http://me:hunter2@10.0.7.4:11434/v1']],
    ...{ code: 'base-url-credentials', path: 'providers.lab.baseUrl', at: "'http://me" },
    says: ['a user or password', 'scheme, host, port and path', 'remove it'],
  },
  {
    it: 'a query in an address',
    edits: [['http://10.0.7.4:11434/v1', 'http://10.0.7.4:11434/v1?key=hunter2']],
    ...{ code: 'base-url-credentials', path: 'providers.lab.baseUrl', at: "'http://10" },
    says: ['a query', 'scheme, host, port and path', '`secret`'],
  },
  {
    it: 'keys in clear text',
    edits: [['http://10.0.7.4:11434/v1', 'http://llm.acme.example/v1']],
    ...{ code: 'base-url-clear-text', path: 'providers.lab.baseUrl', at: "'http://llm" },
    says: ['"http://llm.acme.example/v1"', 'https', 'https://'],
  },
  {
    it: "an address that lacks its protocol's version",
    edits: [['http://10.0.7.4:11434/v1', 'http://10.0.7.4:11434']],
    ...{ code: 'base-url-form', path: 'providers.lab.baseUrl', at: "'http://10" },
    says: ['"http://10.0.7.4:11434"', '/v1', 'add /v1'],
    severity: 'warning',
  },
  {
    it: 'an address with a version too many',
    edits: [['anthropic: { secret', "anthropic: { baseUrl: 'https://proxy.acme.example/v1', secret"]],
    ...{ code: 'base-url-form', path: 'providers.anthropic.baseUrl', at: "'https://proxy" },
    says: ['proxy.acme.example/v1', 'without a version path', 'remove /v1'],
  },
  {
    it: 'replicas at a public address',
    edits: [['    kind: embed', `    kind: embed\n    endpoints: ['${FLEET_URL}']`]],
    ...{ code: 'replica-addresses', path: 'fleets.vectors.endpoints[0]', at: `'${FLEET_URL}` },
    says: [FLEET_URL, 'private address', 'make it a provider'],
  },
  {
    it: 'a model that the catalogue does not know',
    edits: [['Qwen/Qwen3-Embedding-0.6B', 'Qwen/Qwen3-Embeding-0.6B']],
    ...{ code: 'fleet-model', path: 'fleets.vectors.model', at: 'Qwen/Qwen3-Embeding' },
    says: ['Qwen3-Embeding', 'a model of the catalogue', 'did you mean `Qwen/Qwen3-Embedding-0.6B`?'],
  },
  {
    it: 'a fleet without model',
    edits: [['    model: Qwen/Qwen3-Embedding-0.6B\n', '']],
    ...{ code: 'fleet-model', path: 'fleets.vectors', at: 'vectors:' },
    says: ['neither', 'a model of the catalogue', 'add `model: …`'],
  },
  {
    it: 'the architecture of a model that the catalogue has',
    edits: [
      [
        '    model: Qwen/Qwen3-Embedding-0.6B\n',
        '    model: Qwen/Qwen3-Embedding-0.6B\n    architecture: { layers: 1 }\n',
      ],
    ],
    ...{ code: 'fleet-model', path: 'fleets.vectors.architecture', at: '{ layers' },
    says: ['the catalogue has', 'it does not know', 'remove `architecture`'],
  },
  {
    it: 'a context that the model cannot take',
    edits: [['context: 16384', 'context: 200000']],
    ...{ code: 'fleet-context', path: 'fleets.llama-8b.context', at: '200000' },
    says: ['200000', 'at most 131072', 'context: 131072'],
  },
  {
    it: 'an embedding model in a chat fleet',
    edits: [['    kind: embed\n', '']],
    ...{ code: 'fleet-kind', path: 'fleets.vectors.kind', at: 'vectors:' },
    says: ['chat', 'embed', 'kind: embed'],
  },
  {
    it: 'an instance type that is none',
    edits: [['[g6.xlarge]', '[g6xlarge]']],
    ...{ code: 'instance-types', path: 'fleets.llama-8b.instances[0]', at: 'g6xlarge' },
    says: ['"g6xlarge"', 'family.size', 'did you mean `g6.xlarge`?'],
  },
  {
    it: 'a licence that is not accepted',
    edits: [['accept: [llama3.1]', 'accept: []']],
    ...{ code: 'licence-accepted', path: 'fleets.llama-8b.model', at: 'meta-llama' },
    says: ['llama3.1', 'licences.accept', 'add llama3.1'],
    severity: 'warning',
  },
  {
    it: 'more users than the licence permits',
    edits: [['accept: [llama3.1]', 'accept: [llama3.1], monthlyActiveUsers: 800000000']],
    ...{ code: 'licence-use', path: 'fleets.llama-8b.model', at: 'meta-llama' },
    says: ['800000000 users a month', '700000000 of them', 'licences.granted: { llama3.1: REFERENCE }'],
  },
  {
    it: 'training on answers that the licence ties to a name',
    edits: [['accept: [llama3.1]', 'accept: [llama3.1], trainOnAnswers: true']],
    ...{ code: 'licence-use', path: 'fleets.llama-8b.model', at: 'meta-llama' },
    says: ['trained on its answers', 'their name begins', 'remove `trainOnAnswers`'],
  },
  {
    it: 'production with a licence for research',
    edits: [
      ['meta-llama/Llama-3.1-8B-Instruct', 'Qwen/Qwen2.5-3B-Instruct'],
      ['accept: [llama3.1]', 'accept: [qwen-research]'],
    ],
    ...{ code: 'licence-use', path: 'fleets.llama-8b.model', at: 'Qwen/Qwen2.5' },
    says: ['production', 'not commercial', 'use: research'],
  },
  {
    it: 'more replicas than the most',
    edits: [['min: 0', 'min: 9']],
    ...{ code: 'replicas-range', path: 'fleets.llama-8b.replicas.min', at: '9\n' },
    says: ['9, more than', 'at most 4', 'raise `replicas.max` to 9'],
  },
  {
    it: 'more on-demand replicas than the most',
    edits: [['onDemandBase: 1', 'onDemandBase: 5']],
    ...{ code: 'replicas-range', path: 'fleets.llama-8b.capacity.onDemandBase', at: '5 }' },
    says: ['5, more than', 'at most 4', 'lower `onDemandBase` to 4'],
  },
  {
    it: 'more scheduled replicas than the most',
    edits: [['min: 1 }', 'min: 7 }']],
    ...{ code: 'replicas-range', path: 'fleets.llama-8b.replicas.schedule[0].min', at: '7 }' },
    says: ['7, more than', 'at most 4', 'raise'],
  },
  {
    it: 'a schedule that ends before it begins',
    edits: [["from: '08:00', to: '19:00'", "from: '19:00', to: '08:00'"]],
    ...{ code: 'schedule-times', path: 'fleets.llama-8b.replicas.schedule[0].to', at: "'08:00'" },
    says: ['from 19:00 to 08:00', 'within one day', 'from 00:00 to 08:00'],
  },
  {
    it: 'a zone of time that does not exist',
    edits: [['tz: Europe/Berlin', 'tz: Europe/Berln']],
    ...{ code: 'schedule-times', path: 'fleets.llama-8b.replicas.schedule[0].tz', at: 'Europe/Berln' },
    says: ['"Europe/Berln"', 'IANA', 'did you mean `Europe/Berlin`?'],
  },
  {
    it: 'a zone of another region',
    edits: [['[us-east-1a, us-east-1b]', '[us-east-1a, us-west-2b]']],
    ...{ code: 'zones', path: 'network.azs[1]', at: 'us-west-2b' },
    says: ['"us-west-2b"', 'us-east-1a', 'change `region`'],
  },
  {
    it: 'more zones of endpoints than zones',
    edits: [['endpointAzs: 2', 'endpointAzs: 3']],
    ...{ code: 'zones', path: 'network.endpointAzs', at: '3\n' },
    says: ['3 zones', 'at most 2', 'endpointAzs: 2'],
  },
  {
    it: 'a provider on the internet without a way there',
    edits: [
      ['endpointAzs: 2', 'endpointAzs: 2\n  egress: none'],
      ['  gemini: { secret: acme/gemini }', "  gemini: { baseUrl: 'http://127.0.0.1:9' }"],
    ],
    ...{ code: 'egress', path: 'providers.anthropic', at: '{ secret: acme/anthropic' },
    says: ['anthropic on the internet', 'private address', 'network.egress: nat'],
  },
  {
    it: 'stages in the wrong order',
    edits: [['[warn@80, private@100]', '[private@80, warn@100]']],
    ...{ code: 'budget-stages', path: 'tenants.research.at[1]', at: 'warn@100' },
    says: ['warn@100 after private@80', 'warn, private, stop', 'milder stage first'],
  },
  {
    it: 'stages at falling percentages',
    edits: [['[notify@80, zero@120]', '[notify@80, zero@70]']],
    ...{ code: 'budget-stages', path: 'budgets.killSwitch[1]', at: 'zero@70' },
    says: ['zero@70 after notify@80', 'rising', 'lower percentage'],
  },
  {
    it: 'stages without a budget',
    edits: [['    monthlyUsd: 200\n', '']],
    ...{ code: 'budget-stages', path: 'tenants.research.at', at: '[warn@80' },
    says: ['without `monthlyUsd`', 'budget', 'add `monthlyUsd`'],
  },
  {
    it: 'a detector that looks for nothing',
    edits: [['words: [bluebird] ', '']],
    ...{ code: 'custom-detectors', path: 'sensitivity.detect.custom[0]', at: '{ name: project' },
    says: ['neither', 'both', 'words: […]'],
  },
  {
    it: 'a detector with a pattern that is none',
    edits: [['words: [bluebird]', "pattern: '(blue'"]],
    ...{ code: 'custom-detectors', path: 'sensitivity.detect.custom[0].pattern', at: "'(blue'" },
    says: ['position', 'regular expression', 'words'],
  },
  {
    it: 'a detector with the name of a built-in one',
    edits: [['name: project', 'name: iban']],
    ...{ code: 'custom-detectors', path: 'sensitivity.detect.custom[0].name', at: 'iban' },
    says: ['iban', 'card, iban', 'rename'],
  },
  {
    it: 'a route that sets more than it caps',
    edits: [['cap: { maxTokens: 1024 }', 'cap: { maxTokens: 256 }']],
    ...{ code: 'set-and-cap', path: 'routes[1].set.maxTokens', at: '512' },
    says: ['512', 'at most 256', 'cap.maxTokens'],
  },
  {
    it: 'an embedding model behind other weights',
    edits: [
      [
        'weights: qwen3 }',
        'weights: qwen3, fallback: [te] }\n  te: { provider: lab, model: te, weights: te, price: { inputUsdPerMillionTokens: 0, outputUsdPerMillionTokens: 0 } }',
      ],
    ],
    ...{ code: 'embed-fallback', path: 'models.e5.fallback[0]', at: 'te] }' },
    says: ['te with te weights behind e5', 'same `weights`', 'remove it here'],
  },
  {
    it: 'a model of unknown price under a budget',
    edits: [['gemini-3.5-flash-lite', 'gemini-9']],
    ...{ code: 'price-known', path: 'models.flash', at: '{ provider: gemini' },
    says: ['price is not known', 'a budget is set', 'budgets.unpriced: allow'],
    severity: 'warning',
  },
];

test('the config that the mistakes are made in has none', () => {
  const { config, findings } = parseConfig(BASE);
  expect(findings).toEqual([]);
  expect(config?.name).toBe('acme-llm');
});

test.each(rows)('finds $it', ({ edits, code, path, at, says, severity = 'error' }) => {
  const text = edited(...edits);
  const { config, findings } = parseConfig(text);
  const finding = findings.find((one) => one.code === code && formatPath(one.path) === path);
  expect(finding).toMatchObject({ severity, ...positionOf(text, at) });
  expect([finding?.found, finding?.allowed, finding?.fix]).toEqual(
    says.map((words) => expect.stringContaining(words) as string),
  );
  expect([...new Set(findings.map((one) => one.code))]).toEqual([code]);
  expect(config === null).toBe(severity === 'error');
});

test('a wildcard without a price is no finding: what it stands for is known when it is asked for', () => {
  const text = edited(['  e5:', "  'a/*': { provider: lab }\n  'b/*': { provider: lab }\n  e5:"]);
  expect(parseConfig(text).findings).toEqual([]);
});

test('names that a wildcard covers may stand in routes, fallbacks, tenants and expectations', () => {
  const text = edited(
    [
      '  e5:',
      "  'lab/*': { provider: lab, price: { inputUsdPerMillionTokens: 0, outputUsdPerMillionTokens: 0 } }\n  e5:",
    ],
    ['fallback: [flash]', 'fallback: [lab/a]'],
    ['models: [auto, fast, claude]', 'models: [auto, lab/*, lab/b, fast, claude]'],
    ['to: [fast, claude]', 'to: [lab/c, fast, claude]'],
    ['first: fast', 'first: lab/c'],
  );
  expect(parseConfig(text).findings).toEqual([]);
});

test('a loop through a wildcard is found', () => {
  const text = edited(
    ['  e5:', "  'lab/*': { provider: lab, fallback: [fast] }\n  e5:"],
    ['fallback: [flash]', 'fallback: [lab/a]'],
  );
  expect(parseConfig(text).findings).toContainEqual(
    expect.objectContaining({ code: 'fallback-loop', found: 'the loop fast → lab/* → fast' }),
  );
});
