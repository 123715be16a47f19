/** A fleet's context is no longer than its model can take. */
import { catalogModel } from '../catalog-model';
import { type Check, error } from '../check';

export const fleetContext: Check = (config) =>
  Object.entries(config.fleets).flatMap(([name, fleet]) => {
    const row = catalogModel(fleet);
    if (row?.maxContextTokens == null || fleet.context <= row.maxContextTokens) return [];
    return error({
      code: 'fleet-context',
      path: ['fleets', name, 'context'],
      found: `${fleet.context} tokens`,
      allowed: `at most ${row.maxContextTokens}, what ${row.id} was made for`,
      fix: `set \`context: ${row.maxContextTokens}\`, or choose a model with a longer context`,
    });
  });
