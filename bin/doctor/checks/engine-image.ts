/** The engine's image can be pulled from AWS's registry of the region. */
import { engineImage, engineRegistries, engineRegistryAccount } from '../../../config/catalog/engine';
import type { DoctorCheck } from '../check';
import { failed, ok } from '../finding';
import { look } from '../look';

const PERMISSION = 'ecr:BatchGetImage';

export const engineImageExists: DoctorCheck = {
  name: 'engine-image',
  looksAt: "whether the engine's image is in AWS's registry of the region",
  permissions: [PERMISSION],
  remedy: '`npx hybrid-llm plan --update`, or another digest in the lock file',
  run: async ({ config: { region }, fleets, engineDigest }, { registry }) => {
    if (fleets.length === 0) return [];
    const { repository, tag, digest } = engineImage;
    const reference = engineDigest ?? digest ?? tag;
    const about = `image ${repository} ${reference}`;
    const account = engineRegistryAccount(region);
    if (account === undefined) {
      const regions = Object.keys(engineRegistries.accounts).join(', ');
      return [failed(about, `AWS has no registry of it in ${region}`, `choose one of ${regions}`)];
    }
    const looked = await look(about, PERMISSION, () => registry.hasImage(account, repository, reference));
    if ('unseen' in looked) return [looked.unseen];
    const place = `${account}.dkr.ecr.${region}.amazonaws.com`;
    if (looked.seen) return [ok(about, `is in ${place}`)];
    const list = `aws ecr describe-images --registry-id ${account} --repository-name ${repository} --region ${region}`;
    return [failed(about, `is not in ${place}`, `set \`engineDigest\` in the lock file to one that is there: ${list}`)];
  },
};
