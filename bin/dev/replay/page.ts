/** docs/replay.md: what the fleet controller makes of every set of records, beside what others would. */
import type { ReplayOptions, ReplayResult } from '../../../lib/capacity/replay/replay';
import { table } from '../economics/markdown';
import type { TraceSet } from './sets';

export interface Replayed {
  readonly set: TraceSet;
  readonly results: readonly ReplayResult[];
  /** The controller where 10 % of the notices are lost. */
  readonly deaf: ReplayResult;
  /** The controller with `extraSpot: auto`. */
  readonly spare: ReplayResult;
  /** The controller with fleets of other sizes. */
  readonly sizes: readonly { readonly demand: number; readonly result: ReplayResult }[];
}

const percent = (value: number, digits = 1): string => `${(value * 100).toFixed(digits)} %`;
export const nameOf = ({ name, inverted }: TraceSet): string => `${name}${inverted ? ', inverted' : ''}`;
const hybridOf = ({ results }: Replayed): ReplayResult => results[0] as ReplayResult;

export const costAndAvailability = ({ costUsd, omniscientCostUsd, availability }: ReplayResult): string =>
  `${percent(costUsd / omniscientCostUsd)} · ${percent(availability, 2)}`;

export function replayPage(replayed: readonly Replayed[], options: ReplayOptions, capacityPerZone: number): string {
  const { demand, bootMs, noticeMs, spotRatio } = options;
  return `# Replay

This page is written by \`npm run docs:replay -- DIR\` from records of spot capacity ([skypilot-org/spot-traces](https://github.com/skypilot-org/spot-traces), V100 and K80 of 2022 and 2023: no public record of a newer GPU was found). Do not edit it. \`hybrid-llm replay --trace DIR --demand N\` plays a set of your own.

The controller's own \`decide\` runs over each set by a simulated clock, against the model of Auto Scaling in [controller.md](controller.md). ${demand} replicas are wanted all the time; a boot takes ${bootMs / 1000} s, a notice comes ${noticeMs / 1000} s ahead, a spot instance costs ${spotRatio} of an on-demand one; a record of 1 stands for ${capacityPerZone} instances. Each set is played as it was recorded and inverted, since only its description says which way it is. The hosts are the same for every policy: told of their end they serve until 15 s before it.

- **hybrid** is ours. **naive** keeps spot over all zones and starts on-demand at a notice. **mixed** is one group with a quarter on demand. **spot** has nothing else.
- **Omniscient** pays for the cheapest instances at every moment, ready when it wants them. **Of the saving**: how much of what it saves was saved.
- **Available**: replicas that take requests, of those wanted, over the time.
- **Lost**: part of all requests that made no progress for a minute, at 70 % load. They come and go as a steady flow; lengths of answers are an assumption (\`config/catalog/answer-seconds.json\`).

![Cost against what is missing](img/replay-missing.svg)

![What each policy costs on each set](img/replay-cost.svg)

## The controller

${table([
  [
    'set',
    'days',
    'omniscient saves',
    'of the saving',
    'cost of omniscient',
    'available',
    'fully',
    'lost',
    'nothing ready',
  ],
  ...replayed.map((one) => {
    const ours = hybridOf(one);
    const minutes = ours.nothingReady.reduce((sum, { fromMinute, toMinute }) => sum + toMinute - fromMinute, 0);
    return [
      nameOf(one.set),
      (ours.hours / 24).toFixed(1),
      percent(1 - ours.omniscientCostUsd / ours.onDemandCostUsd, 0),
      ours.savingShare === null ? '-' : percent(ours.savingShare),
      percent(ours.costUsd / ours.omniscientCostUsd),
      percent(ours.availability, 2),
      percent(ours.fullAvailability, 2),
      percent(ours.lost / ours.requests, 3),
      `${minutes.toFixed(0)} min`,
    ];
  }),
])}
Requests are lost where most or all replicas are taken at once and none boots within the notice. \`replay\` names the minutes in which nothing was ready, and those in which the lost ones waited.

## Beside the others

Cost of omniscient, and availability.

${table([
  ['set', ...(replayed[0]?.results.map(({ policy }) => policy) ?? [])],
  ...replayed.map(({ set, results }) => [nameOf(set), ...results.map(costAndAvailability)]),
])}
Where zones fail one at a time nobody does much better than naive: the next host boots for longer than the notice lasts, and that is what is missing. What a stand-in that stays for a while brings is the next loss in the same pool, soon after.

## Lost notices, and a replica to spare

With one notice in ten lost; and with \`extraSpot: auto\`, one more spot replica for six hours after a loss. It is off unless the config says \`auto\`, since it costs more than it adds.

${table([
  ['set', 'lost notices: cost of omniscient', 'available', 'spare: cost of omniscient', 'available'],
  ...replayed.map(({ set, deaf, spare }) => [
    nameOf(set),
    percent(deaf.costUsd / deaf.omniscientCostUsd),
    percent(deaf.availability, 2),
    percent(spare.costUsd / spare.omniscientCostUsd),
    percent(spare.availability, 2),
  ]),
])}
## Other sizes

Cost of omniscient, and availability, with other numbers of replicas. A large fleet takes more pools, and restless ones among them.

${table([
  ['set', ...(replayed[0]?.sizes.map(({ demand: size }) => `${size} wanted`) ?? [])],
  ...replayed.map(({ set, sizes }) => [nameOf(set), ...sizes.map(({ result }) => costAndAvailability(result))]),
])}`;
}
