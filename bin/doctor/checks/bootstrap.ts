/** The account and region are bootstrapped for the CDK, recently enough. */
import type { DoctorCheck } from '../check';
import { failed, ok } from '../finding';
import { look } from '../look';

const PERMISSION = 'ssm:GetParameter';
/** Source: aws-cdk-lib 2.276.0, core/lib/stack-synthesizers/default-synthesizer.js. */
const LEAST_VERSION = 6;
/** A VPC that is there already is looked up with a role that older ones lack. Source: the same. */
const LEAST_VERSION_FOR_LOOKUPS = 8;

export const bootstrap: DoctorCheck = {
  name: 'bootstrap',
  looksAt: "the version of the CDK's bootstrap stack in the region",
  permissions: [PERMISSION],
  remedy: '`npx cdk bootstrap`',
  run: async ({ config, qualifier }, { parameters }) => {
    const name = `/cdk-bootstrap/${qualifier}/version`;
    const about = 'CDK bootstrap';
    const looked = await look(about, PERMISSION, () => parameters.parameter(name));
    if ('unseen' in looked) return [looked.unseen];
    const command = `AWS_REGION=${config.region} npx cdk bootstrap`;
    if (looked.seen === null) return [failed(about, `${name} does not exist in ${config.region}`, command)];
    const least = config.network.vpcId === undefined ? LEAST_VERSION : LEAST_VERSION_FOR_LOOKUPS;
    const version = Number(looked.seen);
    if (!(version >= least)) return [failed(about, `version ${looked.seen}, ${least} needed`, command)];
    return [ok(about, `version ${version}`)];
  },
};
