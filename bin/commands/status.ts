/** `status`: how a deployment's fleets stand: replicas, queues, interruptions, and when the next replica is expected. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../config/schema';
import { type FleetOverview, overview } from '../../lib/capacity/overview';
import type { Host } from '../../lib/spend/gpu-cost';
import { awsMistake } from './aws-mistake';
import { type Args, type Command, ExitCode, flag, text } from './command';
import { DEPLOYMENT_OPTIONS, DEPLOYMENT_USAGE, regionOf } from './deployment';
import { type DeploymentTable, deploymentTable } from './deployment-table';
import { CONFIG_OPTION, configAtHand } from './load-config';
import { stopSignal } from './local-server';
import { overviewText } from './overview-text';

/** As often as hosts write. */
const WATCH_MS = 2_000;

const CLEAR_SCREEN = '\x1b[2J\x1b[H';

export const status: Command = {
  name: 'status',
  summary: 'shows how the fleets stand',
  usage: `hybrid-llm status [--config FILE] [--watch] [--json]
  --watch         again every two seconds, until it is interrupted
  --json          one line of JSON each time
${DEPLOYMENT_USAGE}
  --table NAME    its table of fleets, without asking CloudFormation

Needs dynamodb:Scan on the table, and ec2:DescribeInstances to tell spot from on-demand.`,
  options: {
    ...CONFIG_OPTION,
    ...DEPLOYMENT_OPTIONS,
    table: { type: 'string' },
    watch: { type: 'boolean' },
    json: { type: 'boolean' },
  },
  async run(args) {
    const config = configAtHand(args, 'table');
    if (config === undefined) return ExitCode.badInput;
    const table = await deploymentTable(args, config, 'FleetTableName');
    const hosts = await hostLister(args, config);
    const look = async (): Promise<void> => show(args, await fleetsOf(table, config, hosts));
    await look();
    if (!flag(args, 'watch')) return ExitCode.done;
    const stopped = new AbortController();
    const signal = stopSignal().finally(() => stopped.abort());
    while (!stopped.signal.aborted) {
      await sleep(WATCH_MS, undefined, { signal: stopped.signal }).catch(() => undefined);
      if (!stopped.signal.aborted) await look();
    }
    return (await signal) === 'SIGINT' ? ExitCode.interrupted : ExitCode.done;
  },
};

async function fleetsOf(
  table: DeploymentTable,
  config: Config | null,
  hosts: () => Promise<readonly Host[]>,
): Promise<readonly FleetOverview[]> {
  const [items, listed] = await Promise.all([table.scan(), hosts()]);
  const names = Object.entries(config?.fleets ?? {}).flatMap(([name, { endpoints }]) =>
    endpoints === undefined ? [name] : [],
  );
  return overview({ items, names, hosts: listed, nowMs: Date.now() });
}

function show(args: Args, fleets: readonly FleetOverview[]): void {
  if (flag(args, 'json')) {
    process.stdout.write(`${JSON.stringify(fleets)}\n`);
    return;
  }
  const clear = flag(args, 'watch') && process.stdout.isTTY ? CLEAR_SCREEN : '';
  process.stdout.write(`${clear}${overviewText(fleets)}`);
}

/** Instances tell what rows do not: their kind, and those that have not written one. Without leave to ask it goes on without. */
async function hostLister(args: Args, config: Config | null): Promise<() => Promise<readonly Host[]>> {
  // Hosts bear the deployment's name, which is the config's, or that of a stack of one's own in lower case.
  const deployment = config?.name ?? text(args, 'stack')?.toLowerCase();
  if (deployment === undefined) return () => Promise.resolve([]);
  // Loaded here alone: no other command should wait for the client.
  const [{ EC2Client }, { listHosts }] = await Promise.all([
    import('@aws-sdk/client-ec2'),
    import('../../lambda/spend-meter/ec2-hosts.js'),
  ]);
  const ec2 = new EC2Client({ region: regionOf(args, config), maxAttempts: 2 });
  let isRefused = false;
  return async () => {
    if (isRefused) return [];
    try {
      return await listHosts(ec2, deployment);
    } catch (error) {
      isRefused = true;
      const mistake = awsMistake(error, 'instances are not shown', 'ec2:DescribeInstances');
      process.stderr.write(`${mistake instanceof Error ? mistake.message : 'instances are not shown'}\n`);
      return [];
    }
  };
}
