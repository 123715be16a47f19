/** Runs the checks, all at once, and counts what they say. */
import type { Account } from './account';
import type { DoctorCheck, Given } from './check';
import type { DoctorFinding } from './finding';

export interface Examined {
  readonly check: string;
  readonly findings: readonly DoctorFinding[];
}

/** @param done is told of each check that has ended */
export async function examine(
  checks: readonly DoctorCheck[],
  given: Given,
  account: Account,
  done: (check: DoctorCheck) => void = () => {},
): Promise<readonly Examined[]> {
  return Promise.all(
    checks.map(async (check) => {
      const findings = await check.run(given, account);
      done(check);
      return { check: check.name, findings };
    }),
  );
}

/** What was not seen is not good. */
export const isAllGood = (examined: readonly Examined[]): boolean =>
  examined.every(({ findings }) => findings.every(({ status }) => status === 'ok' || status === 'warning'));
