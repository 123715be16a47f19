import fc from 'fast-check';
import { NO_TIMELINE, nextReadyMs, phaseMs, reached, typicalBootMs } from '../../lib/capacity/boot-timeline';
import { BOOT_MARKS, type BootTimeline } from '../../lib/tables/fleet-row';

const MINUTE = 60_000;
const GUESS_MS = 8 * MINUTE;

/** Marks as they were reached, in their order; the rest is to come. */
const timeline = (...marks: readonly number[]): BootTimeline =>
  BOOT_MARKS.reduce((made, mark, at) => ({ ...made, [mark]: marks[at] ?? null }), NO_TIMELINE);

const QUICK = timeline(0, 60_000, 80_000, 110_000, 115_000);

test('what was reached once stays as it was', () => {
  const one = reached(NO_TIMELINE, 'imageMs', 5);
  expect(one.imageMs).toBe(5);
  expect(reached(one, 'imageMs', 9)).toBe(one);
});

test('a phase takes as long as it usually does, whatever an outlier took', () => {
  const took = (...images: readonly number[]): BootTimeline[] => images.map((ms) => timeline(1_000, 1_000 + ms));
  expect(phaseMs(took(60_000, 400_000, 80_000)).imageMs).toBe(80_000);
});

test('a boot takes as long as it usually does, and eight minutes before there was one', () => {
  expect(typicalBootMs([])).toBe(GUESS_MS);
  expect(typicalBootMs([timeline(0, 1, 2, 3, 900_000), QUICK, timeline(0, 1, 2, 3, 90_000)])).toBe(115_000);
});

describe('the next replica is expected', () => {
  test.each<[string, readonly BootTimeline[], readonly BootTimeline[], number, number | null]>([
    ['never, where none boots', [], [QUICK], 0, null],
    ['never, where nothing is known of the one that boots', [NO_TIMELINE], [], 0, null],
    ['after a guess, where nothing was ever measured', [timeline(0)], [], 0, GUESS_MS],
    ['after a guess for what is left', [timeline(0, 10_000)], [], 20_000, 10_000 + 4 * MINUTE],
    ['after as long as the last boot took', [timeline(500_000)], [QUICK], 500_000, 615_000],
    ['by the phase that it is in', [timeline(500_000, 530_000)], [QUICK], 540_000, 585_000],
    ['by the one that is nearest', [timeline(500_000), timeline(0, 1_000, 520_000)], [QUICK], 521_000, 555_000],
    // 100 s instead of 60: the image takes 25 % longer still, then 55 s follow.
    ['later, where a phase takes longer than usual', [timeline(500_000)], [QUICK], 600_000, 680_000],
  ])('%s', (_name, coming, boots, nowMs, expected) => {
    expect(nextReadyMs(coming, boots, nowMs)).toBe(expected);
  });

  test('never before now, whatever the clocks of hosts say', () => {
    const mark = fc.option(fc.integer({ min: -300_000, max: 2_000_000 }));
    const any = fc.tuple(mark, mark, mark, mark, mark).map(([a, b, c, d, e]) => ({
      launchedMs: a,
      imageMs: b,
      weightsMs: c,
      compiledMs: d,
      firstTokenMs: e,
    }));
    const some = fc.array(any, { maxLength: 4 });
    fc.assert(
      fc.property(some, some, fc.nat({ max: 2_000_000 }), (coming, boots, nowMs) => {
        const expected = nextReadyMs(coming, boots, nowMs);
        const boot = coming.some((one) => one.firstTokenMs === null && BOOT_MARKS.some((at) => one[at] !== null));
        expect(expected !== null).toBe(boot);
        if (expected !== null) expect(expected).toBeGreaterThanOrEqual(nowMs);
      }),
    );
  });
});
