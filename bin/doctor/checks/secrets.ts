/** The secrets that hold the providers' keys exist. Their values are never read. */
import type { DoctorCheck } from '../check';
import { type DoctorFinding, failed, ok } from '../finding';
import { look } from '../look';

const PERMISSION = 'secretsmanager:DescribeSecret';

export const secrets: DoctorCheck = {
  name: 'secrets',
  looksAt: "whether the secrets of the providers' keys exist and have a value, without reading it",
  permissions: [PERMISSION],
  remedy: '`aws secretsmanager create-secret …` with the key as plain text',
  run: async ({ config }, account) => {
    const names = Object.values(config.providers).flatMap(({ secret }) => secret ?? []);
    return Promise.all(
      [...new Set(names)].map(async (name): Promise<DoctorFinding> => {
        const about = `secret ${name}`;
        const looked = await look(about, PERMISSION, () => account.secrets.secret(name));
        if ('unseen' in looked) return looked.unseen;
        const put = (verb: string, option: string): string =>
          `aws secretsmanager ${verb} ${option} ${name} --secret-string file://key.txt --region ${config.region}`;
        if (looked.seen === null) return failed(about, 'does not exist', put('create-secret', '--name'));
        if (looked.seen.isDeleted) {
          const restore = `aws secretsmanager restore-secret --secret-id ${name} --region ${config.region}`;
          return failed(about, 'is scheduled to be deleted', restore);
        }
        if (!looked.seen.hasValue) return failed(about, 'has no value', put('put-secret-value', '--secret-id'));
        return ok(about, 'exists and has a value');
      }),
    );
  },
};
