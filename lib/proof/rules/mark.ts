/** Whatever is sealed carries both of its signs: one alone means that the other was taken off, perhaps with more. */
import { LANE_MARK, ROLE_MARK } from '../marks';
import { type Rule, violation } from '../rule';
import { FUNCTION, propertySignOf, signsOf } from '../signs';

const NAME = 'sealed-mark';

export const mark: Rule = {
  name: NAME,
  check: ({ assembly }) =>
    assembly.resources.flatMap((resource) => {
      const { metadata, property } = signsOf(assembly, resource);
      const wanted = propertySignOf(resource.type);
      // A kind without a place for the second sign is judged as an unknown one.
      if (wanted === null || (metadata === null) === (property === null)) return [];
      const name = resource.type === FUNCTION ? LANE_MARK : ROLE_MARK;
      return metadata === null
        ? [
            violation(NAME, {
              steps: [resource],
              found: `${resource.logicalId} has ${property ?? ''}, and its metadata ${name} is gone or says otherwise: a mark was removed`,
              fix: 'add to the metadata by `cfnResource.addMetadata(key, value)`; setting `cfnOptions.metadata` drops what is there',
            }),
          ]
        : [
            violation(NAME, {
              steps: [resource],
              found: `${resource.logicalId} has the metadata ${metadata}, and not ${wanted}: a mark was removed`,
              fix: `give it ${wanted}, and take away the override that drops it`,
            }),
          ];
    }),
};
