/** Writes docs/replay.md and its charts from a folder of records of spot capacity. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import ANSWERS from '../../config/catalog/answer-seconds.json';
import { type ReplayOptions, type ReplayResult, policies, replay } from '../../lib/capacity/replay/replay';
import { costChart } from './replay/cost-chart';
import { limitsBroken } from './replay/limits';
import { missingChart } from './replay/missing-chart';
import { type Replayed, nameOf, replayPage } from './replay/page';
import { type TraceSet, traceSets } from './replay/sets';

const CAPACITY_PER_ZONE = 8;
const OPTIONS: ReplayOptions = {
  demand: 4,
  bootMs: 180_000,
  noticeMs: 120_000,
  lostNotice: 0,
  spotRatio: 0.35,
  extraSpot: 0,
  answerSeconds: ANSWERS.seconds,
};

/** Fleets of other sizes, on the same records. */
const SIZES = [1, 16];

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write('which records? npm run docs:replay -- DIR, such as a checkout of skypilot-org/spot-traces\n');
  process.exit(2);
}

const all = (set: TraceSet, options: ReplayOptions): readonly ReplayResult[] =>
  policies(options).map((policy) => replay(set.pools, policy, options));
const ours = (set: TraceSet, options: ReplayOptions): ReplayResult => replay(set.pools, policies(options)[0], options);

const sets = traceSets(folder, CAPACITY_PER_ZONE);
const replayed = sets.map((set, at): Replayed => {
  process.stderr.write(`${at + 1} of ${sets.length}: ${nameOf(set)} …\n`);
  return {
    set,
    results: all(set, OPTIONS),
    deaf: ours(set, { ...OPTIONS, lostNotice: 0.1 }),
    spare: ours(set, { ...OPTIONS, extraSpot: null }),
    sizes: SIZES.map((demand) => ({ demand, result: ours(set, { ...OPTIONS, demand }) })),
  };
});
const docs = resolve(__dirname, '../../docs');
writeFileSync(resolve(docs, 'replay.md'), replayPage(replayed, OPTIONS, CAPACITY_PER_ZONE));
writeFileSync(resolve(docs, 'img/replay-missing.svg'), missingChart(replayed.flatMap(({ results }) => results)));
writeFileSync(
  resolve(docs, 'img/replay-cost.svg'),
  costChart(replayed.map(({ set, results }) => ({ name: nameOf(set), results }))),
);

const broken = replayed.flatMap(({ set, results }) => limitsBroken(results).map((what) => `${nameOf(set)}: ${what}\n`));
process.stderr.write(broken.join(''));
process.exitCode = broken.length === 0 ? 0 : 3;
