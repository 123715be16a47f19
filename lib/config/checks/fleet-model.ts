/** A fleet serves a model of the catalogue or one whose architecture is given, unless its replicas run already. */
import { models } from '../../../config/catalog';
import { catalogModel } from '../catalog-model';
import { type Check, error } from '../check';
import { unknownName } from '../names';

export const fleetModel: Check = (config) =>
  Object.entries(config.fleets).flatMap(([name, fleet]) => {
    const { model, architecture, endpoints } = fleet;
    if (endpoints !== undefined) return [];
    if (model === undefined && architecture === undefined) {
      return error({
        code: 'fleet-model',
        path: ['fleets', name],
        found: 'neither `model` nor `architecture`',
        allowed:
          'a model of the catalogue; or one of the hub with its `architecture`; or `endpoints` of replicas that run already',
        fix: 'add `model: …` with a name of the catalogue',
      });
    }
    if (architecture !== undefined) {
      if (catalogModel(fleet) === undefined) return [];
      return error({
        code: 'fleet-model',
        path: ['fleets', name, 'architecture'],
        found: 'the architecture of a model that the catalogue has',
        allowed: '`architecture` of models that it does not know',
        fix: 'remove `architecture`',
      });
    }
    if (model === undefined || catalogModel(fleet) !== undefined) return [];
    return unknownName({
      code: 'fleet-model',
      path: ['fleets', name, 'model'],
      name: model.replace(/@.*/, ''),
      what: 'a model of the catalogue',
      known: models.map((row) => row.id),
      otherwise: 'name one of them, or add its `architecture`',
    });
  });
