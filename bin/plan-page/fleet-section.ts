/** A fleet on the page: what it runs, on what, what that costs, and from when on it pays. */
import type { BreakEvenReport, FleetReport } from '../../lib/selection/plan-report';
import { costSection } from './cost-section';
import { type Html, type Piece, breakable, html, prose } from './html';
import { memoryChart } from './memory-chart';
import { UNKNOWN, bytes, count, counted, duration, gib, usdColumn } from './numbers';
import { poolChart } from './pool-chart';
import { shellLines } from './shell-lines';
import { table } from './table';
import { parallelText, unknownsOf } from './words';

export function fleetSection(
  name: string,
  fleet: FleetReport,
  breakEven: readonly BreakEvenReport[],
  id: string,
): Html {
  return html`<section id="${id}" aria-labelledby="${id}-head">
    <h2 id="${id}-head">Fleet ${name}</h2>
    <p class="verdict">${prose(fleet.verdict)}</p>
    <dl class="facts">
      ${facts(fleet).map(
        ([term, value]) =>
          html`<div>
            <dt>${term}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    ${memory(fleet, `${id}-memory`)} ${pools(fleet, name)} ${costSection(name, fleet, breakEven, `${id}-cost`)}
    <h3>vLLM arguments</h3>
    <pre tabindex="0" role="region" aria-label="vLLM arguments of ${name}">
${shellLines(fleet.vllmArgs).join('\n')}</pre>
  </section>`;
}

const facts = (fleet: FleetReport): [string, Piece][] => [
  ['Model', breakable(fleet.model)],
  ['Checkpoint', breakable(fleet.checkpoint)],
  ['Quantization', fleet.quantization],
  ['A replica', parallelText(fleet.tensorParallel, fleet.pipelineParallel)],
  ['Weights', gib(fleet.weightGiB)],
  ['KV cache of a token', bytes(fleet.kvBytesPerToken)],
  ['KV cache of a replica', html`${count(fleet.kvCacheTokens)} tokens`],
  ['Sequences at full context', sequences(fleet)],
];

const sequences = ({ maxConcurrency, asked }: FleetReport): Piece =>
  asked === undefined
    ? count(maxConcurrency)
    : html`${count(maxConcurrency)}
        <span class="under">of ${count(asked.context)} tokens; asked: ${count(asked.concurrency)}</span>`;

function memory(fleet: FleetReport, id: string): Html | null {
  const chart = memoryChart(fleet, id);
  if (chart === null) return null;
  return html`<h3>Memory of a replica</h3>
    <p class="quiet">
      ${gib(fleet.memory?.totalGiB ?? 0)} of GPU memory on ${fleet.memory?.instanceType ?? UNKNOWN}, the smallest pool.
      The reserve is for activations, CUDA graphs, the driver and a margin.
    </p>
    ${chart}`;
}

function pools({ pools: all, rejected }: FleetReport, fleet: string): Html {
  const [spot, demand, tokens] = [
    usdColumn(all.map(({ spotUsdPerHour }) => spotUsdPerHour)),
    usdColumn(all.map(({ onDemandUsdPerHour }) => onDemandUsdPerHour)),
    usdColumn(all.map(({ usdPerMillionTokens }) => usdPerMillionTokens)),
  ];
  const columns = ['KV cache, tokens', 'Spot, USD/h', 'On demand, USD/h', 'USD per 1M tokens'];
  const speed = ['Tokens a second', 'A token takes', 'First token after'];
  return html`<h3>Instance pools</h3>
    ${
      all.length === 0
        ? html`<p>No instance type can run it.</p>`
        : html`<p class="quiet">Interchangeable; cheapest per token first.</p>
            ${poolChart(all)}`
    }
    ${
      all.length > 0 &&
      table(
        `Pools of ${fleet}`,
        [
          { head: 'Instance type' },
          { head: 'GPUs' },
          ...[...columns, ...speed].map((head) => ({ head, isNumber: true })),
        ],
        all.map((pool) => [
          pool.instanceType,
          html`<div class="gpus">${pool.gpuCount} × ${pool.gpu}</div>`,
          count(pool.kvCacheTokens),
          spot(pool.spotUsdPerHour),
          demand(pool.onDemandUsdPerHour),
          tokens(pool.usdPerMillionTokens),
          pool.tokensPerSecond === null ? UNKNOWN : count(pool.tokensPerSecond),
          duration(pool.timePerOutputTokenMs),
          duration(pool.timeToFirstTokenMs),
        ]),
      )
    }
    ${unknownsOf(all).map(({ instanceType, reason }) => html`<p class="note">Unknown of ${instanceType}: ${reason}</p>`)}
    ${
      rejected.length > 0 &&
      html`<details>
        <summary>${counted(rejected.length, 'rejected instance type')}, and why</summary>
        ${table(
          `Instance types that ${fleet} does not run on`,
          [{ head: 'Instance type' }, { head: 'Why not' }],
          rejected.map(({ instanceType, reason }) => [instanceType, reason]),
          { kind: 'two words' },
        )}
      </details>`
    }`;
}
