/** A fleet serves a model of the catalogue or one whose architecture is given, unless its replicas run already. */
import { models } from '../../../config/catalog';
import { catalogModel } from '../catalog-model';
import { type Check, error } from '../check';
import { unknownName } from '../names';

export const fleetModel: Check = (config) =>
  Object.entries(config.fleets).flatMap(([name, fleet]) => {
    const { model, architecture, endpoints } = fleet;
    if (endpoints !== undefined) return [];
    if ((model === undefined) === (architecture === undefined)) {
      return error({
        code: 'fleet-model',
        path: ['fleets', name],
        found: model === undefined ? 'neither `model` nor `architecture`' : '`model` and `architecture`',
        allowed: 'exactly one of `model` and `architecture`, or `endpoints` of replicas that run already',
        fix: model === undefined ? 'add `model: …` with a name of the catalogue' : 'remove one of the two',
      });
    }
    if (model === undefined || catalogModel(fleet) !== undefined) return [];
    return unknownName({
      code: 'fleet-model',
      path: ['fleets', name, 'model'],
      name: model.replace(/@.*/, ''),
      what: 'a model of the catalogue',
      known: models.map((row) => row.id),
      otherwise: 'name one of them, or describe the model in `architecture`',
    });
  });
