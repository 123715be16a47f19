/** The GPU memory of a replica as one bar: weights, KV cache, reserve. */
import type { FleetReport } from '../../lib/selection/plan-report';
import { type Html, html } from './html';
import { gib, percent } from './numbers';

const GIB = 1024 ** 3;

export interface MemoryPart {
  readonly kind: 'weights' | 'cache' | 'reserve';
  readonly name: string;
  readonly sizeGiB: number;
}

/** They add up to what there is; reserve is what neither weights nor KV cache take. */
export function memoryParts({ weightGiB, kvBytesPerToken, kvCacheTokens, memory }: FleetReport): MemoryPart[] {
  const cacheGiB = (kvBytesPerToken * kvCacheTokens) / GIB;
  const reserveGiB = Math.max(0, (memory?.totalGiB ?? 0) - weightGiB - cacheGiB);
  return [
    { kind: 'weights', name: 'Weights', sizeGiB: weightGiB },
    { kind: 'cache', name: 'KV cache', sizeGiB: cacheGiB },
    { kind: 'reserve', name: 'Reserve', sizeGiB: reserveGiB },
  ];
}

/** `null`: the report does not say how much memory there is. Lengths are shares, so that the bar fits any width. */
export function memoryChart(fleet: FleetReport, id: string): Html | null {
  const { memory } = fleet;
  if (memory === undefined) return null;
  const parts = memoryParts(fleet);
  const total = parts.reduce((sum, { sizeGiB }) => sum + sizeGiB, 0);
  let from = 0;
  const bars = parts.map(({ kind, name, sizeGiB }) => {
    const x = from;
    from += (100 * sizeGiB) / total;
    return html`<rect class="${kind}" x="${cut(x)}%" y="0" width="${cut(from - x)}%" height="30"
      ><title>${name}: ${gib(sizeGiB)}</title></rect
    >`;
  });
  return html`<figure>
    <svg class="bar" width="100%" height="30" role="img" aria-labelledby="${id}-title">
      <title id="${id}-title">
        ${gib(total)} on ${memory.instanceType}:
        ${parts.map(({ name, sizeGiB }) => `${name} ${gib(sizeGiB)}`).join(', ')}
      </title>
      ${bars}
    </svg>
    <ul class="legend">
      ${parts.map(
        ({ kind, name, sizeGiB }) =>
          html`<li>
            <span class="swatch ${kind}"></span>${name} <b>${gib(sizeGiB)}</b>
            <span class="quiet">${percent(sizeGiB / total)}</span>
          </li>`,
      )}
    </ul>
  </figure>`;
}

const cut = (value: number): number => Math.round(value * 100) / 100;
