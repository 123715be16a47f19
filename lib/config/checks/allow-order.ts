/** A class reaches no farther than the one below it: public at least as far as internal, internal as restricted. */
import { BOUNDARIES, CLASSES } from '../../../config/vocabulary';
import { type Check, error } from '../check';

export const allowOrder: Check = ({ sensitivity: { allow } }) =>
  CLASSES.slice(1).flatMap((higher, index) => {
    const lower = CLASSES[index] ?? 'public';
    const farthest = BOUNDARIES.indexOf(allow[lower]);
    if (BOUNDARIES.indexOf(allow[higher]) <= farthest) return [];
    return error({
      code: 'allow-order',
      path: ['sensitivity', 'allow', higher],
      found: `${higher} reaches ${allow[higher]}, ${lower} only ${allow[lower]}`,
      allowed: `for ${higher}: ${BOUNDARIES.slice(0, farthest + 1).join(', ')}`,
      fix: `set \`${higher}: ${allow[lower]}\`, or \`${lower}: ${allow[higher]}\``,
    });
  });
