/** A file of the wrong shape: each mistake is a small edit of a good config. */
import { formatFinding, formatPath } from '../../lib/config/findings';
import { parseConfig } from '../../lib/config/parse';
import { type Edit, edited, positionOf } from './base';

interface Row {
  readonly it: string;
  readonly edit: Edit;
  readonly code: string;
  readonly path: string;
  /** It stands where this snippet begins. */
  readonly at: string;
  readonly found: string;
  readonly allowed: string;
  readonly fix: string;
}

const rows: readonly Row[] = [
  {
    it: 'a misspelt key',
    edit: ['lanes: [', 'lanse: ['],
    ...{ code: 'unknown-key', path: 'lanse', at: 'lanse', found: '"lanse"', allowed: 'lanes', fix: 'mean `lanes`' },
  },
  {
    it: 'a misspelt key inside',
    edit: ['fallback: [flash]', 'falback: [flash]'],
    ...{ code: 'unknown-key', path: 'models.fast.falback', at: 'falback' },
    ...{ found: '"falback"', allowed: 'fallback', fix: 'mean `fallback`' },
  },
  {
    it: 'a key that belongs one level down',
    edit: ['    context: 16384', '    idleMinutes: 3'],
    ...{ code: 'unknown-key', path: 'fleets.llama-8b.idleMinutes', at: 'idleMinutes' },
    ...{ found: '"idleMinutes"', allowed: 'replicas', fix: 'under `replicas`' },
  },
  {
    it: 'a missing key',
    edit: ['{ name: default, to: [fast, claude] }', '{ name: default }'],
    ...{ code: 'missing-key', path: 'routes[3].to', at: '{ name: default' },
    ...{ found: 'no `to`', allowed: 'a list', fix: 'add `to: […]`' },
  },
  {
    it: 'a missing word',
    edit: ['{ kind: zero-retention, ref: MSA-2026-14 }', '{ ref: MSA-2026-14 }'],
    ...{ code: 'missing-key', path: 'providers.anthropic.agreement.kind', at: '{ ref' },
    ...{ found: 'no `kind`', allowed: 'zero-retention', fix: 'add `kind: dpa`' },
  },
  {
    it: 'a misspelt word',
    edit: ['kind: embed', 'kind: embd'],
    ...{ code: 'unknown-value', path: 'fleets.vectors.kind', at: 'embd' },
    ...{ found: '"embd"', allowed: 'chat, embed', fix: 'mean `embed`' },
  },
  {
    it: 'a misspelt word where one or a list may stand',
    edit: ['sensitivity: restricted }', 'sensitivity: restrictd }'],
    ...{ code: 'unknown-value', path: 'routes[0].when.sensitivity', at: 'restrictd' },
    ...{ found: '"restrictd"', allowed: 'one of public, internal, restricted, or a list', fix: 'mean `restricted`' },
  },
  {
    it: 'a misspelt word in such a list',
    edit: ['[classification, extraction]', '[classification, extracting]'],
    ...{ code: 'unknown-value', path: 'routes[1].when.task[1]', at: 'extracting' },
    ...{ found: '"extracting"', allowed: 'extraction', fix: 'mean `extraction`' },
  },
  {
    it: 'a number where a word or a list is wanted',
    edit: ['instances: [g6.xlarge]', 'instances: 3'],
    ...{ code: 'wrong-type', path: 'fleets.llama-8b.instances', at: '3\n' },
    ...{ found: '3', allowed: 'auto, or a list of text', fix: 'auto' },
  },
  {
    it: 'an empty list',
    edit: ['to: [claude]', 'to: []'],
    ...{ code: 'out-of-range', path: 'routes[2].to', at: '[] }' },
    ...{ found: 'an empty list', allowed: 'at least one', fix: 'at least one' },
  },
  {
    it: 'text for a number',
    edit: ['max: 4', "max: '4'"],
    ...{ code: 'wrong-type', path: 'fleets.llama-8b.replicas.max', at: "'4'" },
    ...{ found: '"4"', allowed: 'a whole number, at least 1', fix: 'without quotes' },
  },
  {
    it: 'a number for text',
    edit: ['name: acme-llm', 'name: 42'],
    ...{ code: 'wrong-type', path: 'name', at: '42', found: '42', allowed: 'text', fix: 'in quotes' },
  },
  {
    it: 'half a number',
    edit: ['context: 16384', 'context: 1.5'],
    ...{ code: 'wrong-type', path: 'fleets.llama-8b.context', at: '1.5' },
    ...{ found: '1.5', allowed: 'a whole number', fix: 'a whole number' },
  },
  {
    it: 'a number out of range',
    edit: ['endpointAzs: 2', 'endpointAzs: 0'],
    ...{ code: 'out-of-range', path: 'network.endpointAzs', at: '0\n' },
    ...{ found: '0', allowed: 'at least 1', fix: 'at least 1' },
  },
  {
    it: 'yes for true',
    edit: ['capacity: { onDemandBase: 1 }', 'capacity: { spot: yes }'],
    ...{ code: 'wrong-type', path: 'fleets.llama-8b.capacity.spot', at: 'yes' },
    ...{ found: '"yes"', allowed: 'true or false', fix: 'write true' },
  },
  {
    it: 'a word for true or false',
    edit: ['capacity: { onDemandBase: 1 }', 'capacity: { spot: maybe }'],
    ...{ code: 'wrong-type', path: 'fleets.llama-8b.capacity.spot', at: 'maybe' },
    ...{ found: '"maybe"', allowed: 'true or false', fix: 'write true or false' },
  },
  {
    it: 'a word for a list',
    edit: ['to: [claude]', 'to: claude'],
    ...{ code: 'wrong-type', path: 'routes[2].to', at: 'claude }\n  - { name: default' },
    ...{ found: '"claude"', allowed: 'a list', fix: 'as a list' },
  },
  {
    it: 'an empty value',
    edit: ['licences: { accept: [llama3.1] }', 'licences:'],
    ...{ code: 'wrong-type', path: 'licences', at: 'licences' },
    ...{ found: 'an empty value', allowed: 'a mapping of accept', fix: 'give it a value' },
  },
  {
    it: 'text of the wrong form',
    edit: ["from: '08:00'", "from: '8 am'"],
    ...{ code: 'wrong-form', path: 'fleets.llama-8b.replicas.schedule[0].from', at: "'8 am'" },
    ...{ found: '"8 am"', allowed: 'a time of day such as "08:00"', fix: '08:00' },
  },
  {
    it: 'a stage that is none',
    edit: ['zero@120', 'nil@120'],
    ...{ code: 'wrong-form', path: 'budgets.killSwitch[1]', at: 'nil@120' },
    ...{ found: '"nil@120"', allowed: 'one of notify, closed-off, clamp, zero, then @', fix: 'notify@80' },
  },
  {
    it: 'an address without scheme',
    edit: ["'http://10.0.7.4:11434/v1'", '10.0.7.4'],
    ...{ code: 'wrong-form', path: 'providers.lab.baseUrl', at: '10.0.7.4' },
    ...{ found: '"10.0.7.4"', allowed: 'http://', fix: 'http://' },
  },
  {
    it: 'a deployment that cannot be a stack',
    edit: ['name: acme-llm', 'name: 1-llm'],
    ...{ code: 'wrong-form', path: 'name', at: '1-llm' },
    ...{ found: '"1-llm"', allowed: 'a letter, then', fix: 'a letter, then' },
  },
  {
    it: 'no e-mail address',
    edit: ['oncall@acme.example', 'oncall'],
    ...{ code: 'wrong-form', path: 'alarms.notify[0]', at: 'oncall' },
    ...{ found: '"oncall"', allowed: 'an e-mail address', fix: 'an e-mail address' },
  },
  {
    it: 'a name that AWS would not take',
    edit: ['  vectors:\n', '  Vec_tors:\n'],
    ...{ code: 'wrong-name', path: 'fleets.Vec_tors', at: 'Vec_tors' },
    ...{ found: '"Vec_tors"', allowed: 'lower-case letters', fix: 'rename' },
  },
  {
    it: 'restricted reaching farther than the region',
    edit: ['restricted: vpc', 'restricted: external'],
    ...{ code: 'unknown-value', path: 'sensitivity.allow.restricted', at: 'external }' },
    ...{ found: '"external"', allowed: 'one of vpc, region', fix: 'vpc, region' },
  },
];

test.each(rows)('says what is wrong with $it, where, and what to do', ({ edit, code, path, at, ...said }) => {
  const text = edited(edit);
  const { config, findings } = parseConfig(text);
  expect(config).toBeNull();
  const finding = findings.find((one) => one.code === code && formatPath(one.path) === path);
  expect(finding).toMatchObject({ severity: 'error', ...positionOf(text, at) });
  for (const key of ['found', 'allowed', 'fix'] as const) expect(finding?.[key]).toContain(said[key]);
  expect(finding && formatFinding(finding, 'c.yaml')).not.toMatch(/undefined|\[object|invalid_|Invalid/);
});

test('reports every mistake of a file at once, in its order', () => {
  const text = edited(
    ['lanes: [', 'lanse: ['],
    ['kind: embed', 'kind: embd'],
    ['zero@120', 'nil@120'],
    ['name: acme-llm', 'name: 4'],
  );
  expect(parseConfig(text).findings.map(({ path }) => formatPath(path))).toEqual([
    'name',
    'lanse',
    'fleets.vectors.kind',
    'budgets.killSwitch[1]',
  ]);
});

test('prints a finding in four lines that an editor can follow', () => {
  const text = edited(['fleet: llama-8b, fallback', 'fleet: mixtral, fallback']);
  const [finding] = parseConfig(text).findings;
  const { line, column } = positionOf(text, 'mixtral');
  expect(finding && formatFinding(finding, 'hybrid-llm.yaml')).toBe(
    `error  hybrid-llm.yaml:${line}:${column}  models.fast.fleet  (unknown-fleet)
  found    "mixtral"
  allowed  a fleet of this config: llama-8b, vectors
  fix      name one of them, or add \`mixtral\` under \`fleets\``,
  );
});

test('quotes keys in paths that are not plain words', () => {
  expect(formatPath(['models', 'openai/*', 'to', 0])).toBe('models."openai/*".to[0]');
});
