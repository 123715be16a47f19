/** The page as text: that nothing becomes markup, that nothing is left out, that charts show what the numbers say. */
import * as fc from 'fast-check';
import { planPage } from '../../bin/plan-page/page';
import { Html, escaped, html } from '../../bin/plan-page/html';
import { costChart, CHART_SIZES } from '../../bin/plan-page/cost-chart';
import { memoryParts } from '../../bin/plan-page/memory-chart';
import { logScale, spread } from '../../bin/plan-page/scale';
import { shellLines } from '../../bin/plan-page/shell-lines';
import type { CostCurves, FleetReport } from '../../lib/selection/plan-report';
import { HEADING, PLAN, withTexts } from './report';

const LLAMA = PLAN.fleets['llama-8b'] as FleetReport;
const CURVES = LLAMA.costCurves as CostCurves;

/** Elements of a page, which knows no other `<` than that of its own markup. */
const tagsOf = (page: string): string[] => page.replace(/<style>[\s\S]*<\/style>/, '').match(/<[^>]*>/g) ?? [];
const textOf = (page: string): string =>
  page
    .replace(/<style>[\s\S]*<\/style>/, '')
    .replaceAll('<wbr>', '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&(lt|gt|quot|amp|#39);/g, (_, name: string) => ({ lt: '<', gt: '>', quot: '"', amp: '&' })[name] ?? "'")
    .replace(/\s+/g, ' ');

describe('text', () => {
  const page = (text: string): string => planPage(withTexts(PLAN, text), { ...HEADING, name: text, region: text });

  test('a model named <script> comes out as text', () => {
    const made = page('<script>alert(1)</script>');
    expect(made).not.toContain('<script');
    expect(made).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  });

  test('whatever it is, the page has the same elements and attributes', () => {
    // Without spaces, backticks and line starts with `-`, which mean something to code and arguments.
    const names = (text: string): string[] =>
      tagsOf(page(text).replaceAll('<wbr>', '')).map((tag) => tag.replace(/"[^"]*"/g, '""').replace(/\s+/g, ' '));
    const plain = names('plain');
    const hostile = fc.string({
      unit: fc.constantFrom('<', '>', '"', "'", '&', '/', '=', 'x', ';', '!', '\u0000', '😀'),
    });
    fc.assert(
      fc.property(hostile, (text) => {
        expect(names(`x${text}`)).toEqual(plain);
      }),
      { numRuns: 60 },
    );
  });

  test('read as HTML it is what it was', () => {
    const read = (text: string): string =>
      text
        .replace(/&lt;/g, '<')
        .replace(/&gt;/g, '>')
        .replace(/&quot;/g, '"')
        .replace(/&#39;/g, "'")
        .replace(/&amp;/g, '&');
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('&', '<', '>', '"', "'", 'lt;', 'amp;', 'ä', '😀') }), (text) => {
        expect(escaped(text)).not.toMatch(/[<>"']/);
        expect(read(escaped(text))).toBe(text);
      }),
    );
  });

  test('what no page may hold is replaced', () => {
    expect(escaped('a\u0000b\u001b[31mc\ud800d\ne')).toBe('a\ufffdb\ufffd[31mc\ufffdd\ne');
  });

  test('pieces are escaped unless they are HTML, and nothing stands for null, false and lists', () => {
    expect(html`<p title="${'"'}">${['<', new Html('<b>'), 3]}${null}${false}</p>`.text).toBe(
      '<p title="&quot;">&lt;<b>3</p>',
    );
  });

  test('an address becomes a link only if it is https and nothing else', () => {
    const sources = ['https://a.example/x?y=1&z', 'javascript:alert(1)', 'see https://b.example'];
    const assumptions = sources.map((source) => ({ name: 'n', value: 'v', source }));
    const links = planPage({ ...PLAN, assumptions }, HEADING).match(/href="[^#][^"]*"/g);
    expect(links).toEqual(['href="https://a.example/x?y=1&amp;z"']);
  });
});

describe('the page', () => {
  const page = planPage(PLAN, HEADING);
  const text = textOf(page);

  test('needs nothing else: no script, no resource, only links that a reader may follow', () => {
    expect(page).not.toMatch(/<(script|link|img|iframe|object|embed|base|form)\b|@import|url\((?!#)|\son\w+=|\ssrc=/i);
    expect(page.startsWith('<!doctype html>')).toBe(true);
  });

  test('has one title, no heading left out, and ids that are there once', () => {
    const levels = [...page.matchAll(/<h(\d)/g)].map(([, level]) => Number(level));
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    levels.forEach((level, index) => expect(level - (levels[index - 1] ?? 0)).toBeLessThanOrEqual(1));
    const ids = [...page.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id as string);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, refs] of page.matchAll(/aria-labelledby="([^"]*)"|href="#([^"]*)"/g)) {
      for (const ref of refs?.split(' ') ?? []) expect(ids).toContain(ref);
    }
  });

  test('shows all that the report says', () => {
    const all = Object.entries(PLAN.fleets).flatMap(([name, fleet]) => [
      name,
      fleet.model,
      fleet.checkpoint,
      fleet.verdict,
      ...fleet.pools.map(({ instanceType }) => instanceType),
      ...fleet.rejected.flatMap(({ instanceType, reason }) => [instanceType, reason]),
      ...fleet.vllmArgs,
    ]);
    const rest = [
      ...PLAN.idle.items.map(({ name }) => name),
      ...PLAN.breakEven.map(({ model }) => model),
      ...PLAN.assumptions.flatMap(({ name, value }) => [name, value]),
      'hybrid-llm plan --update',
      'prices as of 2026-11-03',
      '$43.63 a month',
    ];
    expect([...all, ...rest].filter((one) => !text.includes(one))).toEqual([]);
  });

  test('puts the warnings before everything else', () => {
    expect(page.indexOf('<h2')).toBe(page.indexOf('<h2 id="warnings"'));
    expect(planPage({ ...PLAN, warnings: [] }, HEADING)).not.toContain('id="warnings"');
  });

  test('says what is unknown, and why', () => {
    expect(text).toContain('spot: unknown');
    expect(text).toContain('Unknown of g7e.2xlarge: no spot price in us-east-1');
    expect(text).toContain('unknown: no host price');
    expect(text).not.toMatch(/\bnull\b|NaN|undefined|Infinity/);
  });

  test('gives a reason for what is unknown where the report has none', () => {
    const pools = LLAMA.pools.map(({ unknown: _, ...pool }) => pool);
    const silent = planPage({ ...PLAN, fleets: { 'llama-8b': { ...LLAMA, pools } } }, HEADING);
    expect(textOf(silent)).toContain('Unknown of g7e.2xlarge: the catalogue has no value for it');
  });

  test('collapses what was rejected', () => {
    expect(text).toContain('40 rejected instance types, and why');
    expect(page).not.toContain('<details open');
  });

  test('tells a load that the fleet cannot reach from one that it can', () => {
    expect(text).toMatch(/635M more than 4 replicas stressed: never pays/);
    expect(text).toMatch(/298M stressed: 729M/);
  });

  test('stands without fleets, items, assumptions and optional parts', () => {
    const bare: FleetReport = {
      ...LLAMA,
      pools: [],
      rejected: [],
      asked: undefined,
      memory: undefined,
      costCurves: undefined,
    };
    const empty = { ...PLAN, breakEven: [], idle: { usdPerMonth: 0, items: [] }, assumptions: [], warnings: [] };
    expect(textOf(planPage({ ...empty, fleets: {} }, HEADING))).toContain('The config has no fleet');
    const unknown = textOf(planPage({ ...empty, idle: { usdPerMonth: null, items: [] }, fleets: {} }, HEADING));
    expect(unknown).toContain('What the deployment costs while nobody uses it is not known.');
    expect(unknown).not.toContain('Nothing is charged for');
    const one = planPage({ ...empty, fleets: { one: bare } }, HEADING);
    expect(textOf(one)).toContain('No instance type can run it.');
    expect(one).not.toMatch(/<svg|NaN|undefined|Infinity/);
  });
});

describe('the memory bar', () => {
  test('adds up to the memory there is', () => {
    const parts = memoryParts(LLAMA);
    expect(parts.map(({ kind }) => kind)).toEqual(['weights', 'cache', 'reserve']);
    expect(parts.reduce((sum, { sizeGiB }) => sum + sizeGiB, 0)).toBeCloseTo(44.52, 6);
    expect(parts[1]?.sizeGiB).toBeCloseTo(32, 6);
    const widths = [
      ...planPage(PLAN, HEADING).matchAll(/<rect\s+class="(?:weights|cache|reserve)"[^>]*width="([\d.]+)%"/g),
    ];
    expect(widths.slice(0, 3).reduce((sum, [, width]) => sum + Number(width), 0)).toBeCloseTo(100, 1);
  });
});

describe('the cost chart', () => {
  const [wide] = CHART_SIZES as [(typeof CHART_SIZES)[number]];
  const draw = (curves: CostCurves, breakEven = PLAN.breakEven): string =>
    costChart('llama-8b', curves, breakEven, wide, 'id')?.text ?? '';
  const dots = (svg: string): string[] =>
    [...svg.matchAll(/<circle\s+class="([^"]+)"/g)].map(([, name]) => name as string);

  /** Points of the fleet's line, as far as the config allows it. */
  const steps = (svg: string): [number, number][] => {
    const path = /class="ours"\s+d="([^"]+)"/.exec(svg)?.[1] ?? '';
    let [x, y] = /^M([\d.]+) ([\d.]+)/.exec(path)?.slice(1).map(Number) as [number, number];
    const points: [number, number][] = [[x, y]];
    for (const [, command, value] of path.matchAll(/([VH])([\d.]+)/g)) {
      if (command === 'V') y = Number(value);
      else x = Number(value);
      points.push([x, y]);
    }
    return points;
  };

  test('marks each break-even, hollow where the config has too few replicas', () => {
    expect(dots(draw(CURVES))).toEqual(['dot', 'dot', 'dot', 'dot', 'dot', 'dot beyond']);
  });

  test('marks none that is unknown, of another purchase or of another fleet', () => {
    const row = PLAN.breakEven[0] as (typeof PLAN.breakEven)[number];
    const others = [
      { ...row, tokensPerDay: null },
      { ...row, purchase: 'reserved' as const },
      { ...row, fleet: 'another' },
    ];
    for (const other of others) expect(dots(draw(CURVES, [other]))).toEqual([]);
  });

  test('draws as many steps as there are replicas, each dearer than the one before', () => {
    const points = steps(draw(CURVES));
    points.forEach(([x, y], index) => {
      const [beforeX, beforeY] = points[index - 1] ?? [x, y];
      expect(x).toBeGreaterThanOrEqual(beforeX);
      expect(y).toBeLessThanOrEqual(beforeY);
    });
    expect(new Set(points.map(([, y]) => y)).size).toBe(CURVES.maxReplicas);
  });

  test('puts a break-even dot on the fleet’s line', () => {
    const svg = draw(CURVES);
    const points = steps(svg);
    const centres = [...svg.matchAll(/<circle\s+class="dot"\s+cx="([\d.]+)"\s+cy="([\d.]+)"/g)];
    expect(centres).toHaveLength(5);
    for (const [, cx, cy] of centres) {
      const level = points.findLast(([x]) => x <= Number(cx))?.[1];
      expect(Math.abs((level ?? 0) - Number(cy))).toBeLessThan(0.5);
    }
  });

  test('draws nothing where there is no throughput or price', () => {
    for (const bad of [{ replicaTokensPerDay: 0 }, { replicaTokensPerDay: Infinity }, { replicaUsdPerDay: NaN }]) {
      expect(draw({ ...CURVES, ...bad })).toBe('');
    }
  });

  test('stands whatever the numbers are, with few or many models', () => {
    const amount = fc.double({ min: 1e-3, max: 1e6, noNaN: true });
    const curves = fc.record({
      purchase: fc.constant('spot' as const),
      fixedUsdPerDay: fc.double({ min: 0, max: 1e4, noNaN: true }),
      replicaUsdPerDay: amount,
      replicaTokensPerDay: fc.double({ min: 1, max: 1e12, noNaN: true }),
      minReplicas: fc.nat(5),
      maxReplicas: fc.integer({ min: 1, max: 1000 }),
      models: fc.array(
        fc.record({
          model: fc.string(),
          usdPerMillionTokens: fc.oneof(fc.constant(0), fc.double({ min: 1e-6, max: 1e3, noNaN: true })),
        }),
        {
          maxLength: 30,
        },
      ),
    });
    fc.assert(
      fc.property(curves, (one) => {
        const svg = draw(one, []);
        expect(svg).toContain('<svg');
        expect(svg.replace(/<title>[\s\S]*?<\/title>|<text[\s\S]*?<\/text>/g, '')).not.toMatch(/NaN|Infinity/);
        expect(svg.length).toBeLessThan(60_000);
      }),
      { numRuns: 150 },
    );
  });
});

describe('an axis', () => {
  test('has round ends around its values, and all powers of ten between', () => {
    const { from, to, ticks, at } = logScale(3, 4500, 0, 100);
    expect([from, to, ticks]).toEqual([2, 5000, [10, 100, 1000]]);
    expect([at(2), at(5000), at(100)]).toEqual([0, 100, 50]);
  });

  test('labels are moved apart in their order, and stay inside', () => {
    expect(spread([10, 12, 50], 10, 0, 100)).toEqual([10, 20, 50]);
    expect(spread([95, 96, 97], 10, 0, 100)).toEqual([80, 90, 100]);
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 300, noNaN: true }), { maxLength: 13 }), (positions) => {
        const placed = spread(positions, 15, 0, 300);
        const sorted = [...placed].sort((a, b) => a - b);
        sorted.forEach((place, index) => expect(place - (sorted[index - 1] ?? -15)).toBeGreaterThanOrEqual(15 - 1e-9));
        expect(Math.max(0, ...placed)).toBeLessThanOrEqual(300);
      }),
    );
  });
});

test('arguments can be pasted into a shell', () => {
  const args = ['serve', 'a/b', '--n', '4', '--flag', '--json', `{"a": "it's"}`];
  expect(shellLines(args)).toEqual([
    'vllm serve a/b \\',
    '  --n 4 \\',
    '  --flag \\',
    String.raw`  --json '{"a": "it'\''s"}'`,
  ]);
});
