/** The command line in a process that is there already: each start of Node, of the SDK and of the CDK takes longer than a command. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { WARM_CLI } from './cli-file';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface WarmCli {
  run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ran>;
  stop(): void;
}

/** Commands wait for each other: they share the environment and the streams. */
export function warmCli(cwd: string): WarmCli {
  let child: ChildProcess | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const run = async (args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ran> => {
    child ??= start(cwd);
    child.send({ args, env });
    const heard = new AbortController();
    const ended = once(child, 'exit', heard).then(() => {
      throw new Error(`\`${args.join(' ')}\` ended its process`);
    });
    const [ran] = (await Promise.race([once(child, 'message', heard), ended])) as [Ran];
    heard.abort();
    return ran;
  };
  return {
    run: (args, env) => {
      const ran = last.then(() => run(args, env));
      last = ran.catch(() => (child = undefined));
      return ran;
    },
    stop: () => void child?.kill(),
  };
}

/** No stream of it is a terminal, as of a process that is run by another. */
function start(cwd: string): ChildProcess {
  const child = fork(WARM_CLI, { cwd, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  child.stdout?.resume();
  child.stderr?.resume();
  return child;
}
