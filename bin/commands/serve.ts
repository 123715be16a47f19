/** `serve`: the router on loopback, on the plan made from the config. What runs here is what runs in an account. */
import { randomBytes, randomUUID } from 'node:crypto';
import { openSync, readFileSync, writeSync } from 'node:fs';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { parse as parseYaml } from 'yaml';
import type { Config } from '../../config/schema';
import type { CredentialsProvider } from '../../lambda/aws/credentials';
import { createRouter } from '../../lambda/router/app';
import { hashKey } from '../../lambda/router/authenticate';
import { nodeHttpServer } from '../../lambda/router/fronts/node-http';
import type { LaneRuntime } from '../../lambda/router/runtime';
import { givenSecrets } from '../../lambda/router/stores/secrets';
import { type Bindings, bind } from '../../lib/plan/bind';
import { secretVariable } from '../../lib/plan/environment';
import { compile } from '../../lib/plan/compile';
import { own } from '../../lib/plan/own';
import type { RouterPlan } from '../../lib/plan/types';
import { detectors } from '../../lib/policy/detectors';
import { type ReportFailure, tableFailureLine } from '../../lib/records/table-failure';
import { KEY_PREFIX, type KeyRow, LOCAL_TENANT } from '../../lib/tables/key-row';
import { awsLogin } from './aws-login';
import { type Args, type Command, ExitCode, UsageError, text } from './command';
import { keyRow, readKeyFile } from './key-file';
import { CONFIG_OPTION, configOrFindings } from './load-config';
import { listenOnLoopback, portOf, stopSignal } from './local-server';
import { type ServeStores, serveStores } from './serve-stores';

const DRAIN_MS = 10_000;

export const serve: Command = {
  name: 'serve',
  summary: 'runs the router on this machine',
  usage: `hybrid-llm serve [--config FILE] [--port N]
  --port N          0 picks a free one (8787)
  --key hk_…        the printed key (a new one each start)
  --keys FILE       more keys: [{ "key", "tenant", "floor"?, "expires"? }]
  --secrets FILE    providers' keys as JSON or YAML: { "acme/anthropic": "…" }; else from HYBRID_LLM_SECRET_ACME_ANTHROPIC
  --dynamodb URL    keys, spend and replicas in tables there (NAME-keys, NAME-ledger, NAME-fleets), made if missing
  --decisions FILE  append one decision record a request
  --metrics FILE    append one line of metrics a request

Prints one JSON line {"url","sealedUrl","key"} on standard output when it listens.`,
  options: {
    ...CONFIG_OPTION,
    port: { type: 'string', default: '8787' },
    key: { type: 'string' },
    keys: { type: 'string' },
    secrets: { type: 'string' },
    dynamodb: { type: 'string' },
    decisions: { type: 'string' },
    metrics: { type: 'string' },
  },
  async run(args) {
    const config = configOrFindings(args);
    if (config === null) return ExitCode.badInput;
    const key = text(args, 'key') ?? KEY_PREFIX + randomBytes(24).toString('base64url');
    if (!/^hk_\S+$/.test(key)) throw new UsageError(`--key must begin with ${KEY_PREFIX}`);
    const env = { ...process.env, ...secretsFile(args) };
    const decisions = appendTo(args, 'decisions');
    const metrics = appendTo(args, 'metrics');

    const report: ReportFailure = (failure) => {
      metrics(tableFailureLine(config.name, config.lanes[0] ?? 'open', failure, Date.now()));
      process.stderr.write(`dynamodb: ${failure.table} ${failure.operation} failed (${failure.error})\n`);
    };
    const stores = await serveStores(text(args, 'dynamodb'), config, [localKey(key), ...keyRows(args, config)], report);
    const lanes = Object.fromEntries(
      config.lanes.map((lane) => [lane, laneRuntime(compile(config, lane), env, stores)]),
    );
    if (text(args, 'dynamodb') === undefined) warnOfNoReplicas(config);
    const router = createRouter({
      deployment: config.name,
      lanes,
      keys: stores.keys,
      ledger: stores.ledger,
      nowMs: Date.now,
      newId: randomUUID,
      emit: (line) => {
        decisions(line.decision);
        metrics(line.metrics);
      },
    });
    const plan = Object.values(lanes)[0] as LaneRuntime;
    const server = nodeHttpServer(router, plan.plan.limits);
    const silent = silentSockets(server);
    const origin = `http://127.0.0.1:${await listenOnLoopback(server, portOf(text(args, 'port')))}`;
    process.stdout.write(
      `${JSON.stringify({
        url: config.lanes.includes('open') ? `${origin}/v1` : null,
        sealedUrl: config.lanes.includes('sealed') ? `${origin}/sealed/v1` : null,
        key,
      })}\n`,
    );
    const signal = await stopSignal();
    await drain(server, silent);
    return signal === 'SIGINT' ? ExitCode.interrupted : ExitCode.done;
  },
};

function laneRuntime(plan: RouterPlan, env: NodeJS.ProcessEnv, stores: ServeStores): LaneRuntime {
  const bindings = bind(plan, env);
  warnOfMissingKeys(plan, bindings);
  return {
    plan,
    secrets: givenSecrets(bindings.secrets),
    credentials: login(),
    detectors: detectors(plan.sensitivity),
    replicas: stores.replicas(plan),
    ...(stores.wakes !== undefined && { wakes: stores.wakes }),
  };
}

/** Looked up when a request to Bedrock is first signed. */
function login(): CredentialsProvider {
  let found: Promise<CredentialsProvider> | null = null;
  return async () => (await (found ??= awsLogin()))();
}

function warnOfMissingKeys(plan: RouterPlan, { secrets }: Bindings): void {
  for (const [name, { secret, keyRequired }] of Object.entries(plan.providers)) {
    if (keyRequired && secret !== null && secrets[secret] === undefined) {
      process.stderr.write(`provider ${name}: no key; set ${secretVariable(secret)} or give --secrets FILE\n`);
    }
  }
}

function warnOfNoReplicas({ fleets }: Config): void {
  for (const [name, { endpoints }] of Object.entries(fleets)) {
    if (endpoints === undefined) {
      process.stderr.write(`fleet ${name}: no replicas here; name some under fleets.${name}.endpoints\n`);
    }
  }
}

const localKey = (key: string): KeyRow => ({
  hash: hashKey(key),
  tenant: LOCAL_TENANT,
  floor: 'public',
  expiresMs: null,
});

function keyRows(args: Args, config: Config): KeyRow[] {
  const file = text(args, 'keys');
  if (file === undefined) return [];
  return readKeyFile(file).map((entry, index) => {
    if (entry.tenant !== LOCAL_TENANT && own(config.tenants, entry.tenant) === undefined) {
      const known = [LOCAL_TENANT, ...Object.keys(config.tenants)].join(', ');
      throw new UsageError(`${file}, entry ${index}: no tenant \`${entry.tenant}\`; the config has: ${known}`);
    }
    return keyRow(entry);
  });
}

/** Secrets of the file under the names of their variables, so that one way of looking them up serves both. */
function secretsFile(args: Args): Record<string, string> {
  const file = text(args, 'secrets');
  if (file === undefined) return {};
  let secrets: unknown;
  try {
    secrets = parseYaml(readFileSync(file, 'utf8'));
  } catch {
    throw new UsageError(`--secrets ${file} cannot be read as JSON or YAML`);
  }
  if (
    typeof secrets !== 'object' ||
    secrets === null ||
    Object.values(secrets).some((value) => typeof value !== 'string')
  ) {
    throw new UsageError(`--secrets ${file} is not a map of names to texts`);
  }
  return Object.fromEntries(Object.entries(secrets).map(([name, value]) => [secretVariable(name), value as string]));
}

/**
 * Lines go out at once, like the function's own to its log. A synchronous write of one line costs some microseconds;
 * an asynchronous one costs a thread that the answers need.
 */
function appendTo(args: Args, option: 'decisions' | 'metrics'): (line: string) => void {
  const file = text(args, option);
  if (file === undefined) return () => undefined;
  let target: number;
  try {
    target = openSync(file, 'a');
  } catch (error) {
    throw new UsageError(`--${option} ${file} cannot be written (${(error as NodeJS.ErrnoException).code})`);
  }
  let failed = false;
  return (line) => {
    try {
      writeSync(target, `${line}\n`);
    } catch (error) {
      // Answers matter more than their records; that some are missing is said once.
      if (!failed) process.stderr.write(`--${option} ${file}: ${(error as NodeJS.ErrnoException).code}\n`);
      failed = true;
    }
  };
}

/** Connections on which nothing has been asked yet: the server does not count them as idle. */
function silentSockets(server: Server): ReadonlySet<Socket> {
  const silent = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.on('request', ({ socket }) => silent.delete(socket));
  return silent;
}

/** No new requests, ten seconds for those that run. */
async function drain(server: Server, silent: ReadonlySet<Socket>): Promise<void> {
  const done = new Promise((resolve) => server.close(resolve));
  for (const socket of silent) socket.destroy();
  // A client keeps its connection open after its answer; only such an idle one may be closed.
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await done;
  clearInterval(idle);
  clearTimeout(timer);
}
