/** The licences of the fleets' models permit what the config says of their use, and somebody has read them. */
import type { CatalogLicence } from '../../../config/catalog';
import type { Config } from '../../../config/schema';
import { catalogModel } from '../../../lib/config/catalog-model';
import { licenceConflict, licenceOf } from '../../../lib/config/licence-conflict';
import type { DoctorCheck } from '../check';
import { type DoctorFinding, failed, ok, unseen, warning } from '../finding';

export const licences: DoctorCheck = {
  name: 'licences',
  looksAt: "the licence of each fleet's model: accepted, number of users, uses and regions that it leaves out",
  permissions: [],
  remedy: 'read it, then add it to `licences.accept`; or name a contract under `licences.granted`; or another model',
  run: async ({ config }) =>
    Object.entries(config.fleets)
      .filter(([, { endpoints }]) => endpoints === undefined)
      .flatMap(([name, fleet]) => licenceFindings(config, name, fleet)),
};

function licenceFindings(config: Config, name: string, fleet: Config['fleets'][string]): DoctorFinding[] {
  const model = catalogModel(fleet);
  if (model === undefined) {
    const what = fleet.model ?? `the model of ${name}`;
    return [
      unseen(what, 'not in the catalogue, so that its licence is not known', 'read it on its page at Hugging Face'),
    ];
  }
  const about = `${model.id}, licence ${model.licence}`;
  const contract = config.licences.granted[model.licence];
  if (contract !== undefined) return [ok(about, `permitted by the contract ${contract}`)];
  const licence = licenceOf(model.licence);
  if (licence === undefined || licence.id === 'unknown') {
    const page = `https://huggingface.co/${model.id}`;
    return [unseen(about, 'the catalogue does not know its conditions', `read it at ${page}`)];
  }
  const found = [forbidden, regions, acceptance, users]
    .map((look) => look(config, licence, about))
    .filter((finding) => finding !== null);
  return found.length > 0 ? found : [ok(about, conditionsOf(licence).join(', ') || 'no conditions')];
}

type Look = (config: Config, licence: CatalogLicence, about: string) => DoctorFinding | null;

const forbidden: Look = (config, licence, about) => {
  const conflict = licenceConflict(licence, config.licences);
  if (conflict === null) return null;
  return failed(about, `${conflict.stated}; it permits ${conflict.permits}`, `${conflict.change}; ${licence.url}`);
};

/** Regions in the EU: not London, not Zurich. */
const IN_EU = /^eu-(?!(west|central)-2$)/;

const regions: Look = ({ region }, { excludedRegions, url }, about) =>
  excludedRegions.includes('EU') && IN_EU.test(region)
    ? failed(about, `it grants nothing in the EU, where ${region} is`, `another model, or a contract (${url})`)
    : null;

const acceptance: Look = ({ licences: { accept } }, licence, about) => {
  const conditions = conditionsOf(licence);
  if (conditions.length === 0 || accept.includes(licence.id)) return null;
  const fix = `read ${licence.url}, then add ${licence.id} to \`licences.accept\``;
  return failed(about, `not accepted: ${conditions.join(', ')}`, fix);
};

const users: Look = ({ licences: { monthlyActiveUsers: stated } }, { monthlyActiveUsers: limit, url }, about) => {
  if (limit === null) return null;
  const above = `above ${count(limit.above)} monthly active users`;
  if (stated === undefined) {
    const found = `it has a condition ${above}, and the config states no number`;
    return warning(about, found, 'set `licences.monthlyActiveUsers`');
  }
  return limit.then === 'show-the-name' && stated > limit.above
    ? warning(about, `${above} the model's name has to be shown`, `show it as ${url} says`)
    : null;
};

const count = (users: number): string => users.toLocaleString('en-US');

function conditionsOf(licence: CatalogLicence): string[] {
  return [
    !licence.verified && 'its text was not read for the catalogue',
    licence.monthlyActiveUsers !== null && `terms above ${count(licence.monthlyActiveUsers.above)} monthly users`,
    licence.nonProduction && 'no production',
    licence.nonCommercial && 'no commercial use',
    licence.useRestrictions && 'a list of forbidden uses',
    licence.outputsForTraining !== null && `training on its answers: ${licence.outputsForTraining}`,
    licence.attribution !== null && licence.attribution,
    licence.acceptanceNeeded && 'weights only for who accepted it on Hugging Face',
  ].filter((text): text is string => typeof text === 'string');
}
