/** The router as Lambda runs it: the built bundle and a plan in a folder, in a process of AWS's runtime interface client. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import type { RouterPlan } from '../../../lib/plan/types';
import { PATIENCE_MS } from './invocation';
import { RIC, ROUTER_BUNDLE } from './places';
import type { RuntimeApi } from './runtime-api';

export interface FunctionOptions {
  readonly runtimeApi: RuntimeApi;
  readonly plan: RouterPlan;
  readonly env: Readonly<Record<string, string>>;
}

export class FunctionProcess {
  /** What CloudWatch would get. */
  readonly lines: string[] = [];
  stderr = '';
  /** `null`: it runs. */
  ended: { readonly code: number | null; readonly signal: NodeJS.Signals | null } | null = null;
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'hybrid-llm-runtime-'));
  readonly #child: ChildProcess;
  readonly #api: RuntimeApi;

  constructor({ runtimeApi, plan, env }: FunctionOptions) {
    this.#api = runtimeApi;
    cpSync(ROUTER_BUNDLE, this.#folder, { recursive: true });
    writeFileSync(path.join(this.#folder, 'plan.json'), JSON.stringify(plan));
    const child = spawn(process.execPath, [RIC, 'index.handler'], {
      cwd: this.#folder,
      // Nothing else of this machine's environment: the function has no more.
      env: { PATH: process.env['PATH'], ...lambdaEnvironment(this.#folder, runtimeApi), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.lines.push(line);
      runtimeApi.bell.ring();
    });
    child.stderr.on('data', (text: Buffer) => (this.stderr += text.toString('utf8')));
    child.on('exit', (code, signal) => {
      this.ended = { code, signal };
      runtimeApi.bell.ring();
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Once it waits for its next invocation. */
  async idle(): Promise<void> {
    await this.#api.bell.until(() => this.#api.idle || this.ended !== null, PATIENCE_MS);
    if (this.ended !== null) throw new Error(`the process ended: ${this.stderr}${this.#api.initErrors.join()}`);
  }

  /** As Lambda does between invocations. Resolves when it stands still. */
  async freeze(): Promise<void> {
    this.#child.kill('SIGSTOP');
    const isStopped = (): boolean => /\) T /.test(readFileSync(`/proc/${this.pid}/stat`, 'utf8'));
    while (!isStopped()) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  thaw(): void {
    this.#child.kill('SIGCONT');
  }

  /** The most memory it had so far, in bytes. */
  peakMemory(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
  }

  /** A stopped one too. Were the tests killed before this, it would end by itself, for want of its Runtime API. */
  async stop(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#api.bell.until(() => this.ended !== null, PATIENCE_MS);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function lambdaEnvironment(taskRoot: string, { address }: RuntimeApi): Record<string, string> {
  return {
    AWS_LAMBDA_RUNTIME_API: address,
    _HANDLER: 'index.handler',
    LAMBDA_TASK_ROOT: taskRoot,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: 'router',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024',
    AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/router',
    AWS_LAMBDA_LOG_STREAM_NAME: 'stream',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'fake',
    AWS_SECRET_ACCESS_KEY: 'fake',
    AWS_SESSION_TOKEN: 'fake',
    TZ: ':UTC',
  };
}
