/** `replay`: the fleet controller over a record of spot capacity, beside what others would make of it. */
import { readFileSync, readdirSync } from 'node:fs';
import * as path from 'node:path';
import { z } from 'zod';
import ANSWERS from '../../config/catalog/answer-seconds.json';
import { type ReplayOptions, type ReplayResult, policies, replay } from '../../lib/capacity/replay/replay';
import { type PoolTrace, readTrace } from '../../lib/capacity/replay/trace';
import { type Args, type Command, ExitCode, UsageError, flag, required, text } from './command';
import { type TextColumn, textTable } from './text-table';

export const replayCommand: Command = {
  name: 'replay',
  summary: 'plays the fleet controller over records of spot capacity: cost, availability, lost requests',
  usage: `hybrid-llm replay --trace DIR --demand N [--json]
  --trace DIR            records of one file a pool, ZONE_TYPE.json: { "metadata": { "gap_seconds": 300 }, "data": [0, 1, …] }
  --demand N             replicas that are wanted all the time
  --capacity-per-zone 8  instances of a pool whose record says 1
  --boot-seconds 180     from launch to ready
  --notice-seconds 120   before an interruption
  --lost-notice 0        part of interruptions, 0 to 1, that no host hears of
  --spot-ratio 0.35      price of a spot instance where an on-demand one costs 1
  --extra-spot 0         spot replicas to spare; auto: one while one was lost in the last six hours
  --answers FILE         how long answers take: a JSON list of seconds, each as likely as the others
  --inverted             reads 1 as "none", and a number as what is missing to the largest`,
  options: {
    trace: { type: 'string' },
    demand: { type: 'string' },
    'capacity-per-zone': { type: 'string', default: '8' },
    'boot-seconds': { type: 'string', default: '180' },
    'notice-seconds': { type: 'string', default: '120' },
    'lost-notice': { type: 'string', default: '0' },
    'spot-ratio': { type: 'string', default: '0.35' },
    'extra-spot': { type: 'string', default: '0' },
    answers: { type: 'string' },
    inverted: { type: 'boolean' },
    json: { type: 'boolean' },
  },
  run(args) {
    const options = optionsOf(args);
    const pools = poolsOf(required(args, 'trace'), {
      capacityPerZone: numberOf(args, 'capacity-per-zone', WHOLE),
      inverted: flag(args, 'inverted'),
    });
    const results: ReplayResult[] = [];
    for (const policy of policies(options)) {
      if (process.stderr.isTTY) process.stderr.write(`${policy.name} …\n`);
      results.push(replay(pools, policy, options));
    }
    process.stdout.write(flag(args, 'json') ? `${JSON.stringify(results, null, 2)}\n` : tableOf(results));
    return Promise.resolve(ExitCode.done);
  },
};

interface Range {
  readonly least: number;
  readonly most: number;
  readonly whole: boolean;
  /** What it takes besides. */
  readonly or?: string;
}

const WHOLE: Range = { least: 1, most: 1_000, whole: true };
const SPARES: Range = { least: 0, most: 1_000, whole: true, or: 'auto' };
const SECONDS: Range = { least: 0, most: 86_400, whole: false };
/** Where spot costs nothing nothing can be compared with it. */
const RATIO: Range = { least: 0.01, most: 1, whole: false };
const SHARE: Range = { least: 0, most: 1, whole: false };

function numberOf(args: Args, name: string, { least, most, whole, or }: Range): number {
  const given = required(args, name);
  const value = Number(given);
  if (given.trim() !== '' && value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
  throw new UsageError(
    `--${name} is \`${given}\`; it takes a ${whole ? 'whole ' : ''}number from ${least} to ${most}${or === undefined ? '' : ` or \`${or}\``}`,
  );
}

const optionsOf = (args: Args): ReplayOptions => ({
  demand: numberOf(args, 'demand', WHOLE),
  bootMs: 1000 * numberOf(args, 'boot-seconds', SECONDS),
  noticeMs: 1000 * numberOf(args, 'notice-seconds', SECONDS),
  lostNotice: numberOf(args, 'lost-notice', SHARE),
  spotRatio: numberOf(args, 'spot-ratio', RATIO),
  extraSpot: text(args, 'extra-spot') === 'auto' ? null : numberOf(args, 'extra-spot', SPARES),
  answerSeconds: answersOf(text(args, 'answers')),
});

function answersOf(file: string | undefined): readonly number[] {
  if (file === undefined) return ANSWERS.seconds;
  try {
    return z
      .array(z.number().positive())
      .min(1)
      .parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    throw new UsageError(`--answers ${file} is no JSON list of seconds; expected such as [2, 5, 12, 40]`);
  }
}

function poolsOf(folder: string, options: Parameters<typeof readTrace>[2]): readonly PoolTrace[] {
  const files = filesIn(folder);
  if (files.length === 0) {
    throw new UsageError(
      `--trace ${folder} has no .json file; expected one for each pool, such as us-east-1a_v100_1.json`,
    );
  }
  try {
    return files.map((file) => readTrace(file, readFileSync(path.join(folder, file), 'utf8'), options));
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .sort();
  } catch {
    throw new UsageError(`--trace ${folder} is no folder that can be read`);
  }
}

const COLUMNS: readonly TextColumn[] = [
  { head: 'policy' },
  { head: 'cost', align: 'right' },
  { head: 'of on-demand', align: 'right' },
  { head: 'of omniscient', align: 'right' },
  { head: 'of the saving', align: 'right' },
  { head: 'available', align: 'right' },
  { head: 'fully', align: 'right' },
  { head: 'interruptions', align: 'right' },
  { head: 'requests', align: 'right' },
  { head: 'resumed', align: 'right' },
  { head: 'held', align: 'right' },
  { head: 'lost', align: 'right' },
];

function tableOf(results: readonly ReplayResult[]): string {
  const rows = results.map((one) => [
    one.policy,
    one.costUsd.toFixed(1),
    percent(one.costUsd / one.onDemandCostUsd, 1),
    percent(one.costUsd / one.omniscientCostUsd, 1),
    one.savingShare === null ? '-' : percent(one.savingShare, 1),
    percent(one.availability, 2),
    percent(one.fullAvailability, 2),
    ...[one.interruptions, one.requests, one.resumed, one.held, one.lost].map(String),
  ]);
  const [first] = results;
  const intro = `${(first?.hours ?? 0).toFixed(1)} hours; costs in hours of an on-demand instance; omniscient: ${(first?.omniscientCostUsd ?? 0).toFixed(1)}\n`;
  const lines = textTable(COLUMNS, rows, { width: process.stdout.columns ?? 160 });
  const outro = [
    ...minutesLine(`minutes in which nothing was ready (${first?.policy})`, first?.nothingReady),
    ...minutesLine(`minutes in which those waited that were lost (${first?.policy})`, first?.lostMinutes),
  ];
  return `${intro}${[...lines, '', ...outro].join('\n')}\n`;
}

const minutesLine = (what: string, minutes: ReplayResult['nothingReady'] = []): readonly string[] =>
  minutes.length === 0
    ? []
    : [
        `${what}: ${minutes.map(({ fromMinute, toMinute }) => `${fromMinute.toFixed(1)}–${toMinute.toFixed(1)}`).join(', ')}`,
      ];

const percent = (value: number, digits: number): string => `${(100 * value).toFixed(digits)} %`;
