/** Where one embedding model stands in for another, both name the same `weights`: vectors of others do not compare. */
import type { RouterPlan } from '../../plan/types';
import type { NamedModel } from '../../policy/models';
import { type CheckFinding, type PlanCheck, error } from '../check';
import type { Path } from '../findings';
import { namedModels } from '../reach';

export const embedFallback: PlanCheck = (_, plan) => [
  ...plan.routes.flatMap(({ to }, index) => {
    const chain = namedModels(plan, to);
    const first = chain.find(embeds);
    const standIns = chain.map((named) => (named !== first && embeds(named) ? named : null));
    return differing(first, standIns, ['routes', index, 'to']);
  }),
  ...Object.entries(plan.models).flatMap(([name, { fallback }]) =>
    // Whoever names an embedding model sends it nothing else.
    differing(firstEmbedding(plan, name), namedModels(plan, fallback), ['models', name, 'fallback']),
  ),
];

/** A model that may be either is not known to embed. */
const embeds = ({ model: { capabilities } }: NamedModel): boolean =>
  capabilities.endpoints.includes('embeddings') && !capabilities.endpoints.includes('chat');

const firstEmbedding = (plan: RouterPlan, name: string): NamedModel | undefined =>
  namedModels(plan, [name]).find(embeds);

function differing(
  first: NamedModel | undefined,
  standIns: readonly (NamedModel | null)[],
  path: Path,
): CheckFinding[] {
  if (first === undefined) return [];
  const { weights } = first.model;
  return standIns.flatMap((named, position) => {
    if (named === null || (weights !== null && named.model.weights === weights)) return [];
    const said = (model: NamedModel): string => `${model.name} with ${model.model.weights ?? 'no'} weights`;
    return error({
      code: 'embed-fallback',
      path: [...path, position],
      found: `${said(named)} behind ${said(first)}`,
      allowed: `an embedding model with the same \`weights\` as ${first.name}`,
      fix: 'if both are the same model, give both the same `weights`; else remove it here',
    });
  });
}
