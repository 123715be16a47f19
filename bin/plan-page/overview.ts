/** All fleets at a glance. */
import type { BreakEvenReport, PlanReport } from '../../lib/selection/plan-report';
import { type Html, type Piece, html } from './html';
import { usdColumn } from './numbers';
import { table } from './table';
import { breakEvenText } from './words';

export function overview({ fleets, breakEven }: PlanReport): Html {
  const entries = Object.entries(fleets);
  const firsts = entries.map(([, { pools }]) => pools[0]);
  const tokens = usdColumn(firsts.map((pool) => pool?.usdPerMillionTokens ?? null));
  const hours = usdColumn(firsts.map((pool) => pool?.spotUsdPerHour ?? null));
  return table(
    'The fleets at a glance',
    [
      { head: 'Fleet' },
      { head: 'Pays from, tokens a day', isNumber: true },
      { head: 'Cheapest pool' },
      { head: 'Spot, USD/h', isNumber: true },
      { head: 'USD per 1M tokens', isNumber: true },
    ],
    entries.map(([name], index) => {
      const pool = firsts[index];
      return [
        html`<a href="#fleet-${index + 1}">${name}</a>`,
        earliest(breakEven.filter(({ fleet }) => fleet === name)),
        pool === undefined ? 'none' : pool.instanceType,
        hours(pool?.spotUsdPerHour ?? null),
        tokens(pool?.usdPerMillionTokens ?? null),
      ];
    }),
  );
}

function earliest(rows: readonly BreakEvenReport[]): Piece {
  const known = rows.filter(({ tokensPerDay }) => tokensPerDay !== null);
  const first = known.sort((a, b) => (a.tokensPerDay as number) - (b.tokensPerDay as number))[0];
  if (first !== undefined) {
    return html`${breakEvenText(first)} <span class="under">against ${first.model}, ${first.purchase}</span>`;
  }
  const said = rows.find(({ verdict }) => verdict !== 'never-pays') ?? rows[0];
  return said === undefined ? 'no model to compare with' : breakEvenText(said);
}
