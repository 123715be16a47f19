/** Every name in a fallback is a model. */
import type { Check } from '../check';
import { isModelName, unknownModel } from '../names';

export const fallbackModels: Check = (config) =>
  Object.entries(config.models).flatMap(([model, { fallback = [] }]) =>
    fallback.flatMap((name, index) =>
      isModelName(config, name)
        ? []
        : unknownModel(config, 'fallback-models', ['models', model, 'fallback', index], name),
    ),
  );
