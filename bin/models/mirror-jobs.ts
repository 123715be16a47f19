/** Runs of the mirror, which are builds of the deployment's CodeBuild project. */
import { randomBytes } from 'node:crypto';
import { type Call, type JsonService, jsonCalls } from '../../lambda/aws/json-service';
import { type MirrorProgress, readReport } from '../../lib/weights/mirror-report';
import { awsLogin } from '../commands/aws-login';
import { awsMistake } from '../commands/aws-mistake';
import type { Weights } from './weights';

const CODEBUILD: JsonService = {
  name: 'codebuild',
  target: 'CodeBuild_20161006',
  jsonVersion: '1.1',
  endpointVariable: 'AWS_ENDPOINT_URL_CODEBUILD',
};
const LOGS: JsonService = {
  name: 'logs',
  target: 'Logs_20140328',
  jsonVersion: '1.1',
  endpointVariable: 'AWS_ENDPOINT_URL_CLOUDWATCH_LOGS',
};
const LIMITS = { attemptMs: 10_000, limitMs: 30_000 } as const;

export interface MirrorJob {
  readonly id: string;
  /** `stopped`: by a person, or by its time limit. */
  readonly state: 'running' | 'succeeded' | 'failed' | 'stopped';
  /** What CodeBuild is about, such as `PROVISIONING`. */
  readonly phase: string;
  /** What CodeBuild itself could not do, such as read the secret of the token. */
  readonly problems: readonly string[];
  readonly log: { readonly group: string; readonly stream: string; readonly url: string | null } | null;
}

export interface JobReport {
  readonly progress: MirrorProgress | null;
  /** Why the mirror ended, in its own words. */
  readonly refusal: string | null;
  /** The last lines for people. */
  readonly tail: readonly string[];
}

export interface MirrorJobs {
  /** One that copies these weights already; `null`: none does. */
  running(weights: Weights): Promise<MirrorJob | null>;
  start(weights: Weights): Promise<MirrorJob>;
  look(id: string): Promise<MirrorJob>;
  /** What it has said so far. */
  report(job: MirrorJob): Promise<JobReport>;
}

export async function mirrorJobs(project: string, region: string): Promise<MirrorJobs> {
  const options = { region, credentials: await awsLogin(), ...LIMITS };
  const [build, log] = [CODEBUILD, LOGS].map((service) => asked(jsonCalls(service, options), service, project));
  return jobsBy(build as Call, log as Call, project);
}

const asked =
  (call: Call, { name }: JsonService, project: string): Call =>
  async <Output>(operation: string, input: object): Promise<Output> => {
    try {
      return await call<Output>(operation, input);
    } catch (error) {
      throw awsMistake(error, `the mirror ${project}: ${operation}`, `${name}:${operation}`);
    }
  };

function jobsBy(build: Call, log: Call, project: string): MirrorJobs {
  const builds = async (ids: readonly string[]): Promise<readonly Build[]> =>
    ids.length === 0 ? [] : ((await build<{ builds?: Build[] }>('BatchGetBuilds', { ids })).builds ?? []);
  const reports = new Map<string, Reading>();
  return {
    running: async ({ repository, revision }) => {
      // The newest first, a page of a hundred: one that runs is among them, since none runs for longer than eight hours.
      const { ids = [] } = await build<{ ids?: string[] }>('ListBuildsForProject', {
        projectName: project,
        sortOrder: 'DESCENDING',
      });
      const found = (await builds(ids)).find(
        (one) =>
          one.buildStatus === 'IN_PROGRESS' &&
          variable(one, 'MODEL') === repository &&
          variable(one, 'REVISION') === revision,
      );
      return found === undefined ? null : jobOf(found);
    },
    start: async ({ repository, revision }) => {
      const started = await build<{ build: Build }>('StartBuild', {
        projectName: project,
        // A call whose answer was lost is sent again: it must not start a second copy.
        idempotencyToken: randomBytes(16).toString('hex'),
        environmentVariablesOverride: [
          { name: 'MODEL', value: repository, type: 'PLAINTEXT' },
          { name: 'REVISION', value: revision, type: 'PLAINTEXT' },
        ],
      });
      return jobOf(started.build);
    },
    look: async (id) => {
      const [found] = await builds([id]);
      if (found === undefined) throw new Error(`CodeBuild knows no build ${id}`);
      return jobOf(found);
    },
    report: async (job) => {
      const reading = reports.get(job.id) ?? new Reading();
      reports.set(job.id, reading);
      if (job.log !== null) await reading.readOn(log, job.log);
      return reading.report;
    },
  };
}

/** A log, read on from where it was read to. */
class Reading {
  private token: string | undefined;
  private progress: MirrorProgress | null = null;
  private refusal: string | null = null;
  private readonly tail: string[] = [];

  get report(): JobReport {
    return { progress: this.progress, refusal: this.refusal, tail: this.tail };
  }

  async readOn(log: Call, { group, stream }: { readonly group: string; readonly stream: string }): Promise<void> {
    for (;;) {
      const page = await log<LogPage>('GetLogEvents', {
        logGroupName: group,
        logStreamName: stream,
        startFromHead: true,
        ...(this.token !== undefined && { nextToken: this.token }),
      }).catch((error: unknown): LogPage => {
        // It is made with its first line.
        if (error instanceof Error && error.name === 'ResourceNotFoundException') return {};
        throw error;
      });
      for (const line of (page.events ?? []).flatMap(({ message = '' }) => message.split('\n'))) this.take(line);
      // At its end a log gives the token that it was asked with.
      if (page.nextForwardToken === undefined || page.nextForwardToken === this.token) return;
      this.token = page.nextForwardToken;
    }
  }

  private take(line: string): void {
    const report = readReport(line.trim());
    if (report?.kind === 'progress') this.progress = report;
    if (report?.kind === 'refused') this.refusal = report.message;
    if (report !== null || line.trim() === '') return;
    this.tail.push(line.trimEnd());
    if (this.tail.length > TAIL_LINES) this.tail.shift();
  }
}

const TAIL_LINES = 10;

interface LogPage {
  readonly events?: readonly { readonly message?: string }[];
  readonly nextForwardToken?: string;
}

interface Build {
  readonly id: string;
  readonly buildStatus: string;
  readonly currentPhase?: string;
  readonly phases?: readonly { readonly contexts?: readonly { readonly message?: string }[] }[];
  readonly logs?: { readonly groupName?: string; readonly streamName?: string; readonly deepLink?: string };
  readonly environment?: {
    readonly environmentVariables?: readonly { readonly name: string; readonly value: string }[];
  };
}

/** CodeBuild shows overrides among the variables of the build. */
const variable = ({ environment }: Build, wanted: string): string | undefined =>
  environment?.environmentVariables?.findLast(({ name }) => name === wanted)?.value;

const STATES: Readonly<Record<string, MirrorJob['state']>> = {
  IN_PROGRESS: 'running',
  SUCCEEDED: 'succeeded',
  STOPPED: 'stopped',
  TIMED_OUT: 'stopped',
};

function jobOf({ id, buildStatus, currentPhase = '', phases = [], logs = {} }: Build): MirrorJob {
  const { groupName, streamName, deepLink = null } = logs;
  return {
    id,
    state: STATES[buildStatus] ?? 'failed',
    phase: currentPhase,
    problems: phases.flatMap(({ contexts = [] }) => contexts.flatMap(({ message = '' }) => message.trim() || [])),
    log:
      groupName === undefined || streamName === undefined
        ? null
        : { group: groupName, stream: streamName, url: deepLink },
  };
}
