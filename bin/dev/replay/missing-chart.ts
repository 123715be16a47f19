/** Cost against what is missing, a point for each set and policy. */
import type { ReplayResult } from '../../../lib/capacity/replay/replay';
import { logScale } from '../../plan-page/scale';
import { COLOURS, WIDTH, picture } from './frame';

const HEIGHT = 420;
const LEFT = 70;
const BOTTOM = 360;

export function missingChart(results: readonly ReplayResult[]): string {
  const shown = results.filter(({ policy }) => policy in COLOURS);
  const cost = (one: ReplayResult): number => one.costUsd / one.onDemandCostUsd;
  const missing = (one: ReplayResult): number => Math.max(1 - one.availability, 1e-4);
  const x = (value: number): number => LEFT + value * (WIDTH - LEFT - 20);
  const y = logScale(Math.min(...shown.map(missing)), Math.max(...shown.map(missing)), BOTTOM, 30);
  const points = shown.map(
    (one) =>
      `<circle cx="${x(cost(one)).toFixed(1)}" cy="${y.at(missing(one)).toFixed(1)}" r="5" fill="${COLOURS[one.policy]}" fill-opacity=".75"/>`,
  );
  const ticks = [
    ...[0, 0.2, 0.4, 0.6, 0.8, 1].map(
      (value) => `<text x="${x(value)}" y="${BOTTOM + 18}" text-anchor="middle">${Math.round(value * 100)} %</text>`,
    ),
    ...y.ticks.map(
      (value) =>
        `<line x1="${LEFT}" x2="${WIDTH - 20}" y1="${y.at(value).toFixed(1)}" y2="${y.at(value).toFixed(1)}" stroke="#ccc"/><text x="${LEFT - 8}" y="${(y.at(value) + 4).toFixed(1)}" text-anchor="end">${Number((value * 100).toPrecision(2))} %</text>`,
    ),
  ];
  return picture(HEIGHT, [
    `<text x="${LEFT}" y="18">part of replicas that is missing (down is better)</text>`,
    `<text x="${WIDTH - 20}" y="${BOTTOM + 34}" text-anchor="end">cost of on-demand (left is better)</text>`,
    ...ticks,
    ...points,
  ]);
}
