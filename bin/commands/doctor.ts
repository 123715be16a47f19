/** `doctor`: looks at the account before a deployment. It reads, and changes nothing there. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Account } from '../doctor/account';
import { type DoctorCheck, type Given, poolsOf } from '../doctor/check';
import { CHECKS } from '../doctor/checks';
import { bestZones } from '../doctor/checks/zones';
import { type Examined, examine, isAllGood } from '../doctor/examine';
import { givenOf } from '../doctor/given';
import { look } from '../doctor/look';
import { formatReport } from '../doctor/report';
import { sdkAccount } from '../doctor/sdk-account';
import { settingsFor } from '../doctor/sdk-settings';
import { writeZones } from '../doctor/write-zones';
import { type Args, type Command, ExitCode, UsageError, flag, text } from './command';
import { CONFIG_OPTION, loadConfig, printFindings } from './load-config';
import { loadLock, lockFileOf } from './lock-file';

/** Of a bootstrap stack that was given none. */
const USUAL_QUALIFIER = 'hnb659fds';

export const doctor: Command = {
  name: 'doctor',
  summary: 'looks whether the account is ready for the config: quotas, zones, secrets, images, endpoints, licences',
  usage: `hybrid-llm doctor [--config FILE] [--json] [--write]
  --write            put the zones that offer the most pools into the config's network.azs
  --qualifier NAME   of the CDK's bootstrap stack (${USUAL_QUALIFIER})

It reads with your AWS login and changes nothing in the account. 0: all is fine; 3: something fails, or could not be seen.`,
  options: {
    ...CONFIG_OPTION,
    json: { type: 'boolean' },
    write: { type: 'boolean' },
    qualifier: { type: 'string', default: USUAL_QUALIFIER },
  },
  async run(args) {
    const given = givenBy(args);
    if (given === null) return ExitCode.badInput;
    return doctorWith(args, given, sdkAccount(await settingsFor(given.given.config.region)));
  },
};

interface Loaded {
  readonly file: string;
  readonly given: Given;
}

/** `null`: the config has errors, which have been told. */
function givenBy(args: Args): Loaded | null {
  const { file, config, findings } = loadConfig(args);
  if (config !== null) {
    return { file, given: givenOf(config, loadLock(lockFileOf(file)), text(args, 'qualifier') ?? USUAL_QUALIFIER) };
  }
  printFindings(file, findings);
  return null;
}

/** The command on an account of any kind. */
export async function doctorWith(args: Args, loaded: Loaded, account: Account): Promise<number> {
  const written = flag(args, 'write') ? await write(loaded, account) : null;
  // What was written is what is looked at.
  const { given } = written === null ? loaded : (givenBy(args) ?? loaded);
  const examined = await examine(CHECKS, given, account, progress(CHECKS));
  if (flag(args, 'json')) {
    process.stdout.write(`${JSON.stringify(asJson(given, examined, written), null, 2)}\n`);
  } else {
    process.stdout.write(`${given.config.name} in ${given.config.region}\n\n${formatReport(examined)}`);
  }
  return isAllGood(examined) ? ExitCode.done : ExitCode.checkFailed;
}

interface WrittenZones {
  readonly before: readonly string[] | null;
  readonly after: readonly string[];
}

/** `null`: nothing was written, and why has been said. */
async function write({ file, given }: Loaded, account: Account): Promise<WrittenZones | null> {
  const { config, fleets } = given;
  const { azs, vpcId } = config.network;
  const skip = (why: string): null => {
    process.stderr.write(`--write: nothing written: ${why}\n`);
    return null;
  };
  if (vpcId !== undefined) return skip(`the zones are those of the subnets of ${vpcId}`);
  if (fleets.length === 0) return skip('there is no fleet that would need zones');
  const looked = await look('zones', 'ec2:DescribeInstanceTypeOfferings', () =>
    account.hosts.offerings(poolsOf(fleets)),
  );
  if ('unseen' in looked) return skip(`${looked.unseen.found}: what the zones offer could not be seen`);
  const best = bestZones(fleets, looked.seen, azs ?? []);
  if (best.length === 0) return skip(`${config.region} offers none of the pools`);
  if (azs !== undefined && azs.length === best.length && best.every((zone) => azs.includes(zone))) {
    return skip('network.azs has the best zones already');
  }
  const changed = writeZones(readFileSync(file, 'utf8'), best);
  if ('problem' in changed) return skip(`the config would have errors:\n${changed.problem}`);
  try {
    writeFileSync(file, changed.text);
  } catch (error) {
    throw new UsageError(`the config ${file} cannot be written (${(error as NodeJS.ErrnoException).code})`);
  }
  process.stderr.write(
    `${file}: network.azs is now [${best.join(', ')}] (was: ${azs === undefined ? 'not there' : `[${azs.join(', ')}]`})\n` +
      'If it is deployed already, subnets move with their zones: look at `npx cdk diff` first.\n',
  );
  return { before: azs ?? null, after: best };
}

/** On a terminal alone: a script wants the result. */
function progress(checks: readonly DoctorCheck[]): () => void {
  if (!process.stderr.isTTY) return () => {};
  let ended = 0;
  const show = (): boolean =>
    process.stderr.write(`\r\u001b[K${ended < checks.length ? `looked at ${ended} of ${checks.length}` : ''}`);
  show();
  return () => {
    ended += 1;
    show();
  };
}

function asJson({ config }: Given, examined: readonly Examined[], zones: WrittenZones | null) {
  const findings = examined.flatMap(({ check, findings }) => findings.map((finding) => ({ check, ...finding })));
  return {
    ok: isAllGood(examined),
    name: config.name,
    region: config.region,
    findings: findings.filter(({ status }) => status !== 'unseen'),
    unseen: findings.filter(({ status }) => status === 'unseen'),
    zonesWritten: zones,
  };
}
