/** `models add`: starts the mirror for weights that are not there yet, and follows it. */
import type { Config } from '../../config/schema';
import type { Lock } from '../../config/lock';
import { keepingCost } from '../../lib/weights/keeping-cost';
import { publishedBytes } from '../../lib/weights/published-bytes';
import { type Args, ExitCode, UsageError, flag } from '../commands/command';
import { deploymentOf, outputOf } from '../commands/deployment';
import { loadConfig, printFindings } from '../commands/load-config';
import { loadLock, lockFileOf } from '../commands/lock-file';
import { Interrupted } from '../init/terminal';
import { agreed } from './agree';
import { gigabytes } from './bytes-text';
import { type Followed, follow } from './follow';
import { licenceRefusal, licenceText } from './licence-refusal';
import { type MirrorJob, type MirrorJobs, mirrorJobs } from './mirror-jobs';
import { type ModelBucket, modelBucket } from './model-bucket';
import type { StoredWeights } from './stored-weights';
import { type Weights, labelOf, namedWeights, weightsOfFleets } from './weights';

export async function addWeights(args: Args, name: string | undefined): Promise<number> {
  const { file, config, findings } = loadConfig(args);
  if (config === null) {
    printFindings(file, findings);
    return ExitCode.badInput;
  }
  const wanted = wantedWeights(name, config, loadLock(lockFileOf(file)));
  for (const weights of wanted) {
    const refusal = licenceRefusal(weights, config.licences);
    if (refusal !== null) throw new UsageError(`nothing was copied: ${refusal}`);
  }
  const deployment = await deploymentOf(args, config);
  const bucket = await modelBucket(outputOf(deployment, 'ModelBucketName'), deployment.region);
  const jobs = await mirrorJobs(outputOf(deployment, 'MirrorProjectName'), deployment.region);
  const { complete, running, missing } = await standing(wanted, bucket, jobs);
  for (const { repository, revision, bytes, time } of complete) {
    process.stderr.write(
      `${labelOf({ repository, revision })} is complete: ${gigabytes(bytes)}, since ${time.slice(0, 10)}; nothing to do, and nothing to pay\n`,
    );
  }
  for (const { weights } of running) process.stderr.write(`${labelOf(weights)} is being copied already\n`);
  try {
    if (missing.length > 0) {
      for (const weights of missing) process.stderr.write(offerText(weights, config));
      if (!(await agreed(args, missing.length === 1 ? 'Copy it?' : `Copy all ${missing.length}?`))) {
        process.stderr.write('nothing was copied\n');
        return ExitCode.done;
      }
    }
  } catch (error) {
    if (error instanceof Interrupted) return ExitCode.interrupted;
    throw error;
  }
  const started: Copy[] = [...running];
  for (const weights of missing) started.push({ weights, job: await jobs.start(weights) });
  const code = await followAll(started, jobs);
  if (flag(args, 'json') && code === ExitCode.done) {
    const labels = new Set(wanted.map(labelOf));
    const now = (await bucket.list()).filter((one) => labels.has(labelOf(one)));
    const rows = now.map(({ repository, revision, state, commit, bytes }) => ({
      ...{ model: repository, revision, state, commit, bytes },
      copied: started.some(({ weights }) => labelOf(weights) === labelOf({ repository, revision })),
    }));
    process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  }
  return code;
}

interface Copy {
  readonly weights: Weights;
  readonly job: MirrorJob;
}

function wantedWeights(name: string | undefined, config: Config, lock: Lock | null): readonly Weights[] {
  if (name !== undefined) return namedWeights(name, config, lock);
  const { weights, problems } = weightsOfFleets(config, lock);
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
  if (weights.length > 0) return weights;
  throw new UsageError('which model? The config has no fleet that loads weights: `models add MODEL[@REVISION]`');
}

interface Standing {
  readonly complete: readonly StoredWeights[];
  readonly running: readonly Copy[];
  readonly missing: readonly Weights[];
}

async function standing(wanted: readonly Weights[], bucket: ModelBucket, jobs: MirrorJobs): Promise<Standing> {
  const stored = await bucket.list();
  const complete: StoredWeights[] = [];
  const running: Copy[] = [];
  const missing: Weights[] = [];
  for (const weights of wanted) {
    const there = stored.find((one) => labelOf(one) === labelOf(weights) && one.state === 'complete');
    const job = there === undefined ? await jobs.running(weights) : null;
    if (there !== undefined) complete.push(there);
    else if (job !== null) running.push({ weights, job });
    else missing.push(weights);
  }
  return { complete, running, missing };
}

/** What it is, under which licence, how large and at what cost: before anything starts. */
function offerText(weights: Weights, { licences, hub }: Config): string {
  const { row, repository, fleets } = weights;
  const bytes = row === null ? null : publishedBytes(row, repository);
  const cost = bytes === null ? null : keepingCost(bytes);
  const size =
    bytes === null || cost === null
      ? 'size      not known beforehand; $0.023 per GiB and month in S3; the transfer in is free'
      : `size      about ${gigabytes(bytes)}
  cost      $${cost.usdPerMonth.toFixed(2)} a month in S3; the transfer in is free, the build at most $${cost.copyUsd.toFixed(2)} (about ${cost.copyMinutes} minutes)`;
  const isGated = row?.gated === true && row.id === repository;
  const gate = !isGated
    ? ''
    : hub.secret === undefined
      ? `  token     the hub wants one for it, and the config names none: accept the licence at https://huggingface.co/${repository}, then \`hub: { secret: NAME }\`\n`
      : `  token     from the secret ${hub.secret}\n`;
  return `${labelOf(weights)}
  licence   ${licenceText(weights, licences)}
  fleets    ${fleets.join(', ') || 'none of the config loads it'}
  ${size}
${gate}`;
}

/** All run at once; they are shown one after the other. */
async function followAll(copies: readonly Copy[], jobs: MirrorJobs): Promise<number> {
  const interrupt = new AbortController();
  const onInterrupt = (): void => interrupt.abort();
  process.once('SIGINT', onInterrupt);
  try {
    let code: number = ExitCode.done;
    for (const { weights, job } of copies) {
      const label = labelOf(weights);
      const followed = await follow(job, { jobs, label, stopped: interrupt.signal });
      if (followed.ended === 'interrupted') {
        process.stderr.write(
          `the copy goes on without you; \`models add ${label}\` follows it again, \`models list\` shows what is there, \`aws codebuild stop-build --id ${job.id}\` ends it\n`,
        );
        return ExitCode.interrupted;
      }
      code = Math.max(code, ending(label, followed));
    }
    return code;
  } finally {
    process.removeListener('SIGINT', onInterrupt);
  }
}

function ending(label: string, { ended, job, report }: Followed): number {
  if (ended === 'succeeded') {
    process.stderr.write(`${label} is complete; fleets that wait for it start within a minute\n`);
    return ExitCode.done;
  }
  if (report.refusal !== null) {
    process.stderr.write(`${label} was not copied: ${report.refusal}\n`);
    return ExitCode.badInput;
  }
  const why = ended === 'stopped' ? 'was stopped, or ran out of time' : 'failed';
  const tail = [...report.tail, ...job.problems].map((line) => `  ${line}\n`).join('');
  process.stderr.write(
    `${label}: the build ${job.id} ${why}; \`models add ${label}\` goes on where it ended\n${tail}${job.log?.url === null || job.log === null ? '' : `${job.log.url}\n`}`,
  );
  return ExitCode.checkFailed;
}
