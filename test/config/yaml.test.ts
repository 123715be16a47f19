/** Text that is no YAML, or YAML that no config is made of. */
import { formatFinding, formatPath } from '../../lib/config/findings';
import { parseConfig } from '../../lib/config/parse';
import { BASE, edited, positionOf } from './base';

interface Row {
  readonly it: string;
  readonly text: string;
  readonly code: string;
  readonly path?: string;
  /** Where it stands: the beginning of this snippet, or a line and column. */
  readonly at: string | readonly [number, number];
}

const bomb = [
  'a: &a [x, x, x, x, x, x, x, x, x, x]',
  ...['b', 'c', 'd', 'e', 'f', 'g'].map((name, index) => `${name}: &${name} [${`*${'abcdef'[index]}, `.repeat(9)}]`),
].join('\n');

const rows: readonly Row[] = [
  { it: 'an empty file', text: '', code: 'empty-file', at: [1, 1] },
  { it: 'nothing but comments', text: '# to be written\n', code: 'empty-file', at: [1, 1] },
  { it: 'nothing but an empty value', text: '---\n~\n', code: 'empty-file', at: [1, 1] },
  { it: 'a list', text: '\n- name: acme\n', code: 'not-a-mapping', at: [2, 1] },
  { it: 'one word', text: 'acme\n', code: 'not-a-mapping', at: [1, 1] },
  { it: 'a second document', text: `${BASE}---\nname: other\n`, code: 'many-documents', at: '---' },
  {
    it: 'a key twice',
    text: edited(['    floor: internal\n', '    floor: internal\n    floor: public\n']),
    code: 'duplicate-key',
    path: 'tenants.research.floor',
    at: 'floor: public',
  },
  {
    it: 'a fleet twice',
    text: edited(['  vectors:\n', '  llama-8b:\n']),
    code: 'duplicate-key',
    path: 'fleets.llama-8b',
    at: 'llama-8b:\n    model: Qwen',
  },
  { it: 'a tab', text: edited(['    kind: embed', '\tkind: embed']), code: 'tab-indent', at: '\tkind' },
  { it: 'an open quote', text: edited(["'08:00'", "'08:00"]), code: 'yaml-syntax', at: "19:00'" },
  { it: 'an open bracket', text: edited(['[open, sealed]', '[open, sealed']), code: 'yaml-syntax', at: 'network:' },
  { it: 'wrong indentation', text: edited(['    kind: embed', '   kind: embed']), code: 'yaml-syntax', at: '   kind' },
  { it: 'two colons', text: edited(['name: acme-llm', 'name: acme: llm']), code: 'yaml-syntax', at: 'acme: llm' },
  { it: 'a tag', text: edited(['name: acme-llm', 'name: !env NAME']), code: 'unknown-tag', at: '!env' },
  {
    it: 'a date by its tag',
    text: edited(['name: acme-llm', 'name: !!binary aGk=']),
    code: 'unknown-tag',
    at: '!!bin',
  },
  { it: 'a key that is a list', text: '? [a]\n: 1\n', code: 'yaml-syntax', at: '[a]' },
  {
    it: 'an alias without anchor',
    text: edited(['name: acme-llm', 'name: *acme']),
    code: 'yaml-alias',
    path: 'name',
    at: '*acme',
  },
  { it: 'an alias in itself', text: 'name: &a [x, *a]\n', code: 'yaml-alias', path: 'name[1]', at: '*a]' },
  { it: 'a merge of a number', text: 'name: a\n<<: 3\n', code: 'yaml-alias', at: [1, 1] },
  { it: 'aliases that multiply', text: bomb, code: 'alias-bomb', at: [1, 1] },
  {
    it: 'hundreds of aliases',
    text: `a: &a x\nb: [${'*a,'.repeat(200)}]`,
    code: 'alias-bomb',
    path: 'b[100]',
    at: [2, 305],
  },
  { it: 'thousands of levels', text: `a: ${'['.repeat(20_000)}`, code: 'too-deep', at: [1, 1] },
  {
    it: 'a key named __proto__',
    text: edited(['  bedrock: {}', '  __proto__: { secret: x }']),
    code: 'unknown-key',
    path: 'providers.__proto__',
    at: '__proto__',
  },
];

test.each(rows)('refuses $it', ({ text, code, path, at }) => {
  const { config, findings } = parseConfig(text);
  const [first] = findings;
  expect(config).toBeNull();
  expect(first).toMatchObject({ severity: 'error', code });
  expect(formatPath(first?.path ?? [])).toBe(path ?? '');
  const [line, column] = typeof at === 'string' ? Object.values(positionOf(text, at)) : at;
  // How deep is too deep depends on the stack.
  if (code !== 'too-deep') expect([first?.line, first?.column]).toEqual([line, column]);
  expect(findings).toHaveLength(code === 'yaml-syntax' ? findings.length : 1);
});

test.each([
  'secret: |hunter2',
  'secret: "\\qhunter2"',
  'secret: !hunter2 x',
  'secret: hunter2: x',
  'secret: *hunter2',
  "secret: 'acme' 'hunter2'",
  'secret: [acme] hunter2',
])('text of a broken file is not repeated, since it may be a secret: %s', (broken) => {
  const { findings } = parseConfig(edited(['gemini: { secret: acme/gemini }', `gemini:\n    ${broken}`]));
  expect(findings.length).toBeGreaterThan(0);
  expect(findings.map((finding) => formatFinding(finding, 'c.yaml')).join()).not.toContain('hunter2');
});

test('takes anchors, aliases and merges, and finds the line of what came in by them', () => {
  const merged = (max: string): string =>
    edited(
      ['    replicas:\n      min: 0\n      max: 4', `    replicas: &replicas\n      min: 0\n      max: ${max}`],
      ['    kind: embed', '    kind: embed\n    replicas: { <<: *replicas, min: 1, schedule: [] }'],
    );
  expect(parseConfig(merged('4')).config?.fleets['vectors']?.replicas).toMatchObject({ min: 1, max: 4, schedule: [] });
  const { findings } = parseConfig(merged('0'));
  const position = positionOf(merged('0'), '0\n      schedule');
  expect(findings.map(({ path, line, column }) => [formatPath(path), line, column])).toEqual([
    ['fleets.llama-8b.replicas.max', position.line, position.column],
    ['fleets.vectors.replicas.max', position.line, position.column],
  ]);
});

test('finds the line of what an alias stands for', () => {
  const text = edited(
    ['    replicas:\n', '    replicas: &replicas\n'],
    ['max: 4', 'max: none'],
    ['    kind: embed', '    kind: embed\n    replicas: *replicas'],
  );
  const { findings } = parseConfig(text);
  expect(findings.map(({ path }) => formatPath(path))).toEqual([
    'fleets.llama-8b.replicas.max',
    'fleets.vectors.replicas.max',
  ]);
  for (const { line, column } of findings) expect({ line, column }).toEqual(positionOf(text, 'none'));
});

test('takes a byte order mark and the line ends of Windows', () => {
  const { config, findings } = parseConfig(`\ufeff${BASE.replaceAll('\n', '\r\n')}`);
  expect(findings).toEqual([]);
  expect(config?.name).toBe('acme-llm');
  expect(parseConfig(`\ufeffnmae: acme\n`).findings.find(({ code }) => code === 'unknown-key')).toMatchObject({
    column: 1,
  });
});
