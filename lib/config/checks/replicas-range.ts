/** A fleet's smallest number of replicas, scheduled ones and on-demand ones included, is no more than its largest. */
import type { Config } from '../../../config/schema';
import { type Check, type CheckFinding, error } from '../check';
import type { Path } from '../findings';

export const replicasRange: Check = (config) =>
  Object.entries(config.fleets).flatMap(([name, { replicas, capacity }]) => {
    const numbers: [Path, string, number][] = [
      [['replicas', 'min'], 'min', replicas.min],
      [['capacity', 'onDemandBase'], 'onDemandBase', capacity.onDemandBase],
      ...replicas.schedule.map(scheduledMin),
    ];
    return numbers
      .filter(([, , number]) => number > replicas.max)
      .map(([path, key, number]) => tooMany(['fleets', name, ...path], key, number, replicas.max));
  });

type Schedule = Config['fleets'][string]['replicas']['schedule'][number];

const scheduledMin = ({ min }: Schedule, index: number): [Path, string, number] => [
  ['replicas', 'schedule', index, 'min'],
  'min',
  min,
];

function tooMany(path: Path, key: string, number: number, max: number): CheckFinding {
  return error({
    code: 'replicas-range',
    path,
    found: `${number}, more than \`replicas.max\`: ${max}`,
    allowed: `at most ${max}`,
    fix: `lower \`${key}\` to ${max}, or raise \`replicas.max\` to ${number}`,
  });
}
