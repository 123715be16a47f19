/** What a fleet costs on the page, against models that are paid by the token. */
import type { BreakEvenReport, FleetReport } from '../../lib/selection/plan-report';
import { CHART_SIZES, costChart, costKey, linesLeftOut } from './cost-chart';
import { type Html, type Piece, breakable, html } from './html';
import { counted, short, usd } from './numbers';
import { table } from './table';
import { breakEvenText, isOutOfReach, stressedText } from './words';

/** `null`: there is nothing to compare with. */
export function costSection(
  name: string,
  { costCurves }: FleetReport,
  allBreakEven: readonly BreakEvenReport[],
  id: string,
): Html | null {
  const breakEven = allBreakEven.filter(({ fleet }) => fleet === name);
  const charts =
    costCurves === undefined
      ? []
      : CHART_SIZES.map((size) => costChart(name, costCurves, breakEven, size, `${id}-${size.name}`)).filter(
          (chart) => chart !== null,
        );
  if (charts.length === 0 && breakEven.length === 0) return null;
  return html`<h3>Cost and break-even</h3>
    ${
      costCurves !== undefined &&
      charts.length > 0 &&
      html`<p class="quiet">${curveText(costCurves)}</p>
        <figure>${charts}${costKey(costCurves)}</figure>`
    }
    ${breakEven.length > 0 && breakEvenTable(name, breakEven, costCurves)}`;
}

function curveText(curves: NonNullable<FleetReport['costCurves']>): string {
  const { purchase, replicaUsdPerDay, replicaTokensPerDay, fixedUsdPerDay, maxReplicas } = curves;
  const left = linesLeftOut(curves);
  return [
    `A replica (${purchase}) costs ${usd(replicaUsdPerDay)} a day and is given up to ${short(replicaTokensPerDay)} tokens; ${usd(fixedUsdPerDay)} a day do not depend on the load.`,
    `A dot is where the fleet becomes cheaper and stays so; dashed: above the ${counted(maxReplicas, 'replica')} that the config allows.`,
    ...(left === 0 ? [] : [`${counted(left, 'more model')} only in the table.`]),
  ].join(' ');
}

/** A row a model, a column a way to buy hosts. */
function breakEvenTable(fleet: string, rows: readonly BreakEvenReport[], curves: FleetReport['costCurves']): Html {
  const purchases = [...new Set(rows.map(({ purchase }) => purchase))];
  const models = [...new Set(rows.map(({ model }) => model))];
  const cell = (model: string, purchase: string): Piece => {
    const row = rows.find((one) => one.model === model && one.purchase === purchase);
    if (row === undefined) return '–';
    const stressed = stressedText(row);
    return html`${breakEvenText(row)}
    ${isOutOfReach(row, curves) && html`<span class="under">more than ${counted(curves?.maxReplicas ?? 0, 'replica')}</span>`}
    ${stressed !== '' && html`<span class="under">stressed: ${stressed}</span>`}`;
  };
  return html`<p class="quiet">
      Tokens a day, read and written, from which the fleet costs less; stressed: under the pessimistic assumptions.
    </p>
    ${table(
      `Break-even of ${fleet}`,
      [{ head: 'Against' }, ...purchases.map((purchase) => ({ head: PURCHASE_NAMES[purchase], isNumber: true }))],
      models.map((model) => [breakable(model), ...purchases.map((purchase) => cell(model, purchase))]),
      { kind: 'words' },
    )}`;
}

const PURCHASE_NAMES: Readonly<Record<BreakEvenReport['purchase'], string>> = {
  spot: 'On spot hosts',
  'on-demand': 'On demand',
  reserved: 'Reserved',
};
