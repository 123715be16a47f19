import { STREAMER_MAX_BYTES, STREAMER_MIN_BYTES, streamerMemoryBytes } from '../../lib/capacity/streamer-memory';

const GIB = 2 ** 30;

test.each<[string, number, number, number]>([
  ['g6.xlarge: never less than its largest tensor may be', 15, 1, 4],
  ['g6e.xlarge: a quarter', 31, 1, 7.75],
  ['g6.12xlarge: a quarter, shared by four processes', 186, 4, 11.625],
  ['g4dn.12xlarge at eight processes: the least each', 93, 8, 4],
  ['p5.48xlarge: no more than helps', 2000, 8, 36],
])('%s', (_type, hostGib, processes, gib) => {
  expect(streamerMemoryBytes(hostGib * GIB, processes)).toBe(gib * GIB);
});

test('is whole bytes within its limits', () => {
  for (let bytes = 7 * GIB; bytes < 3_000 * GIB; bytes = bytes * 1.37 + 1) {
    const limit = streamerMemoryBytes(bytes, 3);
    expect(Number.isInteger(limit)).toBe(true);
    expect(limit).toBeGreaterThanOrEqual(STREAMER_MIN_BYTES);
    expect(limit).toBeLessThanOrEqual(STREAMER_MAX_BYTES);
  }
});
