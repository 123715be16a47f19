/** The agent's loop against an instance metadata service and an engine on real sockets. Both are fakes. */
import { mkdirSync } from 'node:fs';
import { NO_TIMELINE } from '../../../lib/capacity/boot-timeline';
import { STOP_BEFORE_END_MS } from '../../../lib/capacity/drain';
import { HUNG_MS } from '../../../lib/capacity/watchdog';
import { type FakeVllm } from '../../support/fake-vllm';
import { drainText, startHost, type TestHost } from './host';

let host: TestHost;
const answers: Promise<unknown>[] = [];

beforeEach(async () => {
  host = await startHost();
});
afterEach(async () => {
  await host.stop();
  await Promise.allSettled(answers.splice(0));
});

const isState = (state: string) => (): boolean => host.rows.at(-1)?.state === state;
const isDone = (what: string) => (): boolean => host.done.includes(what);

async function ready(): Promise<void> {
  await host.startEngine();
  await host.until(isState('ready'));
}

/** A request that the engine works on until it is let go. */
async function longRequest(engine: FakeVllm): Promise<Response> {
  engine.tokenDelayMs = 5;
  const response = await fetch(`${engine.url}/v1/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'fast', prompt: 'long', max_tokens: 100_000, stream: true, ignore_eos: true }),
  });
  answers.push(response.text().catch(() => null));
  return response;
}

async function withRunning(): Promise<void> {
  host.engine.script = () => 'word '.repeat(5_000);
  await ready();
  await longRequest(host.engine);
  await host.until(() => host.rows.at(-1)?.running === 1);
}

/** Longer than a real notice, as the host's clock runs fast here. */
const AN_HOUR_MS = 3_600_000;
/** As long as the hook that a host drains by. */
const GROUP_WAITS_MS = 900_000;

const interruptAt = (inMs: number): number => {
  const endsMs = host.nowMs() + inMs;
  host.imds.interrupt(endsMs);
  return endsMs;
};

describe('boot', () => {
  test('tells that it boots before there is an engine', async () => {
    await host.until(() => host.rows.length >= 2);
    expect(host.last()).toMatchObject({
      fleet: 'llama-8b',
      id: 'replica#i-0fa4e000000000001',
      url: 'https://127.0.0.1:8443',
      certificateSha256: 'ab'.repeat(32),
      state: 'booting',
      detail: '',
      running: 0,
      atRisk: false,
      templateVersion: 'abcdef012345',
      timeline: { ...NO_TIMELINE, launchedMs: host.imds.launchedMs },
    });
    expect(host.rows.map(({ sequence }) => sequence)).toEqual(host.rows.map((_row, at) => at + 1));
  });

  test('is ready after a real completion, and then takes the credentials away', async () => {
    await ready();
    await host.until(isDone('forget credentials'));
    expect(host.states()).toEqual(['booting', 'warming', 'ready']);
    const [completion] = host.engine.requests.filter(({ path }) => path === '/v1/completions');
    expect(completion?.body).toMatchObject({ model: 'fast', max_tokens: 1 });
  });

  test('tells where it is, and when it got there', async () => {
    for (const phase of ['weights', 'image', 'engine']) {
      host.boot = `${phase}\n`;
      await host.until(() => host.rows.at(-1)?.detail === (phase === 'engine' ? 'weights' : phase));
    }
    const loadedMs = host.nowMs();
    host.engineLog.push({ atMs: loadedMs, text: 'INFO Model loading took 14.98 GiB and 8.7 seconds' });
    await host.until(() => host.rows.at(-1)?.detail === 'compile');
    expect(host.last().timeline).toMatchObject({
      imageMs: expect.any(Number) as number,
      weightsMs: loadedMs,
      compiledMs: null,
    });
    const compiledMs = host.nowMs();
    host.engineLog.push({ atMs: compiledMs, text: 'INFO init engine (profile, create kv cache) took 20.1 s' });
    await ready();
    const { timeline } = host.last();
    expect(timeline).toMatchObject({ weightsMs: loadedMs, compiledMs });
    const { launchedMs, ...own } = timeline ?? NO_TIMELINE;
    expect(launchedMs).toBe(host.imds.launchedMs);
    const times = Object.values(own).map(Number);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
    expect(times.every((atMs) => atMs > 0)).toBe(true);
  });

  test('an engine whose log says nothing has done all of it when it listens', async () => {
    host.boot = 'done\n';
    await ready();
    expect(Object.values(host.last().timeline ?? {})).not.toContain(null);
  });

  test('sends the logs at each phase and each state', async () => {
    const sent = (): number => host.done.filter((what) => what === 'logs').length;
    for (const phase of ['weights', 'image', 'engine']) {
      const before = sent();
      host.boot = `${phase}\n`;
      await host.until(() => sent() > before);
    }
    await host.startEngine();
    const before = sent();
    await host.until(() => sent() > before);
    await host.until(isState('ready'));
  });

  test('keeps what was compiled at the first token, once in the host’s life', async () => {
    await ready();
    await host.until(isDone('compiled'));
    host.process = 'starting';
    await host.engine.stop();
    await host.until(isState('booting'));
    await host.engine.revive();
    host.process = 'up';
    await host.until(isState('ready'));
    await host.restartAgent();
    const { length } = host.rows;
    await host.until(() => host.rows.length > length && isState('ready')());
    expect(host.done.filter((what) => what === 'compiled')).toHaveLength(1);
  });

  test('writes the timeline until it is written, also what was reached while a write was under way', async () => {
    const writes: PromiseWithResolvers<void>[] = [];
    host.beforeTimeline = () => {
      const write = Promise.withResolvers<void>();
      writes.push(write);
      return write.promise;
    };
    await ready();
    expect(writes).toHaveLength(1);
    writes[0]!.resolve();
    await host.until(() => writes.length === 2);
    writes[1]!.reject(new Error('no room'));
    await host.until(() => writes.length === 3);
    host.done.length = 0;
    host.beforeTimeline = async () => undefined;
    writes[2]!.resolve();
    await host.until(isDone('timeline'));
    await host.restartAgent();
    const { length } = host.rows;
    await host.until(() => host.rows.length > length && isState('ready')());
    expect(host.last().timeline?.firstTokenMs).toEqual(expect.any(Number));
    expect(host.done).not.toContain('compiled');
  });

  test('tells an engine that has not enough memory at its first end, and why', async () => {
    host.process = 'up';
    await host.until(() => host.rows.length >= 2);
    host.engineLog.push({ atMs: host.nowMs(), text: 'ERROR torch.OutOfMemoryError: CUDA out of memory. Tried 2 GiB' });
    host.process = 'starting';
    await host.until(isState('failed'));
    expect(host.last().detail).toBe('memory: torch.OutOfMemoryError: CUDA out of memory. Tried 2 GiB');
    await host.until(isDone('stop'));
  });

  test('is not ready while completions fail, and asks again', async () => {
    host.engine.failNext(500);
    host.engine.failNextInside();
    await ready();
    expect(host.engine.requests.filter(({ path }) => path === '/v1/completions')).toHaveLength(3);
    expect(host.log).toContainEqual({
      event: 'trouble',
      details: { what: 'completion', message: 'status 500' },
    });
  });

  test('an aborted completion is none', async () => {
    host.engine.abort();
    await host.startEngine();
    await host.until(() => host.log.some(({ details }) => JSON.stringify(details)?.includes('aborted')));
    expect(host.states()).toEqual(['booting', 'warming']);
  });

  test('a hung engine, healthy as it says, is not ready', async () => {
    host.engine.hang();
    await host.startEngine();
    await host.until(isState('warming'));
    const { length } = host.rows;
    await host.until(() => host.rows.length > length + 5);
    expect(host.states()).toEqual(['booting', 'warming']);
  });

  test('tells the phase in which the boot script failed', async () => {
    host.boot = 'image\n';
    await host.until(() => host.rows.length >= 2);
    expect(host.last().state).toBe('booting');
    host.done.splice(0);
    host.boot = 'failed image manifest unknown: gone\n';
    await host.until(isState('failed'));
    await host.until(isDone('logs'));
    await host.until(isDone('gate'));
    expect(host.last().detail).toBe('image: manifest unknown: gone');
    expect(await drainText(host)).toBe('failed image manifest unknown: gone\n');
  });

  test('tells an engine that systemd gave up', async () => {
    host.process = 'failed';
    await host.until(isState('failed'));
    expect(host.last().detail).toBe('engine');
  });
});

describe('heartbeats', () => {
  test('carry what the engine says of its load', async () => {
    await withRunning();
    expect(host.last()).toMatchObject({ state: 'ready', running: 1, waiting: 0 });
    expect(host.last().kvUse).toBeGreaterThan(0);
  });

  test('go on when the metadata service does not answer', async () => {
    await ready();
    await host.imds.stop();
    const { length } = host.rows;
    await host.until(() => host.rows.length > length + 3);
    expect(host.last().state).toBe('ready');
    expect(host.log.filter(({ event }) => event === 'trouble').map(({ details }) => details)).toEqual([
      { what: 'instance metadata', message: expect.stringContaining('fetch failed') as string },
    ]);
  });

  test('are tried again when the table refuses them, and the trouble is told once', async () => {
    await ready();
    const before = host.last().sequence;
    let tries = 0;
    host.write = async () => {
      tries += 1;
      if (tries < 5) throw new Error('table away');
    };
    await host.until(() => host.last().sequence > before);
    await host.until(() => host.log.at(-1)?.event === 'trouble over');
    expect(tries).toBeGreaterThanOrEqual(5);
    expect(host.log.slice(-2).map(({ details }) => details)).toEqual([
      { what: 'fleet table', message: 'table away' },
      { what: 'fleet table' },
    ]);
  });

  test('an engine that dies is told, and is ready again after another completion', async () => {
    await ready();
    host.process = 'starting';
    await host.engine.stop();
    await host.until(isState('booting'));
    await host.engine.revive();
    host.process = 'up';
    await host.until(isState('ready'));
    expect(host.states()).toEqual(['booting', 'warming', 'ready', 'booting', 'warming', 'ready']);
    expect(host.done.filter((what) => what === 'forget credentials')).toHaveLength(2);
  });
});

describe('a drain', () => {
  test('closes the gate, lets requests finish, stops the engine, and says so', async () => {
    await withRunning();
    host.imds.targetLifecycleState = 'Terminated';
    await host.until(isState('draining'));
    const endsMs = host.nowMs() + GROUP_WAITS_MS;
    expect(host.last()).toMatchObject({ detail: 'termination', running: 1 });
    await host.until(isDone('gate'));
    const { length } = host.rows;
    await host.until(() => host.rows.length > length + 3);
    const [, told = ''] = /^termination (\d+)\n$/.exec((await drainText(host)) ?? '') ?? [];
    expect(Math.abs(Number(told) - endsMs)).toBeLessThan(5_000);
    expect(host.last().open).toBe(false);
    expect(host.done).not.toContain('stop');

    host.engine.tokenDelayMs = 0;
    host.engine.tokensPerTurn = 10_000;
    await host.until(() => host.rows.at(-1)?.running === 0);
    await host.until(isDone('stop'));
    await host.until(isState('drained'));
    await host.until(isDone('logs'));
    expect(host.last()).toMatchObject({ detail: 'termination', running: 0 });
  });

  test('of an interrupted host leaves the gate open until the engine is stopped', async () => {
    await ready();
    const endsMs = interruptAt(AN_HOUR_MS);
    await host.until(isState('draining'));
    const { length } = host.rows;
    await host.until(() => host.rows.length > length + 5);
    expect(host.last()).toMatchObject({ detail: 'interruption', open: true });
    expect(await drainText(host)).toBeNull();
    host.skippedMs += endsMs - host.nowMs() - STOP_BEFORE_END_MS;
    await host.until(isDone('gate'));
    await host.until(isDone('stop'));
    await host.until(isState('drained'));
    expect(await drainText(host)).toMatch(/^interruption/);
  });

  test('stops an engine that hangs 15 s before the end, and waits 10 s for it', async () => {
    await withRunning();
    host.engine.hang();
    host.deaf = true;
    const endsMs = interruptAt(AN_HOUR_MS);
    await host.until(isState('draining'));
    expect(host.done).not.toContain('stop');

    host.skippedMs += endsMs - host.nowMs() - STOP_BEFORE_END_MS;
    await host.until(isDone('stop'));
    expect(host.last().state).toBe('draining');
    host.skippedMs += 10_000;
    await host.until(isState('drained'));
    expect(host.nowMs()).toBeLessThan(endsMs);
  });

  test('is not held up by a table that refuses every row', async () => {
    await ready();
    host.write = () => Promise.reject(new Error('table away'));
    interruptAt(2 * STOP_BEFORE_END_MS);
    await host.until(isDone('gate'));
    await host.until(isDone('stop'));
    expect(await drainText(host)).toMatch(/^interruption/);
  });

  test('is not held up by a table that never answers', async () => {
    await ready();
    host.write = () => new Promise(() => undefined);
    interruptAt(2 * STOP_BEFORE_END_MS);
    await host.until(isDone('stop'));
    await host.until(isDone('logs'));
  });

  test('begins when the group wants the host terminated', async () => {
    await ready();
    host.imds.targetLifecycleState = 'Terminated';
    await host.until(isState('drained'));
    expect(host.last().detail).toBe('termination');
  });

  test('a notice without a legible time is one all the same', async () => {
    await ready();
    host.imds.instanceAction = 'soon';
    await host.until(isState('draining'));
    host.skippedMs += 120_000 - STOP_BEFORE_END_MS;
    await host.until(isState('drained'));
    expect(host.last().detail).toBe('interruption');
  });

  test.each([-120_000, 120_000])('ends when EC2 says, though the host’s clock is %d ms off', async (offMs) => {
    host.clockOffMs = offMs;
    await withRunning();
    expect(Math.abs(host.last().heartbeatMs - host.nowMs() - offMs)).toBeLessThan(5_000);
    const endsMs = interruptAt(AN_HOUR_MS);
    await host.until(isState('draining'));
    host.skippedMs += endsMs - host.nowMs() - STOP_BEFORE_END_MS - 20_000;
    const { length } = host.rows;
    await host.until(() => host.rows.length > length + 3);
    expect(host.done).not.toContain('stop');
    host.skippedMs += 20_000;
    await host.until(isDone('stop'));
    expect(host.nowMs()).toBeLessThan(endsMs - STOP_BEFORE_END_MS + 10_000);
  });

  test('that its group wants lasts as long as the group waits, however often it is told', async () => {
    await withRunning();
    host.imds.targetLifecycleState = 'Terminated';
    await host.until(isState('draining'));
    host.skippedMs += 900_000 - STOP_BEFORE_END_MS - 30_000;
    const { length } = host.rows;
    await host.until(() => host.rows.length > length + 3);
    expect(host.done).not.toContain('stop');
    host.skippedMs += 30_000;
    await host.until(isDone('stop'));
  });

  test('a recommendation to rebalance is told and drains nothing', async () => {
    await ready();
    host.imds.rebalanceRecommended = true;
    await host.until(() => host.log.some(({ event }) => event === 'rebalance recommended'));
    const { length } = host.rows;
    await host.until(() => host.rows.length > length + 3);
    expect(host.last()).toMatchObject({ state: 'ready', atRisk: true });
    expect(await drainText(host)).toBeNull();
    expect(host.log.filter(({ event }) => event === 'rebalance recommended')).toHaveLength(1);
  });

  test('stays drained whatever the metadata says afterwards', async () => {
    await ready();
    host.imds.targetLifecycleState = 'Terminated';
    await host.until(isState('drained'));
    host.imds.targetLifecycleState = 'InService';
    await host.engine.revive();
    host.process = 'up';
    const { length } = host.rows;
    await host.until(() => host.rows.length > length + 5);
    expect(host.states()).toEqual(['booting', 'warming', 'ready', 'draining', 'drained']);
  });
});

describe('an engine that hangs', () => {
  /** What systemd does: ends the old one, and starts a new one. */
  const restarts = (): void => {
    const begin = async (): Promise<void> => {
      await host.engine.stop();
      host.process = 'starting';
      await host.until(() => host.rows.at(-1)?.detail === 'engine');
      await host.engine.revive();
      host.process = 'up';
    };
    host.onRestart = async () => void begin();
  };
  const hangsFor = async (ms: number): Promise<void> => {
    host.engine.hang();
    const { length } = host.rows;
    await host.until(() => host.rows.length > length + 3);
    host.skippedMs += ms;
  };

  test('is started again in place, twice, and then its host is given up', async () => {
    restarts();
    await withRunning();
    for (const time of [1, 2]) {
      await hangsFor(HUNG_MS);
      await host.until(() => host.done.filter((what) => what === 'restart').length === time);
      await host.until(isState('ready'));
      await longRequest(host.engine);
      await host.until(() => host.rows.at(-1)?.running === 1);
    }
    await hangsFor(HUNG_MS);
    await host.until(isState('failed'));
    expect(host.last()).toMatchObject({ detail: 'hung', engineFailures: 2 });
    expect(host.done.filter((what) => what === 'restart')).toHaveLength(2);
    await host.until(isDone('gate'));
    await host.until(isDone('stop'));
  });

  test('is not believed when it says that it is well, and told again where systemd did not listen', async () => {
    let asked = 0;
    host.onRestart = async () => {
      asked += 1;
      if (asked === 1) throw new Error('systemd is busy');
    };
    await withRunning();
    await hangsFor(HUNG_MS);
    await host.until(() => asked === 2);
    const { length } = host.rows;
    await host.until(() => host.rows.length > length + 5);
    expect(host.last()).toMatchObject({ state: 'booting', detail: 'hung' });
    expect(asked).toBe(2);
  });

  test('for a moment only is left alone', async () => {
    await withRunning();
    await hangsFor(HUNG_MS / 2);
    const { length } = host.rows;
    await host.until(() => host.rows.length > length + 3);
    expect(host.last().state).toBe('ready');
  });
});

describe('an agent that is started again', () => {
  test('goes on with the drain it finds', async () => {
    await withRunning();
    host.imds.targetLifecycleState = 'Terminated';
    await host.until(isDone('gate'));
    // Nothing else tells the new one of it.
    host.imds.targetLifecycleState = 'InService';
    await host.restartAgent();
    const { length } = host.rows;
    await host.until(() => host.rows.length > length + 3);
    expect(host.last()).toMatchObject({ state: 'draining', detail: 'termination', running: 1 });
  });

  test('finds a healthy engine and is ready again', async () => {
    await ready();
    await host.restartAgent();
    const { length } = host.rows;
    await host.until(() => host.rows.length > length && isState('ready')());
    expect(await drainText(host)).toBeNull();
  });

  test('stays failed', async () => {
    host.boot = 'failed image manifest unknown';
    await host.until(isState('failed'));
    await host.until(isDone('gate'));
    host.boot = null;
    await host.restartAgent();
    const { length } = host.rows;
    await host.until(() => host.rows.length > length);
    expect(host.last()).toMatchObject({ state: 'failed', detail: 'image: manifest unknown' });
  });
});

describe('when the system stops', () => {
  test('the agent drains the host and ends, its last row written', async () => {
    await ready();
    await host.shutDown();
    expect(host.last()).toMatchObject({ state: 'drained', detail: 'shutdown' });
    expect(host.done).toContain('stop');
  });

  test('it ends though the table never answers', async () => {
    await ready();
    host.write = () => new Promise(() => undefined);
    await host.shutDown();
    expect(host.done).toContain('stop');
  });

  test('it ends though the gate cannot be closed', async () => {
    await ready();
    mkdirSync(host.drainFile);
    await host.shutDown();
    expect(host.last().state).toBe('drained');
    expect(host.log).toContainEqual({
      event: 'trouble',
      details: { what: 'gate', message: expect.stringContaining('EISDIR') as string },
    });
  });
});
