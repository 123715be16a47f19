/** The hosts' machine image exists: the lock's, or the newest of AWS's. */
import { engineMachineImage } from '../../../config/catalog/engine';
import type { DoctorCheck } from '../check';
import { failed, ok } from '../finding';
import { look } from '../look';

const OF_LOCK = 'ec2:DescribeImages';
const OF_AWS = 'ssm:GetParameter';

export const machineImage: DoctorCheck = {
  name: 'machine-image',
  looksAt: "whether the hosts' machine image exists: the lock's, or the newest that AWS publishes",
  permissions: [OF_LOCK, OF_AWS],
  remedy: '`npx hybrid-llm plan --update`, or another `amiId` in the lock file',
  run: async ({ config: { region }, fleets, amiId }, account) => {
    if (fleets.length === 0) return [];
    const { ssmParameter } = engineMachineImage;
    const newest = `aws ssm get-parameter --name ${ssmParameter} --region ${region}`;
    if (amiId === null) {
      const about = `machine image by ${ssmParameter}`;
      const looked = await look(about, OF_AWS, () => account.parameters.parameter(ssmParameter));
      if ('unseen' in looked) return [looked.unseen];
      return [
        looked.seen === null
          ? failed(about, `${region} does not have it`, 'set `amiId` in the lock file, or choose another region')
          : ok(about, `is ${looked.seen}`),
      ];
    }
    const about = `machine image ${amiId}`;
    const looked = await look(about, OF_LOCK, () => account.hosts.imageState(amiId));
    if ('unseen' in looked) return [looked.unseen];
    if (looked.seen === 'available') return [ok(about, 'is available')];
    const found = looked.seen === null ? `is not in ${region}` : `is ${looked.seen}`;
    return [failed(about, found, `set \`amiId\` in the lock file to what this says: ${newest}`)];
  },
};
