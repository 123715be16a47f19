/** The last route takes what no other took, and only the last one takes everything. */
import type { Config } from '../../../config/schema';
import { type Check, error } from '../check';

export const lastRoute: Check = (config) => {
  const last = config.routes.length - 1;
  return config.routes.flatMap((route, index) => {
    if (takesEverything(route) === (index === last)) return [];
    return error(
      index === last
        ? {
            code: 'last-route',
            path: ['routes', index],
            found: `a last route with a condition: ${Object.keys(route.when ?? {}).join(', ')}`,
            allowed: 'a last route without `when`, so that every request has one',
            fix: 'add `- { name: default, to: […] }` at the end',
          }
        : {
            code: 'last-route',
            path: ['routes', index],
            found: `a route without \`when\`, before ${last - index} more that no request can reach`,
            allowed: 'a route without `when` in the last place only',
            fix: 'move it to the end, or give it a condition',
          },
    );
  });
};

const takesEverything = ({ when }: Config['routes'][number]): boolean => Object.keys(when ?? {}).length === 0;
