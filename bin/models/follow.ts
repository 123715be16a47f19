/** Follows a job of the mirror to its end, and shows how far it is. */
import { setTimeout as sleep } from 'node:timers/promises';
import { UsageError } from '../commands/command';
import { gigabytes } from './bytes-text';
import type { JobReport, MirrorJob, MirrorJobs } from './mirror-jobs';

/** CodeBuild begins some ten seconds after it was asked, and nobody reads faster. */
const LOOK_EVERY_MS = 2_000;

export interface Followed {
  /** `interrupted`: it goes on without us. */
  readonly ended: MirrorJob['state'] | 'interrupted';
  /** As it was looked at last. */
  readonly job: MirrorJob;
  readonly report: JobReport;
}

const NOTHING: JobReport = { progress: null, refusal: null, tail: [] };

export async function follow(
  started: MirrorJob,
  { jobs, label, stopped }: { readonly jobs: MirrorJobs; readonly label: string; readonly stopped: AbortSignal },
): Promise<Followed> {
  const show = progressLine(label);
  let job = started;
  let report = NOTHING;
  let logIsRead = true;
  for (;;) {
    if (stopped.aborted) break;
    if (logIsRead) {
      try {
        report = await jobs.report(job);
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        // Without leave to read the log it is copied just the same.
        logIsRead = false;
        process.stderr.write(`${error.message}; the copy goes on, and how far it is cannot be shown\n`);
      }
    }
    show(textOf(job, report));
    if (job.state !== 'running') break;
    await sleep(LOOK_EVERY_MS, undefined, { signal: stopped }).catch(() => undefined);
    if (!stopped.aborted) job = await jobs.look(job.id);
  }
  if (job.state === 'failed' && report.refusal === null && logIsRead) {
    // Its last words may come later than its end.
    await sleep(LOOK_EVERY_MS, undefined, { signal: stopped }).catch(() => undefined);
    report = await jobs.report(job);
  }
  show(null);
  return { ended: stopped.aborted ? 'interrupted' : job.state, job, report };
}

function textOf({ state, phase }: MirrorJob, { progress }: JobReport): string {
  if (progress === null) return state === 'running' ? `the build starts (${phase.toLowerCase() || 'queued'})` : state;
  const { files, ofFiles, bytes, ofBytes } = progress;
  const share = ofBytes === 0 ? 100 : Math.floor((bytes / ofBytes) * 100);
  return `${files} of ${ofFiles} files, ${gigabytes(bytes)} of ${gigabytes(ofBytes)} (${share} %)`;
}

/** On a terminal one line that changes; elsewhere a line when there is something new. `null`: it is over. */
function progressLine(label: string): (text: string | null) => void {
  let last: string | null = null;
  return (text) => {
    if (process.stderr.isTTY) process.stderr.write(text === null ? '\n' : `\r\u001b[K${label}: ${text}`);
    else if (text !== null && text !== last) process.stderr.write(`${label}: ${text}\n`);
    last = text;
  };
}
