/** The licences of the fleets' models permit what the config says of their use. */
import { type CatalogLicence, licences as catalogue } from '../../../config/catalog';
import type { Config } from '../../../config/schema';
import { catalogModel } from '../../../lib/config/catalog-model';
import type { DoctorCheck } from '../check';
import { type DoctorFinding, failed, ok, unseen, warning } from '../finding';

export const licences: DoctorCheck = {
  name: 'licences',
  looksAt: "the licence of each fleet's model: accepted, number of users, uses that it forbids",
  permissions: [],
  remedy: 'read it, then add it to `licences.accept`; or ask the licensor; or another model',
  run: async ({ config }) =>
    Object.entries(config.fleets)
      .filter(([, { endpoints }]) => endpoints === undefined)
      .flatMap(([name, fleet]) => licenceFindings(config, name, fleet)),
};

/** The EU's regions, as far as a region's name says. */
const IN_EU = /^eu-(?!west-2$|central-2$)/;

function licenceFindings(config: Config, name: string, fleet: Config['fleets'][string]): DoctorFinding[] {
  const model = catalogModel(fleet);
  if (model === undefined) {
    const what = fleet.model ?? `the model of ${name}`;
    return [
      unseen(what, 'not in the catalogue, so that its licence is not known', 'read it on its page at Hugging Face'),
    ];
  }
  const licence = catalogue.find(({ id }) => id === model.licence);
  const about = `${model.id}, licence ${model.licence}`;
  if (licence === undefined || licence.id === 'unknown') {
    return [
      unseen(about, 'the catalogue does not know its conditions', `read it at https://huggingface.co/${model.id}`),
    ];
  }
  const bad = [...usersFinding(config, licence, about), ...useFindings(config, licence, about)];
  return bad.length > 0 ? bad : [ok(about, conditionsOf(licence))];
}

function usersFinding({ licences: stated }: Config, licence: CatalogLicence, about: string): DoctorFinding[] {
  const { monthlyActiveUsers: limit, url } = licence;
  if (limit === null) return [];
  const users = stated.monthlyActiveUsers;
  if (users === undefined) {
    return [
      warning(
        about,
        `it has a condition above ${limit.above.toLocaleString('en-US')} monthly active users, and the config states no number`,
        'set `licences.monthlyActiveUsers`',
      ),
    ];
  }
  if (users <= limit.above) return [];
  const found = `${users.toLocaleString('en-US')} monthly active users, its limit is ${limit.above.toLocaleString('en-US')}`;
  return limit.then === 'ask-licensor'
    ? [failed(about, found, `ask the licensor for terms of your own (${url}), or choose another model`)]
    : [warning(about, found, `show the model's name to users, as ${url} says`)];
}

function useFindings(config: Config, licence: CatalogLicence, about: string): DoctorFinding[] {
  const { id, url } = licence;
  const isAccepted = config.licences.accept.includes(id);
  if (licence.excludedRegions.includes('EU') && IN_EU.test(config.region)) {
    return [
      failed(
        about,
        `it grants nothing in the EU, where ${config.region} is`,
        `choose another model, or ask the licensor (${url})`,
      ),
    ];
  }
  if (hasConditions(licence) && !isAccepted) {
    return [
      failed(about, `not accepted: ${conditionsOf(licence)}`, `read ${url}, then add ${id} to \`licences.accept\``),
    ];
  }
  const narrow = [licence.nonProduction && 'no production', licence.nonCommercial && 'no commercial use'].filter(
    Boolean,
  );
  if (narrow.length > 0)
    return [
      warning(about, `accepted, and it permits ${narrow.join(', ')}`, `make sure that your use is within ${url}`),
    ];
  return [];
}

const hasConditions = (licence: CatalogLicence): boolean => conditionsList(licence).length > 0 || !licence.verified;

const conditionsOf = (licence: CatalogLicence): string => {
  const list = conditionsList(licence);
  if (list.length > 0) return list.join(', ');
  return licence.verified ? 'no conditions' : 'conditions were not read for the catalogue';
};

function conditionsList(licence: CatalogLicence): string[] {
  return [
    licence.monthlyActiveUsers !== null &&
      `terms above ${licence.monthlyActiveUsers.above.toLocaleString('en-US')} monthly users`,
    licence.nonProduction && 'no production',
    licence.nonCommercial && 'no commercial use',
    licence.useRestrictions && 'a list of forbidden uses',
    licence.outputsForTraining !== null && `training on its answers: ${licence.outputsForTraining}`,
    licence.attribution !== null && licence.attribution,
    licence.acceptanceNeeded && 'weights only for who accepted it on Hugging Face',
  ].filter((text): text is string => typeof text === 'string');
}
