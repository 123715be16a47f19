/** Holds the import table: who may import whom, no circles, and a pure `lib`. */
import { readFileSync, readdirSync } from 'node:fs';
import * as path from 'node:path';
import * as ts from 'typescript';

const ROOT = path.resolve(__dirname, '..');
const AREAS = ['bin', 'lib', 'constructs', 'lambda', 'config', 'test'] as const;
type Area = (typeof AREAS)[number];

/** What each area may import besides itself. */
const MAY_IMPORT: Readonly<Record<Area, readonly Area[]>> = {
  config: [],
  lib: ['config'],
  lambda: ['lib'],
  constructs: ['config', 'lib'],
  bin: ['config', 'lib', 'lambda', 'constructs', 'test'],
  test: ['bin', 'config', 'lib', 'lambda', 'constructs'],
};

/** npm packages that `lib` may use: both are pure functions of their input. */
const LIB_PACKAGES = ['yaml', 'zod', 'eventsource-parser'];
/** Globals that would make `lib` depend on more than its arguments. */
const IMPURE =
  /\b(Date\.now|new Date\(\)|Math\.random|process\.|console\.|fetch\(|setTimeout|setInterval|crypto\.|performance\.|require\(|import\()/;

interface Source {
  readonly file: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

interface Import {
  readonly specifier: string;
  /** Repository path of a relative import, `null` for a package. */
  readonly file: string | null;
  readonly typeOnly: boolean;
}

function filesUnder(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)));
}

function readSource(file: string): Source {
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  const imports: Import[] = [];
  for (const statement of ts.createSourceFile(file, text, ts.ScriptTarget.Latest).statements) {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) continue;
    if (statement.moduleSpecifier === undefined || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    const specifier = statement.moduleSpecifier.text;
    const typeOnly = ts.isImportDeclaration(statement)
      ? statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
      : statement.isTypeOnly;
    imports.push({ specifier, file: specifier.startsWith('.') ? resolved(file, specifier) : null, typeOnly });
  }
  return { file, text, imports };
}

function resolved(from: string, specifier: string): string {
  const base = path.join(path.dirname(from), specifier);
  const candidates = [base, `${base}.ts`, path.join(base, 'index.ts')];
  const found = candidates.find((candidate) => KNOWN.has(candidate));
  return found ?? base;
}

const ALL_FILES = AREAS.flatMap((area) => {
  try {
    return filesUnder(area);
  } catch {
    return [];
  }
});
const KNOWN = new Set(ALL_FILES);
const SOURCES = ALL_FILES.map(readSource);
const areaOf = (file: string): Area => file.split(path.sep)[0] as Area;
const inArea = (area: Area): Source[] => SOURCES.filter(({ file }) => areaOf(file) === area);

test('the areas import one another only as the table says', () => {
  const wrong = SOURCES.flatMap(({ file, imports }) =>
    imports
      .filter((one) => one.file !== null && areaOf(one.file) !== areaOf(file))
      .filter((one) => !MAY_IMPORT[areaOf(file)].includes(areaOf(one.file as string)))
      .map((one) => `${file} imports ${one.file}`),
  );
  expect(SOURCES.length).toBeGreaterThan(50);
  expect(wrong).toEqual([]);
});

test('only bin/dev, which is not shipped, imports fakes from test/', () => {
  const wrong = inArea('bin').filter(
    ({ file, imports }) =>
      !file.startsWith(path.join('bin', 'dev')) && imports.some((one) => one.file?.startsWith('test') === true),
  );
  expect(wrong.map(({ file }) => file)).toEqual([]);
});

test('lib imports no Node.js module, no AWS SDK, no CDK', () => {
  const wrong = inArea('lib').flatMap(({ file, imports }) =>
    imports
      .filter(({ file: target, specifier }) => target === null && !LIB_PACKAGES.includes(specifier))
      .map(({ specifier }) => `${file} imports ${specifier}`),
  );
  expect(wrong).toEqual([]);
});

test('lib uses no clock, random number, process or console', () => {
  const wrong = inArea('lib').flatMap(({ file, text }) => {
    const hit = IMPURE.exec(withoutComments(text));
    return hit === null ? [] : [`${file}: ${hit[0]}`];
  });
  expect(wrong).toEqual([]);
});

test('no file reaches itself through what it imports', () => {
  const graph = new Map(
    SOURCES.map(({ file, imports }) => [file, imports.flatMap((one) => (one.file === null ? [] : [one.file]))]),
  );
  expect(findCircle(graph)).toBeNull();
});

test('a circle would be found', () => {
  expect(
    findCircle(
      new Map([
        ['a', ['b']],
        ['b', ['c']],
        ['c', ['a']],
      ]),
    ),
  ).toEqual(['a', 'b', 'c', 'a']);
});

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
}

function findCircle(graph: ReadonlyMap<string, readonly string[]>): string[] | null {
  const done = new Set<string>();
  const walk = (node: string, trail: readonly string[]): string[] | null => {
    if (trail.includes(node)) return [...trail.slice(trail.indexOf(node)), node];
    if (done.has(node)) return null;
    for (const next of graph.get(node) ?? []) {
      const circle = walk(next, [...trail, node]);
      if (circle !== null) return circle;
    }
    done.add(node);
    return null;
  };
  for (const node of graph.keys()) {
    const circle = walk(node, []);
    if (circle !== null) return circle;
  }
  return null;
}
