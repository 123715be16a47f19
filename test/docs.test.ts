/** Holds the pages to the code. */
import { readFileSync, readdirSync } from 'node:fs';
import * as path from 'node:path';
import { ERRORS } from '../lib/policy/errors';
import { ATTEMPT_FAILURES, CLASS_SOURCES, SKIP_REASONS } from '../lib/policy/reasons';

const read = (file: string): string => readFileSync(path.resolve(__dirname, '..', file), 'utf8');
const firstCells = (text: string): string[] =>
  [...text.matchAll(/^\| `([^`]+)` +\|/gm)].map(([, cell]) => cell as string);

test('docs/codes.md lists every code once, and no other', () => {
  const all = [...Object.keys(ERRORS), ...CLASS_SOURCES, ...SKIP_REASONS, ...ATTEMPT_FAILURES];
  expect(firstCells(read('docs/codes.md')).sort()).toEqual(all.sort());
});

test('docs/codes.md gives each error the status that callers get', () => {
  const rows = [...read('docs/codes.md').matchAll(/^\| `(\w+)` +\| (\d{3}) +\|/gm)].map(([, code, status]) => [
    code,
    Number(status),
  ]);
  expect(Object.fromEntries(rows)).toEqual(
    Object.fromEntries(Object.entries(ERRORS).map(([code, { status }]) => [code, status])),
  );
});

test('docs/dependencies.md names every dependency', () => {
  const { dependencies, devDependencies, peerDependencies } = JSON.parse(read('package.json')) as Record<
    string,
    object
  >;
  const page = read('docs/dependencies.md');
  const typesOnly = (name: string): boolean => name.startsWith('@types/');
  const missing = Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies }).filter(
    (name) => !typesOnly(name) && !page.includes(`\`${name}\``),
  );
  expect(missing).toEqual([]);
});

test('dependencies are pinned to one version', () => {
  const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
  const ranges = Object.entries({ ...dependencies, ...devDependencies }).filter(([, version]) => !/^\d/.test(version));
  expect(ranges).toEqual([['typescript', '~6.0.3']]);
});

test('the lock file names no address to download from', () => {
  expect(read('package-lock.json')).not.toMatch(/"resolved": "https?:/);
});

test('docs/controller.md names every drill, and no other', () => {
  const folder = path.resolve(__dirname, 'e2e/hosts/drills');
  const files = readdirSync(folder).filter((file) => file.endsWith('.test.ts'));
  const drills = files.flatMap((file) =>
    [...readFileSync(path.join(folder, file), 'utf8').matchAll(/(?:test|\]\))\(\s*'([^']+)'/gm)].map(
      ([, name]) => `${file}: ${name}`,
    ),
  );
  const named = [...read('docs/controller.md').matchAll(/\| `(\w+\.test\.ts)`: (.+?) +\|$/gm)].flatMap(
    ([, file, names = '']) => names.split(' · ').map((name) => `${file}: ${name}`),
  );
  expect(drills.filter((drill) => !named.some((name) => drill.startsWith(name)))).toEqual([]);
  expect(named.filter((name) => !drills.some((drill) => drill.startsWith(name)))).toEqual([]);
});
