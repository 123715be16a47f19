/** What a replay of the controller is held to, on every set of records. */
import type { ReplayResult } from '../../../lib/capacity/replay/replay';

/** Where a prophet saves less, nobody asks for spot. */
const WORTH_IT = 0.3;

/** @param results of one set, the controller's first. @returns what does not hold, a sentence each */
export function limitsBroken([hybrid, ...others]: readonly ReplayResult[]): readonly string[] {
  if (hybrid === undefined) return ['there is no result'];
  const { costUsd, onDemandCostUsd, omniscientCostUsd, availability, savingShare, lost, lostMinutes } = hybrid;
  const isWorthIt = omniscientCostUsd <= (1 - WORTH_IT) * onDemandCostUsd;
  const better = others.filter((one) => one.costUsd < costUsd && one.availability > availability);
  return [
    ...(costUsd > 1.03 * onDemandCostUsd ? [`costs ${costUsd}, on-demand ${onDemandCostUsd}`] : []),
    ...(isWorthIt && (savingShare ?? 0) < 0.9 ? [`saves ${savingShare} of what can be saved`] : []),
    ...(isWorthIt && availability < 0.992 ? [`is available ${availability} of the time`] : []),
    ...(isWorthIt && costUsd > 1.1 * omniscientCostUsd ? [`costs ${costUsd}, a prophet ${omniscientCostUsd}`] : []),
    ...(lost > 0 && lostMinutes.length === 0 ? [`lost ${lost}, and does not say when`] : []),
    ...better.map(({ policy }) => `${policy} is cheaper and more available`),
  ];
}
