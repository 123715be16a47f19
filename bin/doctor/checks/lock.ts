/** The lock file fits the config, so that what is looked at is what will be deployed. */
import type { DoctorCheck } from '../check';
import { failed, ok, warning } from '../finding';

export const lock: DoctorCheck = {
  name: 'lock',
  looksAt: 'the lock file beside the config: whether it fits',
  permissions: [],
  remedy: '`npx hybrid-llm plan --update`, then commit the lock file',
  run: async ({ config, lockProblems }) => {
    if (Object.values(config.fleets).every(({ endpoints }) => endpoints !== undefined)) return [];
    if (lockProblems.length === 0) return [ok('the lock file', 'fits the config')];
    return lockProblems.map(({ severity, message }) =>
      (severity === 'error' ? failed : warning)('the lock file', message, 'npx hybrid-llm plan --update'),
    );
  },
};
