/** What each policy costs on each set, as bars; the line across them is what a prophet pays. */
import type { ReplayResult } from '../../../lib/capacity/replay/replay';
import { COLOURS, WIDTH, picture } from './frame';

const LEFT = 310;
const BAR = 10;

export interface ChartedSet {
  readonly name: string;
  readonly results: readonly ReplayResult[];
}

export function costChart(sets: readonly ChartedSet[]): string {
  const x = (share: number): number => LEFT + share * (WIDTH - LEFT - 60);
  const row = BAR * Object.keys(COLOURS).length + 14;
  const bars = sets.flatMap(({ name, results }, at) => {
    const top = 30 + at * row;
    const shown = results.filter(({ policy }) => policy in COLOURS);
    const prophet = shown.map((one) => x(one.omniscientCostUsd / one.onDemandCostUsd))[0] ?? LEFT;
    return [
      `<text x="${LEFT - 8}" y="${top + row / 2}" text-anchor="end">${name}</text>`,
      ...shown.map((one, index) => {
        const end = x(one.costUsd / one.onDemandCostUsd);
        return `<rect x="${LEFT}" y="${top + index * BAR}" width="${(end - LEFT).toFixed(1)}" height="${BAR - 2}" fill="${COLOURS[one.policy]}"/>`;
      }),
      `<line x1="${prophet.toFixed(1)}" x2="${prophet.toFixed(1)}" y1="${top - 3}" y2="${top + row - 14}" stroke="#000"/>`,
    ];
  });
  const height = 70 + sets.length * row;
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(
    (share) => `<text x="${x(share)}" y="${height - 32}" text-anchor="middle">${share * 100} %</text>`,
  );
  return picture(height, [
    `<text x="${LEFT}" y="18">cost of on-demand; the line is what a prophet pays</text>`,
    ...bars,
    ...ticks,
  ]);
}
