/**
 * What runs on a GPU host, as one file:
 *
 *     node index.js agent         the agent, until SIGTERM
 *     node index.js engine        writes what the engine is started with
 *     node index.js value NAME    prints a value for a shell script; some read standard input
 *     node index.js weights       reads the manifest of the weights on standard input, and fails if they are not complete
 *
 * `HYBRID_LLM_ROOT` and `HYBRID_LLM_IMDS_URL` take the place of `/` and of the instance metadata in tests.
 */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { type HostFile, parseHostFile } from '../../lib/capacity/host-file';
import { ENGINE_PORT } from '../../lib/capacity/vllm-command';
import { dynamo } from '../aws/dynamo';
import { runAgent } from './agent';
import { engineProbe } from './engine-probe';
import { systemdEngine } from './engine-unit';
import { fleetRows } from './fleet-rows';
import { contentOf, gateFile } from './gate-file';
import { HOST_VALUES } from './host-values';
import { imds } from './imds';
import { jsonLog } from './log';
import { hostPaths } from './paths';
import { forgetCredentials, prepareEngine } from './prepare-engine';
import { timelineFile } from './timeline-file';
import { checkWeights } from './weights';

/** Where the gate listens: see gate.conf. */
const GATE_PORT = 8443;
/** A heartbeat that takes longer than the time to the next one is of no use. */
const WRITE_LIMIT_MS = 1_800;

const paths = hostPaths(process.env['HYBRID_LLM_ROOT'] ?? '');
const metadata = imds(process.env['HYBRID_LLM_IMDS_URL']);

const COMMANDS: Readonly<Record<string, (host: HostFile, argument: string) => Promise<void>>> = {
  agent,
  engine: async (host) => prepareEngine(host, paths, await metadata.credentials(), totalmem()),
  weights: async (host) => checkWeights(host, await standardInput()),
  value: async (host, name) => {
    const value = HOST_VALUES[name];
    if (value === undefined) throw new Error(`which value? expected one of ${Object.keys(HOST_VALUES).join(', ')}`);
    process.stdout.write(`${await value(host, metadata.identity, standardInput)}\n`);
  },
};

async function agent(host: HostFile): Promise<void> {
  const stop = new AbortController();
  process.once('SIGTERM', () => stop.abort());
  const log = jsonLog((line) => process.stdout.write(line), Date.now);
  const [identity, certificate] = await Promise.all([metadata.identity(), readFile(paths.certificate)]);
  log('agent started', { fleet: host.fleet, ...identity });
  const table = dynamo({ region: host.region, credentials: metadata.credentials, limitMs: WRITE_LIMIT_MS });
  await runAgent(
    {
      row: {
        fleet: host.fleet,
        instanceId: identity.instanceId,
        url: `https://${identity.privateIp}:${GATE_PORT}`,
        templateVersion: identity.templateVersion,
        certificateSha256: new X509Certificate(certificate).fingerprint256.replaceAll(':', '').toLowerCase(),
      },
      launchedMs: identity.launchedMs,
      drainMs: host.drainSeconds * 1_000,
      imds: metadata,
      probe: engineProbe(`http://127.0.0.1:${ENGINE_PORT}`, host),
      unit: systemdEngine,
      gate: gateFile(paths.drainFile),
      rows: fleetRows(table, host.fleetTable),
      boot: () => contentOf(paths.bootFile),
      forgetCredentials: () => forgetCredentials(paths),
      timeline: timelineFile(paths.timelineFile),
      log,
      nowMs: Date.now,
      steadyMs,
    },
    stop.signal,
  );
}

/** Linux counts it from the boot on, so an agent that is started again goes on where the last one was. */
const steadyMs = (): number => Number(process.hrtime.bigint() / 1_000_000n);

async function standardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

async function main([command = '', argument = '']: readonly string[]): Promise<void> {
  const run = COMMANDS[command];
  if (run === undefined) throw new Error(`which command? expected one of ${Object.keys(COMMANDS).join(', ')}`);
  await run(parseHostFile(await readFile(paths.hostFile, 'utf8')), argument);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
