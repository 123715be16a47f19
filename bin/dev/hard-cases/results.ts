/** What jest says of the named tests. */
import { idsOf } from '../../../test/hard-cases/cases';

/** The part of jest's `--json` that is read. */
export interface JestResults {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly title: string;
      readonly ancestorTitles: readonly string[];
      readonly status: string;
    }[];
  }[];
}

export interface CaseResult {
  readonly passed: number;
  readonly failed: number;
}

/** By the id of the case. A test that is planned or left out counts for nothing. */
export function resultsByCase(runs: readonly JestResults[]): Map<string, CaseResult> {
  const results = new Map<string, CaseResult>();
  const tests = runs.flatMap(({ testResults }) => testResults.flatMap(({ assertionResults }) => assertionResults));
  for (const { title, ancestorTitles, status } of tests) {
    if (status !== 'passed' && status !== 'failed') continue;
    for (const id of new Set([title, ...ancestorTitles].flatMap(idsOf))) {
      const { passed, failed } = results.get(id) ?? { passed: 0, failed: 0 };
      const hasPassed = status === 'passed';
      results.set(id, { passed: passed + (hasPassed ? 1 : 0), failed: failed + (hasPassed ? 0 : 1) });
    }
  }
  return results;
}
