/** EC2 has its service-linked role for spot. Auto Scaling makes it where nothing forbids. */
import type { DoctorCheck } from '../check';
import { ok, warning } from '../finding';
import { look } from '../look';

const PERMISSION = 'iam:GetRole';
const ROLE = 'AWSServiceRoleForEC2Spot';

export const spotRole: DoctorCheck = {
  name: 'spot-role',
  looksAt: `whether the account has EC2's service-linked role for spot, ${ROLE}`,
  permissions: [PERMISSION],
  remedy: '`aws iam create-service-linked-role --aws-service-name spot.amazonaws.com`',
  run: async ({ fleets }, { roles }) => {
    if (!fleets.some(({ fleet }) => fleet.capacity.spot)) return [];
    const about = `role ${ROLE}`;
    const looked = await look(about, PERMISSION, () => roles.hasRole(ROLE));
    if ('unseen' in looked) return [looked.unseen];
    if (looked.seen) return [ok(about, 'exists')];
    return [
      warning(
        about,
        'does not exist; Auto Scaling makes it with the first spot host, unless an organisation forbids it',
        'aws iam create-service-linked-role --aws-service-name spot.amazonaws.com',
      ),
    ];
  },
};
