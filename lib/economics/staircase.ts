/** Where whole machines become cheaper than paying by use. */

/** Paying by use costs `unitUsd` for each unit. Machines cost `stepUsd` for each `stepUnits` begun, and `fixedUsd` in any case. */
export interface Staircase {
  readonly unitUsd: number;
  readonly stepUsd: number;
  readonly stepUnits: number;
  readonly fixedUsd: number;
  /** So many machines run even without use. */
  readonly minSteps: number;
}

export interface Crossing {
  /** The least whole number of units above the point from which machines are cheaper and stay so. */
  readonly units: number;
  /** Machines that run there. */
  readonly steps: number;
  /** What they cost there. */
  readonly usd: number;
}

/** What `units` cost on machines of one's own, in `usd` of the staircase. */
export function staircaseUsd(stairs: Staircase, units: number): number {
  return stairs.fixedUsd + stairs.stepUsd * Math.max(stairs.minSteps, Math.ceil(units / stairs.stepUnits));
}

/**
 * A machine more makes the stairs jump, so that by use can be cheaper again just above a step. What counts is the point
 * after which that never happens: the smallest v such that for every u > v, whole or not, machines cost less than
 * u × unitUsd.
 *
 * On step n (units above (n − 1) × stepUnits, up to n × stepUnits) machines cost C(n) = fixedUsd + n × stepUsd, and use is
 * cheapest at its left end. So step n is safe when unitUsd × (n − 1) × stepUnits ≥ C(n). A full step must pay for itself,
 * unitUsd × stepUnits > stepUsd, else no step is safe for good and the answer is `null`. Otherwise the steps are safe from
 * some n on; the last unsafe one, N, is the largest below (fixedUsd + unitUsd × stepUnits) / (unitUsd × stepUnits − stepUsd),
 * and the crossing is on it, at C(N) / unitUsd. Below `minSteps` there is one step only.
 */
export function cheaperFrom(stairs: Staircase): Crossing | null {
  const { unitUsd, stepUsd, stepUnits, fixedUsd, minSteps } = stairs;
  const stepGain = unitUsd * stepUnits - stepUsd;
  if (!(stepGain > 0)) return null;
  const lastUnsafe = Number.isFinite(stepUnits) ? Math.ceil((fixedUsd + unitUsd * stepUnits) / stepGain) - 1 : 1;
  const steps = Math.max(minSteps, lastUnsafe);
  const usd = fixedUsd + steps * stepUsd;
  const units = Math.floor(usd / unitUsd) + 1;
  // Beyond what a number holds exactly it is a rounding error that pays.
  return Number.isSafeInteger(units) ? { units, steps, usd } : null;
}
