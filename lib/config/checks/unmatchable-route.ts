/** Every route is the first to match for some request. */
import type { PlanRoute, RouterPlan } from '../../plan/types';
import { firstMatch } from '../../policy/routes';
import { type CheckFinding, type PlanCheck, error, warning } from '../check';
import { possibleClasses } from '../reach';
import { subjectsOf } from '../subjects';
import { listed } from '../words';

export const unmatchableRoute: PlanCheck = (_, plan) => {
  // What stands behind a route that takes everything is said by `last-route`.
  const catchAll = plan.routes.findIndex(({ when }) => Object.keys(when).length === 0);
  const reachable = catchAll === -1 ? plan.routes : plan.routes.slice(0, catchAll + 1);
  return reachable.flatMap((route, index) => routeFindings(plan, reachable.slice(0, index), route, index));
};

/** Far more representatives than any config for people has. */
const MOST_SUBJECTS = 200_000;

function routeFindings(
  plan: RouterPlan,
  earlier: readonly PlanRoute[],
  route: PlanRoute,
  index: number,
): CheckFinding[] {
  const taken = new Set<PlanRoute>();
  let tried = 0;
  for (const subject of subjectsOf(plan, earlier, route)) {
    const first = firstMatch(earlier, subject);
    if (first === null) return [];
    taken.add(first);
    if (++tried === MOST_SUBJECTS) return [undecided(route, index)];
  }
  const said = { code: 'unmatchable-route', path: ['routes', index] };
  const name = `route ${route.name}, which no request can reach`;
  const shadows = earlier.filter((one) => taken.has(one));
  if (shadows.length > 0) {
    const before = listed(shadows.map((shadow) => shadow.name));
    return [
      error({
        ...said,
        found: `${name}: ${before} take${shadows.length === 1 ? 's' : ''} all that it would`,
        allowed: 'a route that is the first to match for some request',
        fix: `move it before ${before}, narrow ${shadows.length === 1 ? 'that one' : 'those'}, or remove it`,
      }),
    ];
  }
  return [error({ ...said, path: [...said.path, 'when'], ...contradiction(plan, route, name) })];
}

/** Why no request at all has what the route asks for. */
function contradiction(
  plan: RouterPlan,
  { when }: PlanRoute,
  name: string,
): Pick<CheckFinding, 'found' | 'allowed' | 'fix'> {
  const { promptTokensOver: over, promptTokensUnder: under } = when;
  if (over !== undefined && under !== undefined && over + 1 >= under) {
    return {
      found: `${name}: no prompt has more than ${over} and fewer than ${under} tokens`,
      allowed: '`promptTokensUnder` at least 2 above `promptTokensOver`',
      fix: 'raise `promptTokensUnder`, or lower `promptTokensOver`',
    };
  }
  const possible = possibleClasses(plan);
  const wanted = when.sensitivity ?? possible;
  if (!wanted.some((word) => possible.includes(word))) {
    return {
      found: `${name}: it is for ${listed(wanted)}, and requests are at least ${plan.sensitivity.default}`,
      allowed: `\`sensitivity\` of ${listed(possible)}`,
      fix: `set \`sensitivity.default: ${wanted[0]}\`, or remove the route`,
    };
  }
  const tenants = when.tenant ?? [];
  const floors = tenants.map((tenant) => `${tenant} at least ${plan.tenants[tenant]?.floor ?? 'public'}`);
  return {
    found: `${name}: it is for ${listed(wanted)}, and requests of ${listed(floors)}`,
    allowed: "a `sensitivity` that the tenants' floors leave",
    fix: "lower the tenants' `floor`, or raise the route's `sensitivity`",
  };
}

/** A check that gives up says so. */
function undecided({ name }: PlanRoute, index: number): CheckFinding {
  return warning({
    code: 'unmatchable-route',
    path: ['routes', index],
    found: `route ${name}, whose conditions overlap with earlier ones in more ways than could be tried`,
    allowed: `at most ${MOST_SUBJECTS} combinations`,
    fix: 'state what it is for in `expect`, or use fewer conditions',
  });
}
