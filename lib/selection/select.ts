/**
 * The choice for one fleet: all layouts on all boards, then the cheapest set of interchangeable pools.
 *
 * Pools are interchangeable when one engine command line runs on each of them: the same weights, cut and formats. Sets are
 * compared by the mean cost of their three cheapest pools, since a fleet on spot lives on whichever has capacity; a set of
 * fewer pools is taken only where there is no other.
 */
import { groupBy } from '../group-by';
import type { FleetAsked } from '../../config/lock';
import { type Board, type Candidate, candidatesOn, isLayout, layoutOn, splitsOf } from './candidates';
import type { ModelFacts } from './model-facts';
import { variantsOf } from './variants';

/** Spot pools of which at least so many are wanted: those of one type and zone are lost together. */
export const POOLS_WANTED = 3;
/** More do not make a fleet safer, and each is a further kind of host to know. */
export const MOST_POOLS = 8;
/** A pool that costs more than this many times the cheapest is no substitute, once there are enough. */
export const DEAREST_FACTOR = 2;

export interface PoolSet {
  /** Cheapest first; at least one. */
  readonly candidates: readonly Candidate[];
  /** Mean of the cheapest, in US dollars for a useful hour. */
  readonly meanUsd: number;
  /** Fewer pools than wanted. */
  readonly small: boolean;
}

/** Best first; none: nothing holds what is asked for. */
export function search(facts: ModelFacts, asked: FleetAsked, boards: readonly Board[]): readonly PoolSet[] {
  const sets: PoolSet[] = [];
  const groups = [...groupBy(boards, ({ sample }) => sample.gpuCount)];
  for (const variant of variantsOf(facts, asked)) {
    for (const [gpuCount, group] of groups) {
      for (const split of splitsOf(gpuCount)) {
        // T4 computes bf16 weights as fp16, which is another command line.
        const [auto, half]: [Candidate[], Candidate[]] = [[], []];
        for (const board of group) {
          const layout = layoutOn(board.sample, facts, asked, variant, split);
          if (isLayout(layout)) (layout.dtype === 'auto' ? auto : half).push(...candidatesOn(board, layout, asked));
        }
        if (auto.length > 0) sets.push(setOf(auto));
        if (half.length > 0) sets.push(setOf(half));
      }
    }
  }
  return sets.sort(bySet);
}

function setOf(candidates: Candidate[]): PoolSet {
  candidates.sort(byCost);
  const best = candidates.slice(0, POOLS_WANTED);
  return {
    candidates,
    meanUsd: best.reduce((sum, one) => sum + costOf(one), 0) / best.length,
    small: candidates.length < POOLS_WANTED,
  };
}

/** Those of a set that a fleet gets. */
export function poolsOf({ candidates }: PoolSet): readonly Candidate[] {
  const dearest = costOf(candidates[0]) * DEAREST_FACTOR;
  return candidates.filter((one, rank) => rank < POOLS_WANTED || (rank < MOST_POOLS && costOf(one) <= dearest));
}

const costOf = (candidate: Candidate | undefined): number => candidate?.usdPerUsefulHour ?? Infinity;

/** Ties by name, so that the order is the same wherever it is made. */
const byCost = (a: Candidate, b: Candidate): number =>
  compare(costOf(a), costOf(b)) || (a.instance.instanceType < b.instance.instanceType ? -1 : 1);

/** Wider formats were looked at first, and sorting keeps that order among equals. */
const bySet = (a: PoolSet, b: PoolSet): number => Number(a.small) - Number(b.small) || compare(a.meanUsd, b.meanUsd);

/** `Infinity` less itself is no number. */
const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);

/** The pool that holds least: what the fleet's limits follow from. */
export const smallestOf = (pools: readonly Candidate[]): Candidate =>
  pools.reduce((least, one) => (one.layout.memory.kvCacheTokens < least.layout.memory.kvCacheTokens ? one : least));
