/** The account may use every model of Bedrock that the config names. */
import type { Config } from '../../../config/schema';
import { providerBoundary } from '../../../lib/policy/boundary';
import type { ModelAccess } from '../account';
import type { DoctorCheck } from '../check';
import { type DoctorFinding, failed, ok, unseen, warning } from '../finding';
import { look } from '../look';

const PERMISSION = 'bedrock:GetFoundationModelAvailability';
const BEDROCK = 'bedrock';

export const bedrockAccess: DoctorCheck = {
  name: 'bedrock-access',
  looksAt: 'whether the account may use each model of Bedrock that the config names',
  permissions: [PERMISSION],
  remedy: 'the console, Amazon Bedrock → Model catalog → the model: agree to its terms; or another model or region',
  run: async ({ config }, { bedrock }) => {
    const provider = config.providers[BEDROCK];
    // An address of one's own is not this account's Bedrock.
    if (provider === undefined || provider.baseUrl !== undefined) return [];
    const entries = Object.entries(config.models).filter(([, model]) => model.provider === BEDROCK);
    return Promise.all(
      entries.map(async ([name, model]): Promise<DoctorFinding> => {
        const id = foundationModel(model);
        if (id === null) {
          return warning(
            `models.${name}`,
            'it names no single model, so that access to whichever is called was not looked at',
            'name the models that are used, each under `models`',
          );
        }
        const about = `Bedrock's ${id}`;
        const looked = await look(about, PERMISSION, () => bedrock.access(id));
        if ('unseen' in looked) return looked.unseen;
        return accessFinding(about, looked.seen, config.region);
      }),
    );
  },
};

function accessFinding(about: string, access: ModelAccess | null, region: string): DoctorFinding {
  const page = `the console, Amazon Bedrock in ${region} → Model catalog`;
  if (access === null) return failed(about, `no such model in ${region}`, `choose one of ${page}`);
  if (!access.region) return failed(about, `not offered in ${region}`, `another model or region; see ${page}`);
  if (!access.entitlement)
    return failed(about, 'the account is not entitled to it', `${page} → the model → request access`);
  if (!access.agreement)
    return failed(about, "its provider's terms are not agreed to", `${page} → the model → agree to its terms`);
  if (!access.authorization) {
    return unseen(
      about,
      'this login may not use it; whether the router may is not seen',
      'look with a login that may bedrock:InvokeModel',
    );
  }
  return ok(about, 'the account may use it');
}

/** A profile across regions stands for the model behind it; `null`: any model, or an ARN that does not say which. */
function foundationModel({ model }: Config['models'][string]): string | null {
  if (model === undefined || model.startsWith('arn:') || !model.includes('.')) return null;
  const inRegion = providerBoundary({ name: BEDROCK, baseUrl: undefined, hasAgreement: false }, model) === 'region';
  return inRegion ? model : model.split('.').slice(1).join('.');
}
