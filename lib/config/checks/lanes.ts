/** The sealed lane has nothing to serve without a fleet. */
import { type Check, error, warning } from '../check';

export const lanes: Check = (config) => {
  if (!config.lanes.includes('sealed') || Object.keys(config.fleets).length > 0) return [];
  const said = { code: 'lanes', path: ['lanes'], found: 'the sealed lane and no fleet' };
  const allowed = 'a sealed lane with at least one fleet, since it reaches nothing else';
  return config.lanes.length === 1
    ? [error({ ...said, allowed, fix: 'add a fleet, or set `lanes: [open]`' })]
    : [warning({ ...said, allowed, fix: 'set `lanes: [open]` until there is a fleet' })];
};
