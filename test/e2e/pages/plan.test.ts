/** The page of `plan --html` as people see it, on a phone and on a desk. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import * as path from 'node:path';
import { planPage } from '../../../bin/plan-page/page';
import { HEADING, PLAN, withTexts } from '../../plan-page/report';
import { type View, browse } from './browser';
import { BROWSER_FOLDER, BROWSER_MISSING, pictureOf } from './places';

const WIDTHS = [390, 1280] as const;
const SCHEMES = ['light', 'dark'] as const;
/** The upper part of the page, as far as the first fleet's cost chart. */
const PICTURE_HEIGHTS = { 390: 2938, 1280: 2195 } as const;
const MOST_PICTURE_BYTES = 400_000;
const isUpdate = process.env['UPDATE_IMG'] === '1';

const inBrowser = existsSync(BROWSER_MISSING) ? describe.skip : describe;
const page = planPage(PLAN, HEADING);

inBrowser.each(WIDTHS)('at a width of %d', (width) => {
  const picture = isUpdate ? pictureOf(width) : path.join(BROWSER_FOLDER, `plan-${width}.png`);
  let views: Record<(typeof SCHEMES)[number], View>;

  beforeAll(() => {
    const [light, dark] = browse([
      { html: page, width, picture, pictureHeight: PICTURE_HEIGHTS[width] },
      { html: page, width, scheme: 'dark', opened: true },
    ]) as [View, View];
    views = { light, dark };
  });

  test.each(SCHEMES)('%s: no error, nothing loaded, no way to scroll sideways', (scheme) => {
    const { errors, otherRequests, scrollWidth, cutOff } = views[scheme];
    expect({ errors, otherRequests, scrollWidth, cutOff }).toEqual({
      errors: [],
      otherRequests: [],
      scrollWidth: width,
      cutOff: [],
    });
  });

  test('the text is there, large enough, and what is collapsed is hidden', () => {
    const { light, dark } = views;
    for (const text of ['Plan of acme-llm', 'Fleet llama-8b', 'g6e.xlarge', 'Idle floor', 'Assumptions', 'unknown']) {
      expect(light.texts).toContain(text);
    }
    expect(light.smallest).toBeGreaterThanOrEqual(12);
    expect(light.texts).not.toContain('a fraction of a GPU');
    expect(dark.texts).toContain('a fraction of a GPU');
  });

  test.each(SCHEMES)('%s: every text stands out from what is behind it', (scheme) => {
    expect(views[scheme].faint).toEqual([]);
  });

  test('dark is dark, and light is light', () => {
    const level = ({ background }: View): number => Math.max(...(background.match(/\d+/g) ?? []).map(Number));
    expect(level(views.light)).toBeGreaterThan(200);
    expect(level(views.dark)).toBeLessThan(60);
  });

  test('every chart has a title and a size, and labels that can be read', () => {
    const { charts } = views.light;
    expect(charts.map(({ title }) => title)).toEqual([
      expect.stringContaining('44.5 GiB on g6e.xlarge'),
      expect.stringContaining('g6e.xlarge: $0.712 an hour'),
      expect.stringContaining('g6e.2xlarge: $0.893 an hour'),
      expect.stringContaining('g7e.2xlarge: unknown an hour'),
      expect.stringContaining('Cost a day by tokens a day: llama-8b'),
      expect.stringContaining('635 GiB on p5.48xlarge'),
    ]);
    for (const chart of charts) {
      expect(chart.width).toBeGreaterThan(300);
      expect(chart.height).toBeGreaterThan(20);
      expect(chart.shapes).toBeGreaterThan(0);
      expect(chart.badLabels).toEqual([]);
    }
    const cost = charts.find(({ title }) => title.startsWith('Cost')) as (typeof charts)[number];
    expect(cost.height).toBeGreaterThan(250);
    expect(cost.shapes).toBeGreaterThan(20);
  });

  test('its picture for the docs is there, of the right size and small', () => {
    const size = (file: string): [number, number] => {
      const bytes = readFileSync(file);
      expect(bytes.subarray(1, 4).toString('latin1')).toBe('PNG');
      return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
    };
    expect(size(picture)).toEqual([width, PICTURE_HEIGHTS[width]]);
    expect(size(pictureOf(width))).toEqual([width, PICTURE_HEIGHTS[width]]);
    expect(statSync(pictureOf(width)).size).toBeLessThan(MOST_PICTURE_BYTES);
  });
});

inBrowser('a page whose names are all', () => {
  test.each([
    ['long and without a place to break', 'x'.repeat(150)],
    ['markup', '<script>document.body.remove()</script><img src=x onerror=alert(1)>'],
  ])('%s still fits, loads nothing and runs nothing', (_, text) => {
    const html = planPage(withTexts(PLAN, text), { ...HEADING, name: text });
    for (const view of browse(WIDTHS.map((width) => ({ html, width, opened: true })))) {
      expect(view.scrollWidth).toBe(view.width);
      expect([...view.errors, ...view.otherRequests, ...view.cutOff]).toEqual([]);
      expect(view.texts.length).toBeGreaterThan(50);
    }
  });
});

inBrowser('what the tests above look for is found in a page', () => {
  const broken = (from: string, to: string): View => {
    expect(page).toContain(from);
    return (browse([{ html: page.replace(from, to), width: 390 }]) as [View])[0];
  };

  test('whose tables do not scroll', () => {
    expect(broken('.scroll, pre { overflow-x: auto; }', '').scrollWidth).toBeGreaterThan(390);
  });

  test('whose quiet text is too quiet', () => {
    expect(broken('--quiet: #566069', '--quiet: #99a3ad').faint).not.toEqual([]);
  });

  test('that asks for a picture or runs a script', () => {
    expect(broken('<main>', '<main><img src="x.png"><script>1</script>').errors).not.toEqual([]);
  });

  test('whose chart is hidden', () => {
    expect(broken('svg.narrow, ul.narrow { display: block; }', '').charts).toHaveLength(5);
  });
});
