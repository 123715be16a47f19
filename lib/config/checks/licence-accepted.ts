/** A licence with conditions is accepted by name before a fleet loads the weights. */
import { catalogModel } from '../catalog-model';
import { type Check, warning } from '../check';
import { WITHOUT_CONDITIONS, isLicenceAccepted } from '../licence-acceptance';

export const licenceAccepted: Check = (config) =>
  Object.entries(config.fleets).flatMap(([name, fleet]) => {
    const row = catalogModel(fleet);
    if (row === undefined || fleet.endpoints !== undefined) return [];
    if (isLicenceAccepted(row.licence, config.licences)) return [];
    return warning({
      code: 'licence-accepted',
      path: ['fleets', name, 'model'],
      found: `${row.id} under the licence ${row.licence}, which is not accepted`,
      allowed: `a licence in \`licences.accept\`, or one without conditions: ${WITHOUT_CONDITIONS.join(', ')}`,
      fix: `read the licence and add ${row.licence} to \`licences.accept\``,
    });
  });
