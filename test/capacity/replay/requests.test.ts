/** What a replay means for callers, on spans that can be reckoned by hand. */
import type { Span } from '../../../lib/capacity/replay/play';
import { countRequests } from '../../../lib/capacity/replay/requests';

const SECOND = 1000;
/** Two replicas of ten requests at once, 14 of 20 places taken, each for ten seconds: 1.4 requests a second. */
const OPTIONS = { demand: 2, concurrency: 10, load: 0.7, answerSeconds: [10], drainMs: 105 * SECOND };

function spans(...parts: readonly (Partial<Span> & { readonly seconds: number })[]): readonly Span[] {
  let atMs = 0;
  return parts.map(({ seconds, ...part }) => {
    const fromMs = atMs;
    atMs += seconds * SECOND;
    return { fromMs, toMs: atMs, serving: 2, ended: 0, stopped: 0, ...part };
  });
}

const NOTHING = { lost: 0, resumed: 0, held: 0, lostMinutes: [] };

test('while all serve nobody waits', () => {
  expect(countRequests(spans({ seconds: 100 }), OPTIONS)).toEqual({ ...NOTHING, requests: 140 });
});

test('what ran on a replica that ends without a word is resumed, and waits where nobody has room', () => {
  const one = countRequests(spans({ seconds: 100 }, { seconds: 20, serving: 1, ended: 1 }, { seconds: 100 }), OPTIONS);
  // Half of the 14; 28 more come in 20 s, for which one replica has places at one a second, and 15 at once wait no minute.
  expect(one).toMatchObject({ requests: 308, resumed: 7, lost: 0 });
  expect(one.held).toBeGreaterThanOrEqual(28);
});

test('what a replica that is told of its end keeps is finished before it stops, but for long answers', () => {
  const stops = spans({ seconds: 100, serving: 3 }, { seconds: 100, stopped: 1 });
  expect(countRequests(stops, OPTIONS)).toEqual({ ...NOTHING, requests: 280 });
  // Of answers of 210 s those that run at the notice last another 105 s in one of two.
  const long = countRequests(stops, { ...OPTIONS, answerSeconds: [210] });
  expect(long.resumed).toBe(Math.round((14 / 3) * 0.5));
});

test('what the others have no room for is cut off when the last one stops', () => {
  const last = countRequests(
    spans({ seconds: 100 }, { seconds: 20, serving: 0, stopped: 2 }, { seconds: 100 }),
    OPTIONS,
  );
  expect(last).toMatchObject({ resumed: 14, lost: 0 });
});

test('who waits for a minute is lost, and the minutes are told', () => {
  const gone = countRequests(spans({ seconds: 60 }, { seconds: 120, serving: 0, ended: 2 }, { seconds: 60 }), OPTIONS);
  // The 14 that ran, and whoever came in the first of the two minutes.
  expect(gone.lost).toBeGreaterThanOrEqual(14 + 60 * 1.4);
  expect(gone.lost).toBeLessThanOrEqual(14 + 75 * 1.4);
  expect(gone.lostMinutes).toEqual([{ fromMinute: 1, toMinute: expect.closeTo(3, 1) }]);
});

test('too few for a while are as bad as none for a while', () => {
  const few = countRequests(spans({ seconds: 60, serving: 1 }, { seconds: 600, serving: 1 }), { ...OPTIONS, load: 1 });
  expect(few.lost).toBeGreaterThan(0);
  expect(few.lostMinutes).toHaveLength(1);
});
