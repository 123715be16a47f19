/** Every name in a route's chain is a model. */
import type { Check } from '../check';
import { isModelName, unknownModel } from '../names';

export const routeModels: Check = (config) =>
  config.routes.flatMap(({ to }, route) =>
    to.flatMap((name, index) =>
      isModelName(config, name) ? [] : unknownModel(config, 'route-models', ['routes', route, 'to', index], name),
    ),
  );
