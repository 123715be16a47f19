/** What a route fills in is within what it caps. */
import { type Check, error } from '../check';

export const setAndCap: Check = (config) =>
  config.routes.flatMap(({ set, cap }, route) =>
    (['maxTokens', 'temperature', 'topP'] as const).flatMap((key) => {
      const [value, limit] = [set?.[key], cap?.[key]];
      if (value === undefined || limit === undefined || value <= limit) return [];
      return error({
        code: 'set-and-cap',
        path: ['routes', route, 'set', key],
        found: `${value}, over the route's own cap of ${limit}`,
        allowed: `at most ${limit}`,
        fix: `set \`${key}: ${limit}\`, or raise \`cap.${key}\` to ${value}`,
      });
    }),
  );
