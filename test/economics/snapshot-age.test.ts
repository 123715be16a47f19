/** The age of a committed price. */
import { snapshotAgeDays } from '../../lib/economics/snapshot-age';

const at = (time: string): number => Date.parse(time);

test('counts whole days from the start of the day', () => {
  expect(snapshotAgeDays('2026-09-23', at('2026-11-21T12:00:00Z'))).toBe(59);
  expect(snapshotAgeDays('2026-11-21', at('2026-11-21T23:59:59Z'))).toBe(0);
  expect(snapshotAgeDays('2026-11-21', at('2026-11-22T00:00:00Z'))).toBe(1);
});

test('a day that is still to come is not negative', () => {
  expect(snapshotAgeDays('2027-01-01', at('2026-11-21T12:00:00Z'))).toBe(0);
});

test.each(['', 'yesterday', '2026-11', '2026-13-40', '21.11.2026'])('fails on "%s", which is no day', (asOf) => {
  expect(() => snapshotAgeDays(asOf, 0)).toThrow(/is not a day; write it as YYYY-MM-DD/);
});
