/** What a fleet runs on, chosen from the committed catalogue: weights, number formats, GPUs per replica, pools. */
import { instances, unknownInstances } from '../../config/catalog';
import type { FleetAsked, FleetChoice } from '../../config/lock';
import { BOARDS, type Board, type Candidate, boardsOf, unfitness } from './candidates';
import { engineArguments } from './engine-arguments';
import { type ModelFacts, modelFacts } from './model-facts';
import { nearestChanges } from './nearest';
import { type PoolSet, poolsOf, search } from './select';
import { formatsKnown } from './variants';

export interface Chosen {
  readonly choice: FleetChoice;
  readonly asked: FleetAsked;
  readonly facts: ModelFacts;
  /** Cheapest first. */
  readonly pools: readonly Candidate[];
  /** The set that they are from. */
  readonly set: PoolSet;
  /** All that would do, best first. */
  readonly sets: readonly PoolSet[];
}

export type Choosing =
  | Chosen
  /** Why there is none, and what to do. */
  | { readonly problem: string };

export function choose(asked: FleetAsked): Choosing {
  const facts = modelFacts(asked);
  if ('problem' in facts) return facts;
  const boards = boardsFor(asked);
  if (!Array.isArray(boards)) return boards;
  const sets = search(facts, asked, boards);
  const [best] = sets;
  if (best === undefined) return { problem: infeasible(facts, asked, boards) };
  const wanted = asked.instances === 'auto' ? [] : asked.instances;
  const set = sets.find((one) => missingFrom(wanted, one.candidates).length === 0);
  if (set === undefined) return { problem: notTogether(wanted, best) };
  const pools = asked.instances === 'auto' ? poolsOf(set) : set.candidates;
  const { variant, split } = (pools[0] as Candidate).layout;
  return {
    choice: {
      checkpoint: variant.repository,
      revision: variant.repository === facts.id ? facts.revision : null,
      quantization: variant.format.name,
      tensorParallel: split.tensorParallel,
      pipelineParallel: split.pipelineParallel,
      instanceTypes: pools.map(({ instance }) => instance.instanceType),
      engineArguments: [...engineArguments(pools, asked, facts)],
    },
    asked,
    facts,
    pools,
    set,
    sets,
  };
}

const rowOf = new Map(instances.map((row) => [row.instanceType, row]));

function boardsFor({ instances: wanted }: FleetAsked): Board[] | { readonly problem: string } {
  if (wanted === 'auto') return [...BOARDS];
  const rows = wanted.map((type) => ({ type, row: rowOf.get(type) }));
  for (const { type, row } of rows) {
    if (row === undefined) {
      const known = unknownInstances.find(({ instanceType }) => instanceType === type);
      return {
        problem:
          known === undefined
            ? `\`instances\`: the catalogue knows no type ${type} with a GPU; write \`instances: auto\`, or one of ${similar(type)}`
            : `\`instances\`: ${type} cannot be planned with (${known.missing}); write \`instances: auto\`, or one of ${similar(type)}`,
      };
    }
    const unfit = unfitness(row);
    if (unfit !== null)
      return {
        problem: `\`instances\`: ${type} cannot be a host: ${unfit}; write \`instances: auto\`, or one of ${similar(type)}`,
      };
  }
  return [...boardsOf(rows.flatMap(({ row }) => (row === undefined ? [] : [row])))];
}

/** Types of the same family that may be hosts, else some of each. */
function similar(type: string): string {
  const fit = instances.filter((row) => unfitness(row) === null).map(({ instanceType }) => instanceType);
  const family = fit.filter((one) => one.split('.')[0] === type.split('.')[0]);
  return (family.length > 0 ? family : fit.filter((one) => one.endsWith('.xlarge') || one.endsWith('.2xlarge'))).join(
    ', ',
  );
}

const missingFrom = (wanted: readonly string[], pools: readonly Candidate[]): readonly string[] =>
  wanted.filter((type) => !pools.some(({ instance }) => instance.instanceType === type));

function notTogether(wanted: readonly string[], { candidates }: PoolSet): string {
  const together = candidates.map(({ instance }) => instance.instanceType);
  return `\`instances\`: ${missingFrom(wanted, candidates).join(', ')} cannot run the same engine as ${together.join(', ')}; list types with the same number of GPUs that each hold the fleet, or write \`instances: auto\``;
}

function infeasible(facts: ModelFacts, asked: FleetAsked, boards: readonly Board[]): string {
  const { context, concurrency, quantization, instances: wanted } = asked;
  const known = formatsKnown(facts);
  if (quantization !== null && !known.some((name) => name === quantization)) {
    return `there are no weights of ${facts.id} in \`${quantization}\`; known: ${known.join(', ')}`;
  }
  const where = wanted === 'auto' ? 'no instance type in the catalogue' : `none of ${wanted.join(', ')}`;
  const changes = nearestChanges(facts, asked, boards, BOARDS);
  return `${where} holds ${facts.id} with ${concurrency} sequences of ${context} tokens; ${
    changes.length === 0 ? 'take a smaller model' : `what would do, the smallest change first: ${changes.join(', or ')}`
  }`;
}
