/** `fleet`: tells a fleet's controller what a person wants of it, and says when it has taken that. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../config/schema';
import { own } from '../../lib/plan/own';
import { type Item, number, text as textValue, textIn } from '../../lib/tables/attributes';
import { commandItem } from '../../lib/tables/command-item';
import { COMMAND_PREFIX, type CommandRow } from '../../lib/tables/command-row';
import { readFleetItem } from '../../lib/tables/fleet-item';
import { REPLICA_PREFIX } from '../../lib/tables/fleet-row';
import { FLEET_TABLE_KEY, TTL_ATTRIBUTE } from '../../lib/tables/key-schemas';
import { type Command, ExitCode, UsageError, text } from './command';
import { DEPLOYMENT_OPTIONS, DEPLOYMENT_USAGE } from './deployment';
import { type DeploymentTable, deploymentTable } from './deployment-table';
import { CONFIG_OPTION, configAtHand } from './load-config';
import { duration } from './overview-text';

/** The controller hears of a command within a second, or of what it did not hear at its next round, a minute later. */
const WAIT_SECONDS = 90;
const LOOK_EVERY_MS = 1_000;

/** A command that nobody has taken by then is forgotten. */
const KEPT_SECONDS = 24 * 3_600;

const ACTIONS = ['retry', 'drain'] as const;

export const fleet: Command = {
  name: 'fleet',
  positionals: 3,
  summary: 'tells a fleet to try again or to finish, or one of its replicas to finish',
  usage: `hybrid-llm fleet retry NAME            forget failed boots and an earlier drain, try again
hybrid-llm fleet drain NAME            let every replica finish and start none, until \`retry\`
hybrid-llm fleet drain NAME INSTANCE   let that replica finish; what load needs is started in its place
  --wait SECONDS  for the controller to take it (${WAIT_SECONDS}); 0 does not wait
  --config FILE   whose deployment and fleets they are
${DEPLOYMENT_USAGE}
  --table NAME    its table of fleets, without asking CloudFormation

Exit code 3: the command is written, and the controller has not taken it yet.`,
  options: {
    ...CONFIG_OPTION,
    ...DEPLOYMENT_OPTIONS,
    table: { type: 'string' },
    wait: { type: 'string', default: String(WAIT_SECONDS) },
  },
  async run(args) {
    const [action, name, instance] = args.positionals;
    const command = ACTIONS.find((one) => one === action);
    if (command === undefined) {
      throw new UsageError(`\`fleet ${action ?? ''}\` is not known; allowed: ${ACTIONS.join(', ')}`);
    }
    if (name === undefined) throw new UsageError(`which fleet? \`fleet ${command} NAME\``);
    if (instance !== undefined && command !== 'drain') {
      throw new UsageError(`\`fleet ${command}\` is for a whole fleet; \`${instance}\` is one word too many`);
    }
    const waitSeconds = Number(text(args, 'wait'));
    if (!Number.isInteger(waitSeconds) || waitSeconds < 0) {
      throw new UsageError(`--wait is \`${text(args, 'wait')}\`; it takes whole seconds`);
    }
    const config = configAtHand(args, 'table');
    if (config === undefined) return ExitCode.badInput;
    const table = await deploymentTable(args, config, 'FleetTableName');
    await checkName(name, config, table);
    if (instance !== undefined) await checkInstance(instance, name, table);

    const givenMs = Date.now();
    const id = `${COMMAND_PREFIX}${givenMs}-${randomBytes(4).toString('hex')}`;
    const row: CommandRow = {
      ...{ fleet: name, id, command, stage: 'none', givenMs },
      ...(instance !== undefined && { instance }),
    };
    const what = `${command} of ${instance === undefined ? name : `${instance} in ${name}`}`;
    const ttl = Math.floor(givenMs / 1000) + KEPT_SECONDS;
    await table.call('PutItem', { Item: { ...commandItem(row), [TTL_ATTRIBUTE]: number(ttl) } });
    if (await isTaken(table, row, waitSeconds)) {
      process.stderr.write(`${what}: its controller has taken it; \`status --watch\` shows what comes of it\n`);
      return ExitCode.done;
    }
    process.stderr.write(
      `${what}: it waits; the controller has not taken it${waitSeconds === 0 ? ' yet' : ` within ${duration(waitSeconds)}`}\n`,
    );
    return ExitCode.checkFailed;
  },
};

/** A command to a fleet that is not there would wait for ever. */
async function checkName(name: string, config: Config | null, table: DeploymentTable): Promise<void> {
  if (config === null) {
    const known = new Set((await table.scan()).map((item) => textIn(item, FLEET_TABLE_KEY.partition)));
    if (known.has(name)) return;
    throw new UsageError(`no fleet \`${name}\` in ${table.name}; it has: ${[...known].sort().join(', ') || 'none'}`);
  }
  const found = own(config.fleets, name);
  if (found === undefined) {
    throw new UsageError(`no fleet \`${name}\`; the config has: ${Object.keys(config.fleets).join(', ') || 'none'}`);
  }
  if (found.endpoints !== undefined) {
    throw new UsageError(`the replicas of \`${name}\` are named by address: no controller starts or ends them`);
  }
}

/** One that is not there would be waited for by nobody; one that has drained has done what it would be told. */
async function checkInstance(instance: string, fleet: string, table: DeploymentTable): Promise<void> {
  const there = (await table.scan())
    .flatMap((item) => readFleetItem(item) ?? [])
    .filter((row) => row.fleet === fleet && row.state !== 'drained')
    .map(({ id }) => id.slice(REPLICA_PREFIX.length));
  if (there.includes(instance)) return;
  throw new UsageError(`no replica \`${instance}\` in \`${fleet}\`; it has: ${there.sort().join(', ') || 'none'}`);
}

/** Whoever follows a command takes its row away. */
async function isTaken(table: DeploymentTable, row: CommandRow, waitSeconds: number): Promise<boolean> {
  const Key = {
    [FLEET_TABLE_KEY.partition]: textValue(row.fleet),
    [FLEET_TABLE_KEY.sort]: textValue(row.id),
  };
  for (const endsMs = Date.now() + waitSeconds * 1000; ; await sleep(LOOK_EVERY_MS)) {
    if (Date.now() >= endsMs) return false;
    const { Item } = await table.call<{ Item?: Item }>('GetItem', { Key, ConsistentRead: true });
    if (Item === undefined) return true;
  }
}
