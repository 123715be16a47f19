/** The sealed lane alone has nothing to serve without a fleet. Beside the open lane it may wait for one. */
import { type Check, error } from '../check';

export const lanes: Check = (config) => {
  if (config.lanes.includes('open') || Object.keys(config.fleets).length > 0) return [];
  return [
    error({
      code: 'lanes',
      path: ['lanes'],
      found: 'the sealed lane alone and no fleet',
      allowed: 'a sealed lane with at least one fleet, since it reaches nothing else',
      fix: 'add a fleet, or set `lanes: [open]`',
    }),
  ];
};
