/** What an hour on each pool costs: two bars a pool, spot and on demand. Lengths are shares, so that it fits any width. */
import type { PoolReport } from '../../lib/selection/plan-report';
import { type Html, html } from './html';
import { UNKNOWN, usdColumn } from './numbers';

/** In percent; the rest is for the amount behind the bar. */
const LONGEST = 76;

/** `null`: no price is known. */
export function poolChart(pools: readonly PoolReport[]): Html | null {
  const prices = pools.flatMap(({ spotUsdPerHour, onDemandUsdPerHour }) => [spotUsdPerHour, onDemandUsdPerHour]);
  const most = Math.max(0, ...prices.map((price) => price ?? 0));
  if (most === 0) return null;
  const spot = usdColumn(pools.map(({ spotUsdPerHour }) => spotUsdPerHour));
  const demand = usdColumn(pools.map(({ onDemandUsdPerHour }) => onDemandUsdPerHour));
  const bar = (kind: string, price: number | null, amount: string, y: number): Html => {
    const length = `${Math.round((100 * LONGEST * (price ?? 0)) / most) / 100}%`;
    return price === null
      ? html`<text x="0" y="${y + 10.5}">${kind}: ${UNKNOWN}</text>`
      : html`<rect class="${kind}" x="0" y="${y}" width="${length}" height="12" /><text
            x="${length}"
            dx="7"
            y="${y + 10.5}"
            >${amount}</text
          >`;
  };
  return html`<figure>
    <ul class="pools">
      ${pools.map(
        ({ instanceType, gpu, gpuCount, spotUsdPerHour, onDemandUsdPerHour }) =>
          html`<li>
            <b>${instanceType}</b> <span class="quiet">${gpuCount} × ${gpu}</span>
            <svg width="100%" height="27" role="img">
              <title>
                ${instanceType}: ${spot(spotUsdPerHour)} an hour on spot, ${demand(onDemandUsdPerHour)} on demand
              </title>
              ${bar('spot', spotUsdPerHour, spot(spotUsdPerHour), 0)}
              ${bar('on-demand', onDemandUsdPerHour, demand(onDemandUsdPerHour), 14)}
            </svg>
          </li>`,
      )}
    </ul>
    <ul class="legend">
      <li><span class="swatch spot"></span>spot, USD an hour</li>
      <li><span class="swatch on-demand"></span>on demand, USD an hour</li>
    </ul>
  </figure>`;
}
