/** How far boots are, how long their phases take, and when the next replica is to be expected. */
import { BOOT_MARKS, type BootMark, type BootTimeline } from '../tables/fleet-row';

export const NO_TIMELINE: BootTimeline = {
  launchedMs: null,
  imageMs: null,
  weightsMs: null,
  compiledMs: null,
  firstTokenMs: null,
};

/** With `mark` at `atMs`. What was reached once stays as it was: an engine that starts again is no second boot. */
export const reached = (timeline: BootTimeline, mark: BootMark, atMs: number): BootTimeline =>
  timeline[mark] === null ? { ...timeline, [mark]: atMs } : timeline;

/**
 * Milliseconds that each phase takes, until a boot was seen: eight minutes in all, on the long side.
 * Source: spot-and-vllm.md, B8 (as of 2026-11-21): 60 to 120 s to the first line of user data, 90 s for the image and as
 * much for packages, 5 to 60 s for weights of one GPU, 30 to 90 s to compile and capture, 25 to 60 s for a first token.
 */
const FIRST_GUESS_MS: Readonly<Record<Exclude<BootMark, 'launchedMs'>, number>> = {
  imageMs: 240_000,
  weightsMs: 120_000,
  compiledMs: 90_000,
  firstTokenMs: 30_000,
};
/** A phase that takes longer than it usually does is expected to take a quarter longer than it already has. */
const OVERDUE_SHARE = 0.25;

const PHASES = BOOT_MARKS.filter((mark) => mark !== 'launchedMs');

/** Milliseconds of each phase, named by the mark at its end: the median of the boots that passed it. */
export function phaseMs(boots: readonly BootTimeline[]): Readonly<Record<(typeof PHASES)[number], number>> {
  const typical = (mark: (typeof PHASES)[number]): number => {
    const before = BOOT_MARKS[BOOT_MARKS.indexOf(mark) - 1] as BootMark;
    const taken = boots.flatMap((one) => {
      const [from, to] = [one[before], one[mark]];
      return from === null || to === null || to < from ? [] : [to - from];
    });
    return median(taken) ?? FIRST_GUESS_MS[mark];
  };
  return Object.fromEntries(PHASES.map((mark) => [mark, typical(mark)])) as ReturnType<typeof phaseMs>;
}

/** Milliseconds from launch to the first token: the median of `boots`. */
export function typicalBootMs(boots: readonly BootTimeline[]): number {
  const taken = boots.flatMap(({ launchedMs, firstTokenMs }) =>
    launchedMs === null || firstTokenMs === null ? [] : [firstTokenMs - launchedMs],
  );
  return median(taken) ?? Object.values(FIRST_GUESS_MS).reduce((sum, ms) => sum + ms, 0);
}

/**
 * When the next of the hosts that boot is ready, Unix time in milliseconds; `null`: none boots.
 *
 * @param coming how far each of them is
 * @param boots that came to their end: they say how long a phase takes
 */
export function nextReadyMs(
  coming: readonly BootTimeline[],
  boots: readonly BootTimeline[],
  nowMs: number,
): number | null {
  const phases = phaseMs(boots);
  const known = coming.map((one) => readyMs(one, phases, nowMs)).filter((atMs) => atMs !== null);
  return known.length === 0 ? null : Math.min(...known);
}

function readyMs(timeline: BootTimeline, phases: ReturnType<typeof phaseMs>, nowMs: number): number | null {
  const last = BOOT_MARKS.findLast((mark) => timeline[mark] !== null);
  if (last === undefined) return null;
  const [current, ...later] = PHASES.slice(BOOT_MARKS.indexOf(last));
  if (current === undefined) return null;
  // A host whose clock is ahead has not begun this phase in the future.
  const sinceMs = Math.min(timeline[last] ?? nowMs, nowMs);
  const spentMs = nowMs - sinceMs;
  const currentMs = spentMs < phases[current] ? phases[current] : spentMs * (1 + OVERDUE_SHARE);
  return sinceMs + currentMs + later.reduce((sum, mark) => sum + phases[mark], 0);
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
}
