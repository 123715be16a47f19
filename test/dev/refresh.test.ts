/** A whole refresh: what it says, and what it keeps when AWS does not answer. */
import { type HostPrice, hostPrices } from '../../config/catalog/host-prices';
import { type TokenOffer, tokenOffers } from '../../config/catalog/prices';
import { REFERENCE_FLEETS } from '../../bin/dev/economics/reference-fleets';
import type { HostPriceSource } from '../../bin/dev/prices/host-prices';
import { breakEvenMoves, movesText } from '../../bin/dev/prices/moves';
import { refresh } from '../../bin/dev/prices/refresh';
import type { TokenPriceList } from '../../bin/dev/prices/token-prices';
import { DEFAULT_ASSUMPTIONS } from '../../lib/economics/assumptions';

const NOW_MS = Date.parse('2026-11-21T12:00:00Z');
const BEFORE = { offers: tokenOffers, hosts: hostPrices };

/** The committed prices, changed. */
const listOf = (change: (row: TokenOffer) => Partial<TokenOffer>): TokenPriceList => ({
  name: 'a list 2.0',
  asOf: '2026-11-20',
  hasProvider: () => true,
  find: (provider, model) => {
    const row = tokenOffers.find((offer) => offer.provider === provider && offer.model === model);
    return row === undefined || row.inputUsdPerMillionTokens === null ? null : { ...row, ...change(row) };
  },
});
const SAME = listOf(() => ({}));

test('the same prices under a new date move nothing', async () => {
  const { offers, hosts, report } = await refresh(BEFORE, SAME, null, NOW_MS);
  expect(hosts).toBe(hostPrices);
  expect(offers.map((row) => row.inputUsdPerMillionTokens)).toEqual(
    tokenOffers.map((row) => row.inputUsdPerMillionTokens),
  );
  expect(new Set(offers.map(({ source, asOf }) => `${source} ${asOf}`))).toEqual(new Set(['a list 2.0 2026-11-20']));
  expect(report).toContain('tokens: a list 2.0, published 2026-11-20 (1 day old)\n');
  expect(report).toContain('break-even did not move\n');
});

test('without AWS the prices of hosts stay, and their age is said', async () => {
  const hosts: HostPrice[] = hostPrices.map((row) => ({
    ...row,
    onDemand: row.onDemand && { ...row.onDemand, asOf: '2026-11-11' },
    spot: row.spot && { ...row.spot, asOf: '2026-10-21' },
  }));
  const broken: HostPriceSource = {
    onDemandUsdPerHour: () => Promise.reject(new Error('no credentials')),
    spotHistory: () => Promise.reject(new Error('no credentials')),
  };
  const after = await refresh({ ...BEFORE, hosts }, SAME, broken, NOW_MS);
  expect(after.hosts).toBe(hosts);
  expect(after.report).toContain(
    'hosts: AWS gives none (no credentials), the committed prices stay; on demand up to 10 days old, spot up to 31 days old\n',
  );
});

test('a model that is not listed is named with why', async () => {
  const list: TokenPriceList = {
    ...SAME,
    find: (_, model) => (model === 'gpt-4o' ? null : SAME.find(_, model, model)),
  };
  const { report } = await refresh(BEFORE, list, null, NOW_MS);
  expect(report).toContain('  openai gpt-4o: no price, the model is not listed\n');
});

describe('break-even', () => {
  const movesOf = (offers: readonly TokenOffer[], hosts: readonly HostPrice[] = hostPrices) =>
    breakEvenMoves(BEFORE, { offers, hosts }, REFERENCE_FLEETS, DEFAULT_ASSUMPTIONS);

  test('moves up when tokens get cheaper, for that model alone', () => {
    const half = tokenOffers.map((row) =>
      row.model !== 'gpt-4o'
        ? row
        : { ...row, inputUsdPerMillionTokens: 1.25, outputUsdPerMillionTokens: 5, cacheReadUsdPerMillionTokens: 0.6 },
    );
    const moves = movesOf(half);
    expect(moves.length).toBeGreaterThan(0);
    for (const { offer, before, after } of moves) {
      expect(offer).toBe('openai gpt-4o');
      expect(after ?? Number.POSITIVE_INFINITY).toBeGreaterThan(before ?? 0);
    }
  });

  test('an open model is compared with a fleet of the same weights only', () => {
    const dearer = tokenOffers.map((row) => ({
      ...row,
      inputUsdPerMillionTokens: row.inputUsdPerMillionTokens === null ? null : row.inputUsdPerMillionTokens * 20,
    }));
    const moves = movesOf(dearer).filter(({ offer }) => offer.startsWith('groq'));
    expect(new Set(moves.map(({ offer }) => offer))).toEqual(
      new Set(['groq llama-3.1-8b-instant', 'groq llama-3.3-70b-versatile']),
    );
    for (const { offer, fleet } of moves) expect(fleet).toContain(offer.includes('8b') ? '8B' : '70B');
  });

  test('the largest move is said first, and what starts to pay before all', () => {
    const base = { fleet: 'f', purchase: 'spot' as const };
    const text = movesText([
      { ...base, offer: 'a', before: 2_000_000, after: 3_000_000 },
      { ...base, offer: 'b', before: 8_000_000, after: 2_000_000 },
      { ...base, offer: 'c', before: null, after: 5_000_000 },
    ]);
    expect(text).toBe(
      'c against f (spot): never → 5.0M tokens a day\nb against f (spot): 8.0M tokens a day → 2.0M tokens a day\na against f (spot): 2.0M tokens a day → 3.0M tokens a day\n',
    );
  });
});
