/**
 * Writes docs/hard-cases.md from what the named tests say. Runs them, unless results of `jest --json` are given:
 * `npm run docs:hard-cases -- --results FILE`, as often as there are files.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { namedTests } from '../../test/hard-cases/titles';
import { hardCasesPage } from './hard-cases/page';
import { type JestResults, resultsByCase } from './hard-cases/results';

const ROOT = path.resolve(__dirname, '../..');
const { values } = parseArgs({ options: { results: { type: 'string', multiple: true } } });

const read = (file: string): JestResults => JSON.parse(readFileSync(file, 'utf8')) as JestResults;
const runs = values.results === undefined ? [run()] : values.results.map(read);
const results = resultsByCase(runs);
writeFileSync(path.join(ROOT, 'docs/hard-cases.md'), hardCasesPage(results));
const failed = [...results].filter(([, result]) => result.failed > 0).map(([id]) => id);
if (failed.length > 0) process.stderr.write(`failing: ${failed.join(', ')}\n`);
process.exitCode = failed.length === 0 ? 0 : 3;

function run(): JestResults {
  const folder = mkdtempSync(path.join(tmpdir(), 'hard-cases-'));
  const output = path.join(folder, 'results.json');
  try {
    const jest = path.join(ROOT, 'node_modules/jest/bin/jest.js');
    const suites = [...namedTests().keys()].filter((file) => !file.startsWith(path.join('test', 'e2e')));
    const args = [
      jest,
      '--json',
      `--outputFile=${output}`,
      '--testPathIgnorePatterns=/node_modules/',
      '--runTestsByPath',
      ...suites,
    ];
    // Its exit code says whether a test failed, and so will the page.
    spawnSync(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
    return read(output);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
