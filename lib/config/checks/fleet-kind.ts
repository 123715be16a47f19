/** A fleet is of the kind its model is: chat or embed. */
import { catalogModel } from '../catalog-model';
import { type Check, error } from '../check';

export const fleetKind: Check = (config) =>
  Object.entries(config.fleets).flatMap(([name, fleet]) => {
    const row = catalogModel(fleet);
    if (row === undefined || fleet.kind === row.kind) return [];
    return error({
      code: 'fleet-kind',
      path: ['fleets', name, 'kind'],
      found: fleet.kind,
      allowed: `${row.kind}, since ${row.id} is ${row.kind === 'embed' ? 'an embedding' : 'a chat'} model`,
      fix: `set \`kind: ${row.kind}\`, or choose another model`,
    });
  });
