/**
 * What happens to callers when hosts are lost. A request is lost when its client did not get the whole text. Until streams are
 * resumed elsewhere: no request is lost that was still without an answer, and a stream that breaks off says so.
 */
import { STOP_BEFORE_END_MS } from '../../../../lib/capacity/drain';
import { HUNG_MS } from '../../../../lib/capacity/watchdog';
import { THROTTLED } from '../../../support/fake-dynamo';
import type { TestHost } from '../host';
import { type DrillFleet, type Got, startFleet } from './fleet';

jest.setTimeout(40_000);

const NOTICE_MS = 120_000;
/** Of the test's own time, between two tokens: an answer takes less than a second of it. */
const PACE_MS = 10;

describe('a fleet', () => {
  let fleet: DrillFleet;
  beforeEach(async () => {
    fleet = await startFleet();
  });
  afterEach(() => fleet.stop());

  const isState =
    (host: TestHost, state: string): (() => boolean) =>
    () =>
      host.rows.at(-1)?.state === state;
  const drained = (host: TestHost): Promise<void> => host.until(isState(host, 'drained'), 20_000);
  const interrupt = (host: TestHost, inMs = NOTICE_MS): void => host.imds.interrupt(fleet.nowMs() + inMs);
  const paced = (...hosts: readonly TestHost[]): void => {
    for (const host of hosts) host.engine.tokenDelayMs = PACE_MS;
  };
  const many = (count: number, stream: boolean): Promise<Got>[] =>
    Array.from({ length: count }, () => fleet.ask(stream));
  const running = (count: number, ...hosts: readonly TestHost[]): Promise<unknown> => {
    const now = (): number => hosts.reduce((sum, { engine }) => sum + engine.running, 0);
    return Promise.race(hosts.map(({ engine }) => engine.until(() => now() === count, 20_000)));
  };
  /** How many got the whole text, how many were told honestly that they did not, and how many neither. */
  const counted = async (asked: readonly Promise<Got>[]): Promise<Record<'whole' | 'told' | 'lost', number>> => {
    const got = await Promise.all(asked);
    const whole = got.filter((one) => one.whole).length;
    const told = got.filter((one) => !one.whole && one.honest).length;
    return { whole, told, lost: got.length - whole - told };
  };
  const two = async (): Promise<readonly [TestHost, TestHost]> => {
    const both = await Promise.all([fleet.ready(), fleet.ready()]);
    await fleet.routesTo(...both);
    return both;
  };

  test('that answers answers', async () => {
    const hosts = await two();
    paced(...hosts);
    expect(await counted([...many(10, true), ...many(10, false)])).toEqual({ whole: 20, told: 0, lost: 0 });
    for (const { engine } of hosts) expect(engine.requests.some(({ path }) => path.includes('chat'))).toBe(true);
  });

  test('whose host is interrupted while it boots goes on with the others', async () => {
    const one = await fleet.ready();
    const booting = await fleet.host();
    booting.boot = 'image\n';
    await booting.until(() => booting.rows.at(-1)?.detail === 'image');
    await fleet.routesTo(one);
    paced(one);
    const asked = many(10, true);
    interrupt(booting);
    await drained(booting);
    expect(booting.states()).not.toContain('ready');
    expect(await counted([...asked, ...many(5, false)])).toEqual({ whole: 15, told: 0, lost: 0 });
  });

  test('whose host is interrupted while it is idle loses nothing', async () => {
    const [one, other] = await two();
    interrupt(one);
    await drained(one);
    expect(one.done).toContain('stop');
    expect(await counted([...many(10, true), ...many(10, false)])).toEqual({ whole: 20, told: 0, lost: 0 });
    expect(other.rows.at(-1)?.state).toBe('ready');
  });

  test('whose host is interrupted with 50 streams on both finishes them all', async () => {
    const [one, other] = await two();
    paced(one, other);
    const asked = many(50, true);
    await running(50, one, other);
    expect(one.engine.running).toBeGreaterThan(5);
    interrupt(one);
    await one.until(isState(one, 'draining'));
    asked.push(...many(10, false), ...many(10, true));
    expect(await counted(asked)).toEqual({ whole: 70, told: 0, lost: 0 });
    await drained(one);
    expect(one.rows.at(-1)).toMatchObject({ state: 'drained', detail: 'interruption' });
    expect(one.engine.aborted).toBe(0);
  });

  test('whose streams are longer than the notice breaks them off honestly, and loses none without an answer', async () => {
    const [one, other] = await two();
    one.engine.tokenDelayMs = 400;
    other.engine.tokenDelayMs = PACE_MS;
    const streams = many(20, true);
    await running(20, one, other);
    const onOne = one.engine.running;
    const whole = many(10, false);
    interrupt(one, STOP_BEFORE_END_MS + 15_000);
    await drained(one);
    expect(onOne).toBeGreaterThan(2);
    expect(await counted(whole)).toEqual({ whole: 10, told: 0, lost: 0 });
    expect(await counted(streams)).toEqual({ whole: 20 - onOne, told: onOne, lost: 0 });
  });

  test('that loses two hosts at once keeps callers until the next one is ready', async () => {
    const [one, other] = await two();
    paced(one, other);
    const asked = [...many(10, true), ...many(10, false)];
    await running(20, one, other);
    interrupt(one);
    interrupt(other);
    await Promise.all([one, other].map((host) => host.until(isState(host, 'draining'))));
    asked.push(...many(10, false), ...many(10, true));
    await Promise.all([drained(one), drained(other)]);
    const next = await fleet.ready();
    paced(next);
    expect(await counted(asked)).toEqual({ whole: 40, told: 0, lost: 0 });
  });

  test('that loses a host without any notice breaks its streams off honestly, and repeats what had no answer', async () => {
    const [one, other] = await two();
    for (const { engine } of [one, other]) engine.tokenDelayMs = 40;
    const streams = many(20, true);
    await running(20, one, other);
    // Every one of them has its first words.
    const { generatedTokens } = one.engine;
    await one.engine.until(() => one.engine.generatedTokens > generatedTokens + 5 * one.engine.running);
    const onOne = one.engine.running;
    const whole = many(10, false);
    await running(30, one, other);
    expect(onOne).toBeGreaterThan(2);
    await one.vanish();
    expect(await counted(whole)).toEqual({ whole: 10, told: 0, lost: 0 });
    expect(await counted(streams)).toEqual({ whole: 20 - onOne, told: onOne, lost: 0 });
    // Nobody says that it is gone: it falls silent.
    await fleet.routesTo(other);
    expect(await counted(many(5, true))).toEqual({ whole: 5, told: 0, lost: 0 });
  });

  test('that is told thrice of one end drains once', async () => {
    const [one] = await two();
    one.imds.rebalanceRecommended = true;
    await one.until(() => one.rows.at(-1)?.atRisk === true);
    expect(one.rows.at(-1)?.state).toBe('ready');
    interrupt(one);
    await one.until(isState(one, 'draining'));
    interrupt(one, NOTICE_MS + 5_000);
    one.imds.targetLifecycleState = 'Terminated';
    const asked = many(10, true);
    await drained(one);
    expect(await counted(asked)).toEqual({ whole: 10, told: 0, lost: 0 });
    expect(one.states()).toEqual(['booting', 'warming', 'ready', 'draining', 'drained'].slice(-one.states().length));
    expect(one.rows.at(-1)?.detail).toBe('interruption');
    expect(one.done.filter((what) => what === 'gate')).toHaveLength(1);
  });

  test('whose group gives a host up lets it finish, though that takes longer than a notice of EC2', async () => {
    const [one, other] = await two();
    one.engine.tokenDelayMs = 30;
    paced(other);
    const asked = many(10, true);
    await running(10, one, other);
    one.imds.targetLifecycleState = 'Terminated';
    await one.until(isState(one, 'draining'));
    // The two minutes of a spot instance go by.
    one.skippedMs += NOTICE_MS;
    expect(await counted(asked)).toEqual({ whole: 10, told: 0, lost: 0 });
    await drained(one);
    expect(one.rows.at(-1)?.detail).toBe('termination');
  });

  test('whose engine hangs has its requests answered elsewhere, and the engine back', async () => {
    const [one, other] = await two();
    one.onRestart = async () => {
      const begin = async (): Promise<void> => {
        await one.engine.stop();
        one.process = 'starting';
        await one.until(() => one.rows.at(-1)?.detail === 'engine');
        await one.engine.revive();
        one.process = 'up';
      };
      void begin();
    };
    one.engine.hang();
    const asked = [...many(10, false), ...many(10, true)];
    await one.engine.until(() => one.engine.running > 2);
    await one.until(() => (one.rows.at(-1)?.running ?? 0) > 2);
    one.skippedMs += HUNG_MS;
    await one.until(() => one.done.includes('restart'));
    expect(await counted(asked)).toEqual({ whole: 20, told: 0, lost: 0 });
    await one.until(isState(one, 'ready'));
    await fleet.routesTo(one, other);
    expect(await counted(many(10, true))).toEqual({ whole: 10, told: 0, lost: 0 });
  });

  test('whose engine never hears SIGTERM is drained in time all the same', async () => {
    const [one, other] = await two();
    one.engine.loseSigterm = true;
    one.engine.tokenDelayMs = 200;
    paced(other);
    const streams = many(10, true);
    await running(10, one, other);
    const onOne = one.engine.running;
    const endsMs = fleet.nowMs() + STOP_BEFORE_END_MS + 15_000;
    one.imds.interrupt(endsMs);
    await drained(one);
    expect(fleet.nowMs()).toBeLessThan(endsMs);
    const late = many(5, false);
    await one.vanish();
    expect(await counted(late)).toEqual({ whole: 5, told: 0, lost: 0 });
    expect(await counted(streams)).toEqual({ whole: 10 - onOne, told: onOne, lost: 0 });
  });

  test('whose table takes no write drains, and callers are sent on from the gate that is closed', async () => {
    const [one, other] = await two();
    paced(one, other);
    const asked = many(10, true);
    await running(10, one, other);
    fleet.table.next(THROTTLED, 100_000, 'UpdateItem');
    interrupt(one);
    await one.until(() => one.done.includes('gate'), 20_000);
    // The router still thinks that it is ready.
    asked.push(...many(20, false));
    await one.until(() => one.done.includes('stop'), 20_000);
    expect(await counted(asked)).toEqual({ whole: 30, told: 0, lost: 0 });
    expect(other.rows.at(-1)?.state).toBe('ready');
  });

  test.each([-120_000, 120_000])(
    'whose host has a clock that is %d ms off is used, and drains in its time',
    async (offMs) => {
      const one = await fleet.host();
      one.clockOffMs = offMs;
      await one.startEngine();
      await one.until(isState(one, 'ready'));
      await fleet.routesTo(one);
      paced(one);
      const asked = many(20, true);
      await running(20, one);
      interrupt(one);
      expect(await counted(asked)).toEqual({ whole: 20, told: 0, lost: 0 });
      await drained(one);
    },
  );

  test.each<[string, (host: TestHost) => void, string]>([
    [
      'image',
      (host) => {
        host.boot = 'failed image manifest unknown\n';
      },
      'image: manifest unknown',
    ],
    [
      'weights',
      (host) => {
        host.boot = 'failed weights there is no s3://models/manifest.json\n';
      },
      'weights: there is no s3://models/manifest.json',
    ],
    [
      'memory',
      (host) => {
        host.engineLog.push({ atMs: 1, text: 'ValueError: No available memory for the cache blocks.' });
        host.process = 'starting';
      },
      'memory: ValueError: No available memory for the cache blocks.',
    ],
  ])('whose next host fails to boot (%s) says why and goes on', async (_phase, fail, detail) => {
    const one = await fleet.ready();
    await fleet.routesTo(one);
    paced(one);
    const asked = many(5, true);
    const booting = await fleet.host();
    fail(booting);
    await booting.until(isState(booting, 'failed'));
    expect(booting.rows.at(-1)?.detail).toBe(detail);
    expect(booting.states()).not.toContain('ready');
    expect(await counted([...asked, ...many(5, false)])).toEqual({ whole: 10, told: 0, lost: 0 });
  });
});
