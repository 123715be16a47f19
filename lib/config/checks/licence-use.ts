/** A fleet's model is under a licence that permits what the config says of its use. */
import { catalogModel } from '../catalog-model';
import { type Check, error } from '../check';
import { licenceConflict, licenceOf } from '../licence-conflict';

export const licenceUse: Check = (config) =>
  Object.entries(config.fleets).flatMap(([name, fleet]) => {
    const row = catalogModel(fleet);
    const licence = licenceOf(row?.licence ?? '');
    if (row === undefined || licence === undefined) return [];
    const conflict = licenceConflict(licence, config.licences);
    if (conflict === null) return [];
    const { key, stated, permits, change } = conflict;
    return error({
      code: 'licence-use',
      path: ['fleets', name, 'model'],
      found: `${row.id} under the licence ${licence.id}, and \`licences.${key}\` says: ${stated}`,
      allowed: `by ${licence.url}: ${permits}`,
      fix: `${change}; or name the contract with its owner, \`licences.granted: { ${licence.id}: REFERENCE }\`; or take another model`,
    });
  });
