/**
 * A fleet as it runs, on one machine: the real router in front; before each engine the real gate and a real agent, which asks a
 * metadata service of its own; the real controller, whose groups are the model of Auto Scaling; and between them all one table
 * on a real socket. Table, groups, metadata and engines are fakes.
 */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { localTables } from '../../../../bin/commands/local-tables';
import { dynamo } from '../../../../lambda/aws/dynamo';
import { fleetRows } from '../../../../lambda/host-agent/fleet-rows';
import { createRouter } from '../../../../lambda/router/app';
import { nodeHttpServer } from '../../../../lambda/router/fronts/node-http';
import { tableReplicas } from '../../../../lambda/router/stores/fleet-table';
import { memoryKeys, memoryLedger } from '../../../../lambda/router/stores/memory';
import { tableWakes } from '../../../../lambda/router/stores/wake-table';
import type { FleetSettings } from '../../../../lib/capacity/fleet-state';
import { type Memory, readMemory } from '../../../../lib/capacity/memory';
import { detectors } from '../../../../lib/policy/detectors';
import type { DecisionRecord } from '../../../../lib/records/decision-record';
import { type Item, textIn } from '../../../../lib/tables/attributes';
import { commandItem } from '../../../../lib/tables/command-item';
import type { FleetCommand } from '../../../../lib/tables/command-row';
import { readStatusItem } from '../../../../lib/tables/status-item';
import { type FleetStatusRow, STATUS_ID } from '../../../../lib/tables/status-row';
import { WAKE_ID } from '../../../../lib/tables/wake-row';
import { SETTINGS } from '../../../capacity/simulation';
import { type FakeHost, FakeRegion, HOUR, MINUTE, SECOND } from '../../../support/fake-auto-scaling';
import { type FakeDynamo, startFakeDynamo } from '../../../support/fake-dynamo';
import { Bell } from '../../../support/fake-vllm/bell';
import { planOf } from '../../../support/plans';
import { GROUPS } from '../../../support/region-capacity';
import { KEY, keyRow } from '../../../support/router';
import { startHost } from '../host';
import { startGate } from '../real-gate';
import { CalledController } from './called-controller';
import { ANSWER, ask, counted, type Got } from './caller';
import { FleetClock } from './clock';
import { Instances, type Replica } from './instances';

const FLEET = 'llama';
const MODEL = 'meta-llama/Llama-3.1-8B-Instruct';
/** From launch to an engine that listens. Of real hosts it is minutes. */
const BOOT_MS = 20 * SECOND;
/** Of the test's own time, between two tokens: an answer takes less than a second of it. */
const PACE_MS = 10;
/** The same, where an answer is to last while something happens. */
export const SLOW_MS = 25;
/** How often the world goes on, in the test's own time. */
const STEP_MS = 10;
/** While time leaps a host beats about as often as in life: every two seconds. Where there is none, nothing is missed. */
const LEAP_MS = 2 * SECOND;
const EMPTY_LEAP_MS = 10 * SECOND;
const BEAT_MS = 20;
/** Of the test's own time. */
const LONGEST_WAIT_MS = 20_000;
/** Hooks that nobody completes would end by themselves later than this. */
const LONGEST_MS = 10 * MINUTE;

export interface FleetOptions extends Partial<FleetSettings> {
  /** @default - three */
  readonly zones?: readonly string[];
  /** By how much hosts' clocks are wrong. @default 0 */
  readonly clockOffMs?: number;
}

export interface DrillFleet {
  readonly region: FakeRegion;
  readonly table: FakeDynamo;
  readonly controller: CalledController;
  /** May be changed, as by a new deployment. */
  readonly settings: { -readonly [Key in keyof FleetSettings]: FleetSettings[Key] };
  /** Instances that run, and whose agent does. */
  readonly replicas: readonly Replica[];
  readonly status: FleetStatusRow | null;
  readonly memory: Memory;
  /** Of each request that has ended. */
  readonly records: readonly DecisionRecord[];
  nowMs(): number;
  /** Resolves when so many are ready and the router sends requests to them and to no other. */
  ready(count: number): Promise<readonly Replica[]>;
  many(count: number, stream: boolean): Promise<Got>[];
  /** Callers who ask again as soon as they have an answer, in turn for a stream and a whole one, until they are told to stop. */
  callers(count: number): { stop(): Promise<Promise<Got>[]> };
  /** Resolves when so many requests run on these. */
  running(count: number, ...on: readonly Replica[]): Promise<void>;
  /** Resolves when each of those has its first words. */
  speaking(count: number, ...on: readonly Replica[]): Promise<void>;
  command(command: FleetCommand): void;
  /** Time goes by, ten times faster than otherwise. */
  pass(ms: number): Promise<void>;
  /** The same, until `condition` holds; rejects where that takes longer than ten minutes. */
  passUntil(condition: () => boolean): Promise<void>;
  /** At the usual pace. */
  until(condition: () => boolean): Promise<void>;
  /**
   * As many are ready as are wanted, each in service; the maximum was kept, and whatever groups did was asked of them. Then
   * all is let go, and nothing is left of instances and hooks, and after an hour of rows.
   */
  endsWell(replicas: number): Promise<void>;
  stop(): Promise<void>;
}

export async function startFleet({ zones, clockOffMs = 0, ...options }: FleetOptions = {}): Promise<DrillFleet> {
  const clock = new FleetClock();
  const { nowMs } = clock;
  const items = new Map<string, Item>();
  const onChange: CalledController['wrote'][] = [];
  const table = await startFakeDynamo({
    changed: (change) => {
      const id = textIn(change.Keys, 'id') ?? '';
      if (change.NewImage === undefined) items.delete(id);
      else items.set(id, change.NewImage);
      for (const tell of onChange) tell(change);
    },
  });
  const tables = await localTables(table.url, { name: 'drill', region: 'us-east-1' });
  const credentials = (): { accessKeyId: string; secretAccessKey: string } => ({
    accessKeyId: 'a',
    secretAccessKey: 'b',
  });
  const client = (limitMs: number): ReturnType<typeof dynamo> =>
    dynamo({ endpoint: table.url, region: 'us-east-1', credentials, limitMs });

  const settings = { ...SETTINGS, fleet: FLEET, idleMs: 5 * MINUTE, concurrency: 100, ...options };
  const region = new FakeRegion(nowMs(), ['g6e.xlarge', 'g6e.2xlarge'], zones, FLEET, settings.maxReplicas);
  region.boot = () => ({ ms: BOOT_MS, fails: null });
  const instances = new Instances(region, async ({ id, launchMs }: FakeHost) => {
    const host = await startHost({
      fleet: FLEET,
      instanceId: id,
      launchedMs: launchMs,
      clockOffMs,
      servedName: MODEL,
      nowMs,
      gate: (enginePort) => startGate(enginePort),
      // As long as to the next beat, as in life.
      write: (row) => fleetRows(client(180), tables.fleets).write(row),
    });
    host.engine.script = () => ANSWER;
    host.engine.tokenDelayMs = PACE_MS;
    return host;
  });
  const controlled = Object.assign(settings, { groups: GROUPS, bucket: 'models', weightsPrefix: 'weights/x/main' });
  const controller = new CalledController({
    fleet: controlled,
    region,
    dynamo: client(3_000),
    table: tables.fleets,
    nowMs,
  });
  onChange.push((change) => controller.wrote(change));

  const records: DecisionRecord[] = [];
  const { router, replicas, limits } = frontOf(tables, nowMs, records);
  const server: Server = nodeHttpServer(router, limits);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;

  const bell = new Bell();
  const steps = setInterval(() => {
    region.advance(nowMs() - region.nowMs);
    instances.follow();
    controller.step();
    bell.ring();
  }, STEP_MS);

  const until = (condition: () => boolean): Promise<void> => bell.until(condition, LONGEST_WAIT_MS);
  /** No run of the controller is cut short by a leap: it acts on nothing that it saw half a minute ago. */
  const leap = async (): Promise<void> => {
    await controller.idle();
    clock.leap(region.live().length === 0 ? EMPTY_LEAP_MS : LEAP_MS);
    await sleep(BEAT_MS);
  };
  const passUntil = async (condition: () => boolean): Promise<void> => {
    for (const endMs = nowMs() + LONGEST_MS; !condition();) {
      if (nowMs() > endMs) throw new Error(`not so within ten minutes: ${condition.toString()}`);
      await leap();
    }
  };
  const isReady = ({ host }: Replica): boolean => host.rows.at(-1)?.state === 'ready';
  const routesTo = async (wanted: readonly Replica[]): Promise<void> => {
    const ids = wanted.map(({ instance }) => instance.id).sort();
    const known = async (): Promise<string> =>
      (await replicas.rows(FLEET))
        .map(({ id }) => id)
        .sort()
        .join();
    for (const limit = AbortSignal.timeout(LONGEST_WAIT_MS); (await known()) !== ids.join(); await sleep(BEAT_MS)) {
      if (limit.aborted) throw new Error(`the router sends requests to ${await known()}, expected ${ids.join()}`);
    }
  };
  const many = (count: number, stream: boolean): Promise<Got>[] =>
    Array.from({ length: count }, () => ask(url, stream));
  const running = (count: number, on: readonly Replica[]): Promise<void> =>
    until(() => on.reduce((sum, { host }) => sum + host.engine.running, 0) === count);
  let commands = 0;

  const fleet: DrillFleet = {
    region,
    table,
    controller,
    settings,
    records,
    nowMs,
    get replicas() {
      return instances.replicas;
    },
    get status() {
      const item = items.get(STATUS_ID);
      return item === undefined ? null : readStatusItem(item);
    },
    get memory() {
      return readMemory(textIn(items.get(STATUS_ID) ?? {}, 'memory'));
    },
    ready: async (count) => {
      await passUntil(() => instances.replicas.filter(isReady).length === count);
      const ready = instances.replicas.filter(isReady);
      await routesTo(ready);
      return ready;
    },
    many,
    callers: (count) => {
      const asked: Promise<Got>[] = [];
      let stopped = false;
      const callers = Array.from({ length: count }, async (_, at) => {
        for (let turn = at; !stopped; turn++) {
          const one = ask(url, turn % 2 === 0);
          asked.push(one);
          await one;
        }
      });
      return {
        stop: async () => {
          stopped = true;
          await Promise.all(callers);
          return asked;
        },
      };
    },
    running: (count, ...on) => running(count, on),
    speaking: async (count, ...on) => {
      await running(count, on);
      const before = on.map(({ host }) => host.engine.generatedTokens);
      // A few tokens each: they take turns.
      const spoken = ({ host: { engine } }: Replica, at: number): boolean =>
        engine.generatedTokens - (before[at] ?? 0) > 3 * engine.running;
      await until(() => on.every(spoken));
    },
    command: (command) => {
      const row = { fleet: FLEET, id: `command#${++commands}`, command, stage: 'none', givenMs: nowMs() } as const;
      void tables.dynamo.call('PutItem', { TableName: tables.fleets, Item: commandItem(row) });
    },
    pass: async (ms) => {
      for (const endMs = nowMs() + ms; nowMs() < endMs;) await leap();
    },
    passUntil,
    until,
    endsWell: async (count) => {
      await passUntil(() => {
        const { state, wanted, readyReplicas } = fleet.status ?? {};
        const settled = state === (count === 0 ? 'asleep' : 'ready') && wanted === count && readyReplicas === count;
        return settled && region.live().length === count;
      });
      await passUntil(() => region.live().every(({ lifecycle }) => lifecycle === 'InService'));
      expect(region.peak).toBeLessThanOrEqual(settings.maxReplicas);
      expect(region.scaledIn).toEqual([]);
      if (count > 0) {
        await fleet.ready(count);
        expect(await counted([...many(2, true), ...many(2, false)])).toEqual({ whole: 4, told: 0, lost: 0 });
      }

      fleet.command('drain');
      const listed = (): number => region.group('spot').instances.length + region.group('onDemand').instances.length;
      await passUntil(() => region.live().length + listed() === 0 && fleet.status?.state === 'asleep');
      expect([region.groups.spot.desired, region.groups.onDemand.desired]).toEqual([0, 0]);
      clock.leap(HOUR + 5 * MINUTE);
      await passUntil(() => [...items.keys()].every((id) => id === STATUS_ID || id === WAKE_ID));
    },
    stop: async () => {
      clearInterval(steps);
      await controller.idle();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await instances.stop();
      await table.stop();
    },
  };
  return fleet;
}

type Tables = Awaited<ReturnType<typeof localTables>>;

/** The router, whose only target is the fleet. */
function frontOf(tables: Tables, nowMs: () => number, records: DecisionRecord[]) {
  const plan = planOf({
    fleets: { [FLEET]: { model: MODEL, context: 16_384, concurrency: 100, replicas: { wake: 'fair', max: 4 } } },
    models: { fast: { fleet: FLEET } },
    providers: {},
    routes: [{ name: 'default', to: ['fast'] }],
  });
  const store = { dynamo: tables.dynamo, tables: { [FLEET]: tables.fleets }, nowMs, report: () => undefined };
  const replicas = tableReplicas(store);
  const router = createRouter({
    deployment: plan.name,
    lanes: {
      open: {
        plan,
        secrets: { find: () => 'x' },
        detectors: detectors(plan.sensitivity),
        replicas,
        wakes: tableWakes(store),
      },
    },
    keys: memoryKeys([keyRow(KEY)]),
    ledger: memoryLedger(nowMs),
    nowMs,
    newId: () => 'request',
    emit: ({ decision }) => records.push(JSON.parse(decision) as DecisionRecord),
  });
  return { router, replicas, limits: plan.limits };
}
