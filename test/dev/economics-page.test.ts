/** docs/economics.md: what is committed is what the catalogue gives, and it redoes each of the usual sums. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { apiUsdPerMonth, hostUsdPerMonth, offerOf } from '../../bin/dev/economics/catalog';
import { millions, off, table, usd } from '../../bin/dev/economics/markdown';
import { economicsPage } from '../../bin/dev/economics/page';
import { INT4, LLAMA_70B, modelOf } from '../../bin/dev/economics/reference-fleets';
import { THRESHOLDS } from '../../bin/dev/economics/thresholds-section';
import { TOKEN_CLAIMS } from '../../bin/dev/economics/tokens-section';
import { bytesPerParameter } from '../../lib/sizing/formats';
import { weightBytes } from '../../lib/sizing/weights';

const PAGE = economicsPage();

test('the committed page is what the script gives', () => {
  const committed = readFileSync(resolve(__dirname, '../../docs/economics.md'), 'utf8');
  // If this fails: npm run docs:economics
  expect(committed).toBe(PAGE);
});

test('it has no number that went wrong', () => {
  expect(PAGE).not.toMatch(/NaN|undefined|null|Infinity|\$-|∞/);
});

test('it redoes each sum', () => {
  expect(TOKEN_CLAIMS.map(({ about, usdPerMonth }) => `${about} ${usd(usdPerMonth)}`)).toEqual([
    'GPT-4o $450',
    'Claude Sonnet $270',
    'Gemini Flash $75',
  ]);
  expect(THRESHOLDS.map(([, tokens]) => Math.round((tokens * 730) / 24 / 1e6))).toEqual([50, 61, 152, 304, 500]);
  for (const said of [
    '≈ $450',
    '≈ $270',
    '≈ $75',
    '≈ $180 a month',
    '≈ $110 a month',
    '$25,000–75,000',
    '$2,500–7,500',
    '2M, 5M, 10M tokens a day, or from 50M, 500M a month',
    '2 GB for a billion parameters at 4 bits',
  ])
    expect(PAGE).toContain(said);
});

// By hand, from prices that the catalogue states; a refresh that moves them moves these numbers.
test('10M tokens a day on GPT-4o: 304.2M a month at $2.50 for three quarters and $10 for one are $1,331', () => {
  const gpt4o = { ...offerOf('openai', 'gpt-4o'), inputUsdPerMillionTokens: 2.5, outputUsdPerMillionTokens: 10 };
  expect(apiUsdPerMonth(gpt4o, 10e6)).toBeCloseTo(((10 * 730) / 24) * (0.75 * 2.5 + 0.25 * 10), 6);
  expect(off(450, apiUsdPerMonth(gpt4o, 10e6))).toBe('3.0 times too low');
});

test('an A100 host is eight GPUs at spot, and an A10G more than was said', () => {
  expect(hostUsdPerMonth('p4d.24xlarge', 'spot') / 180).toBeGreaterThan(10);
  expect(hostUsdPerMonth('g5.xlarge', 'spot') / 110).toBeGreaterThan(1.5);
});

test('4 bits are about half a byte: 2 GB for a billion is near four times too much', () => {
  expect(2 / bytesPerParameter(INT4)).toBeCloseTo(3.85, 1);
  const model = modelOf(LLAMA_70B);
  expect(weightBytes(model, INT4) / model.parameters.total).toBeCloseTo(0.56, 2);
});

describe('how it writes', () => {
  test('a factor', () => {
    expect(off(100, 300)).toBe('3.0 times too low');
    expect(off(300, 100)).toBe('3.0 times too high');
    expect(off(100, 1_500)).toBe('15 times too low');
    expect(off(100, 110)).toBe('about right');
  });

  test('dollars', () => {
    expect([0.0123, 0.25, 1.479, 10.4, 5289.6].map(usd)).toEqual(['$0.012', '$0.25', '$1.48', '$10', '$5,290']);
  });

  test('tokens', () => {
    expect([null, 1_640_000, 33e6, 1_470e6].map(millions)).toEqual(['never', '1.6M', '33M', '1,470M']);
  });

  test('a table as prettier leaves it', () => {
    expect(
      table([
        ['a', 'long'],
        ['bcde', 'x'],
      ]),
    ).toBe('| a    | long |\n| ---- | ---- |\n| bcde | x    |\n');
  });
});
