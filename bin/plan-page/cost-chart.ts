/** What a day costs by tokens a day, both axes logarithmic: the fleet as a staircase, each model as a line, break-even as dots. */
import type { BreakEvenReport, CostCurves } from '../../lib/selection/plan-report';
import { type Html, html } from './html';
import { short, usd } from './numbers';
import { type Scale, logScale, spread } from './scale';

export interface ChartSize {
  readonly name: 'wide' | 'narrow';
  readonly width: number;
  readonly height: number;
  /** Room to the right for the lines' names; where it is small, letters stand there and `costKey` says whose they are. */
  readonly right: number;
}

export const CHART_SIZES: readonly ChartSize[] = [
  { name: 'wide', width: 936, height: 430, right: 226 },
  { name: 'narrow', width: 340, height: 320, right: 28 },
];

const TOP = 26;
const BOTTOM = 40;
const LABEL_GAP = 15;
const MILLION = 1_000_000;
/** More lines than these cannot be told apart; the table has them all. */
const MOST_LINES = 12;

type Line = CostCurves['models'][number];

/** `null`: there is nothing to draw. */
export function costChart(
  fleet: string,
  curves: CostCurves,
  breakEven: readonly BreakEvenReport[],
  size: ChartSize,
  id: string,
): Html | null {
  const { replicaTokensPerDay, replicaUsdPerDay } = curves;
  if (![replicaTokensPerDay, replicaUsdPerDay].every((value) => Number.isFinite(value) && value > 0)) return null;
  const lines = drawnLines(curves);
  const dots = crossings(fleet, curves, breakEven);
  const { x, y } = axes(curves, lines, dots, size);
  const plotRight = size.width - size.right;
  const names = ['This fleet', ...lines.map(({ model }) => model)];
  const ends = [fleetUsd(curves, x.to), ...lines.map((line) => lineUsd(line, x.to))].map((end) =>
    Math.min(y.at(end), size.height - BOTTOM),
  );
  const places = spread(ends, LABEL_GAP, TOP, size.height - BOTTOM);
  const reach = curves.maxReplicas * replicaTokensPerDay;
  return html`<svg
    class="chart ${size.name}"
    viewBox="0 0 ${size.width} ${size.height}"
    width="${size.width}"
    height="${size.height}"
    role="img"
    aria-labelledby="${id}-title ${id}-desc"
  >
    <title id="${id}-title">Cost a day by tokens a day: ${fleet}</title>
    <desc id="${id}-desc">${description(curves, dots)}</desc>
    ${grid(x, y, size)}
    <clipPath id="${id}-clip">
      <rect
        x="${px(x.at(x.from))}"
        y="${TOP}"
        width="${px(plotRight - x.at(x.from))}"
        height="${size.height - TOP - BOTTOM}"
      />
    </clipPath>
    <g clip-path="url(#${id}-clip)">
      ${lines.map((line) => html`<path class="model" d="M${point(x, y, x.from, lineUsd(line, x.from))}L${point(x, y, x.to, lineUsd(line, x.to))}"><title>${line.model}: ${usd(line.usdPerMillionTokens)} per 1M tokens</title></path>`)}
      <path class="ours" d="${stairs(curves, x, y, x.from, Math.min(reach, x.to))}" />
      ${reach < x.to && html`<path class="ours beyond" d="${stairs(curves, x, y, Math.max(reach, x.from), x.to)}" />`}
    </g>
    ${dots.map(({ model, tokensPerDay, usdPerDay }) => html`<circle class="${tokensPerDay > reach ? 'dot beyond' : 'dot'}" cx="${px(x.at(tokensPerDay))}" cy="${px(y.at(usdPerDay))}" r="4.5"><title>Break-even with ${model}: ${short(tokensPerDay)} tokens a day, ${usd(usdPerDay)} a day</title></circle>`)}
    ${names.map((name, index) => endLabel(name, index, plotRight, ends[index] as number, places[index] as number, size))}
  </svg>`;
}

/** For the narrow chart: whose line each letter stands at. */
export function costKey(curves: CostCurves): Html {
  const prices = drawnLines(curves).map(
    ({ model, usdPerMillionTokens }) => `${model}, ${usd(usdPerMillionTokens)} per 1M tokens`,
  );
  return html`<ul class="key narrow">
    ${['This fleet', ...prices].map((text, index) => html`<li><b>${letter(index)}</b><span>${text}</span></li>`)}
  </ul>`;
}

/** Dearest first, as they stand beside the chart. */
const drawnLines = ({ models }: CostCurves): Line[] =>
  models
    .filter(({ usdPerMillionTokens }) => usdPerMillionTokens > 0)
    .slice(0, MOST_LINES)
    .sort((a, b) => b.usdPerMillionTokens - a.usdPerMillionTokens);

/** Models that the chart leaves out. */
export const linesLeftOut = (curves: CostCurves): number => curves.models.length - drawnLines(curves).length;

interface Dot {
  readonly model: string;
  readonly tokensPerDay: number;
  readonly usdPerDay: number;
}

function crossings(fleet: string, curves: CostCurves, breakEven: readonly BreakEvenReport[]): Dot[] {
  return drawnLines(curves).flatMap((line) => {
    const found = breakEven.find(
      (one) => one.fleet === fleet && one.purchase === curves.purchase && one.model === line.model,
    );
    const tokensPerDay = found?.tokensPerDay ?? null;
    return tokensPerDay === null ? [] : [{ model: line.model, tokensPerDay, usdPerDay: lineUsd(line, tokensPerDay) }];
  });
}

const lineUsd = ({ usdPerMillionTokens }: Line, tokens: number): number => (usdPerMillionTokens * tokens) / MILLION;

const replicasFor = ({ minReplicas, replicaTokensPerDay }: CostCurves, tokens: number): number =>
  // Rounding must not make the end of a step the next one.
  Math.max(minReplicas, Math.ceil((tokens / replicaTokensPerDay) * (1 - 1e-12)));

const fleetUsd = (curves: CostCurves, tokens: number): number =>
  curves.fixedUsdPerDay + curves.replicaUsdPerDay * replicasFor(curves, tokens);

/** Wide enough to show every crossing with what lies before and after it. */
function axes(curves: CostCurves, lines: readonly Line[], dots: readonly Dot[], size: ChartSize) {
  const marks = [curves.replicaTokensPerDay, ...dots.map(({ tokensPerDay }) => tokensPerDay)];
  const x = logScale(Math.min(...marks) / 5, Math.max(...marks) * 2.5, 52, size.width - size.right);
  const atEnd = [fleetUsd(curves, x.to), ...lines.map((line) => lineUsd(line, x.to))];
  const start = fleetUsd(curves, x.from);
  const least = Math.max(Math.min(start / 3, ...lines.map((line) => lineUsd(line, x.from))), start / 30);
  const y = logScale(least, Math.max(...atEnd), size.height - BOTTOM, TOP);
  return { x, y };
}

function grid(x: Scale, y: Scale, { width, height, right }: ChartSize): Html {
  const bottom = height - BOTTOM;
  const sparse = (ticks: readonly number[], most: number): readonly number[] =>
    ticks.filter((_, index) => index % Math.ceil(ticks.length / most) === 0);
  return html`<g class="grid">
    ${sparse(y.ticks, 9).map((tick) => html`<path d="M${px(x.at(x.from))} ${px(y.at(tick))}H${width - right}" /><text x="46" y="${px(y.at(tick) + 4)}" text-anchor="end">${axisUsd(tick)}</text>`)}
    ${sparse(x.ticks, 7).map((tick) => html`<path d="M${px(x.at(tick))} ${TOP}V${bottom}" /><text x="${px(x.at(tick))}" y="${bottom + 17}" text-anchor="middle">${short(tick)}</text>`)}
    <text x="0" y="12">USD a day</text>
    <text x="${px((x.at(x.from) + width - right) / 2)}" y="${height - 4}" text-anchor="middle"
      >tokens a day, read and written</text
    >
  </g>`;
}

const axisUsd = (value: number): string => (value >= 1000 ? `$${short(value)}` : `$${value}`);

/** Steps one by one while they can be seen, then the slope they make. */
function stairs(curves: CostCurves, x: Scale, y: Scale, from: number, to: number): string {
  const { replicaTokensPerDay } = curves;
  let tokens = from;
  let path = `M${point(x, y, tokens, fleetUsd(curves, from * (1 + 1e-9)))}`;
  while (tokens < to) {
    const usdPerDay = fleetUsd(curves, tokens * (1 + 1e-9));
    const stepEnd = replicasFor(curves, tokens * (1 + 1e-9)) * replicaTokensPerDay;
    const next = Math.min(to, Math.max(stepEnd, tokens * VISIBLE));
    path += `V${px(y.at(usdPerDay))}H${px(x.at(next))}`;
    tokens = next;
  }
  return path;
}

/** By what factor tokens grow over about one pixel. */
const VISIBLE = 1.02;

function endLabel(
  name: string,
  index: number,
  from: number,
  end: number,
  place: number,
  { name: kind, right }: ChartSize,
) {
  const isOurs = index === 0;
  const text = kind === 'narrow' ? letter(index) : cut(name, Math.floor((right - 24) / 7));
  const leader = html`<path
    class="leader"
    d="M${from} ${px(end)}L${from + (kind === 'narrow' ? 5 : 18)} ${px(place)}"
  />`;
  return html`${leader}<text
      class="${isOurs ? 'label ours-label' : 'label'}"
      x="${from + (kind === 'narrow' ? 8 : 22)}"
      y="${px(place + 4)}"
      >${text}<title>${name}</title></text
    >`;
}

/** The fleet's own line, then A, B, C … */
const letter = (index: number): string => (index === 0 ? '●' : String.fromCharCode(64 + index));

/** In the middle: makers stand at the start of a name, versions at its end. */
function cut(text: string, most: number): string {
  const characters = [...text];
  if (characters.length <= most) return text;
  const head = Math.ceil((most - 1) / 2);
  return `${characters.slice(0, head).join('')}…${characters.slice(characters.length - (most - 1 - head)).join('')}`;
}

function description(curves: CostCurves, dots: readonly Dot[]): string {
  const fleet = `One replica (${curves.purchase}) costs ${usd(curves.replicaUsdPerDay)} a day and takes ${short(curves.replicaTokensPerDay)} tokens; ${usd(curves.fixedUsdPerDay)} a day come on top.`;
  const meets = dots.map(({ model, tokensPerDay }) => `${model} from ${short(tokensPerDay)} tokens a day`);
  return `${fleet} ${meets.length === 0 ? 'It is cheaper than none of the models at any load.' : `It is cheaper than ${meets.join(', ')}.`}`;
}

const point = (x: Scale, y: Scale, tokens: number, usdPerDay: number): string =>
  `${px(x.at(tokens))} ${px(y.at(usdPerDay))}`;

const px = (value: number): number => Math.round(value * 10) / 10;
