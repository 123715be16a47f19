import fc from 'fast-check';
import { QUIET_MS, STOP_BEFORE_END_MS, STOP_WAIT_MS } from '../../lib/capacity/drain';
import {
  BOOT_LIMIT_MS,
  HEALTH_MISSES,
  type HostInput,
  type HostState,
  WARM_LIMIT_MS,
  firstState,
  orders,
  report,
  step,
} from '../../lib/capacity/host-states';

const CLOCK: HostInput = { kind: 'clock' };
const HEALTHY: HostInput = { kind: 'health', answer: 'ok' };
const BAD: HostInput = { kind: 'health', answer: 'bad' };
const REFUSED: HostInput = { kind: 'health', answer: 'refused' };
const COMPLETED: HostInput = { kind: 'completion', ok: true };
const UP: HostInput = { kind: 'engine', process: 'up' };
const DOWN: HostInput = { kind: 'engine', process: 'down' };
const GIVEN_UP: HostInput = { kind: 'engine', process: 'failed' };
const running = (count: number, waiting = 0): HostInput => ({
  kind: 'load',
  load: { running: count, waiting, kvUse: 0.5 },
});
const interrupted = (endsMs: number): HostInput => ({ kind: 'notice', reason: 'interruption', endsMs });

/** Each input at its time, from a state at time 0. */
const after = (inputs: readonly (readonly [nowMs: number, input: HostInput])[], from = firstState(0)): HostState =>
  inputs.reduce((state, [nowMs, input]) => step(state, input, nowMs), from);

const READY = after([
  [0, UP],
  [0, HEALTHY],
  [0, COMPLETED],
  [0, running(2)],
]);
const END = 120_000;
const STOP_BY = END - STOP_BEFORE_END_MS;

describe('on the way to ready', () => {
  test.each<[string, readonly (readonly [number, HostInput])[], string, string]>([
    ['nothing is known', [[0, CLOCK]], 'booting', ''],
    ['the boot script is at work', [[0, { kind: 'boot', phase: 'image', failed: false }]], 'booting', ''],
    ['the process is there', [[0, UP]], 'booting', ''],
    ['a completion came before any health', [[0, COMPLETED]], 'booting', ''],
    [
      'the engine is healthy',
      [
        [0, UP],
        [1, HEALTHY],
      ],
      'warming',
      '',
    ],
    [
      'the completion failed',
      [
        [0, HEALTHY],
        [1, { kind: 'completion', ok: false }],
      ],
      'warming',
      '',
    ],
    [
      'it completed',
      [
        [0, HEALTHY],
        [1, COMPLETED],
      ],
      'ready',
      '',
    ],
    ['the boot script failed', [[0, { kind: 'boot', phase: 'image', failed: true }]], 'failed', 'image'],
    ['systemd gave up', [[0, GIVEN_UP]], 'failed', 'engine'],
    [
      'it never listened',
      [
        [0, UP],
        [BOOT_LIMIT_MS, CLOCK],
      ],
      'failed',
      'load',
    ],
    [
      'it loads for long',
      [
        [0, UP],
        [BOOT_LIMIT_MS - 1, CLOCK],
      ],
      'booting',
      '',
    ],
    [
      'it never completed',
      [
        [0, HEALTHY],
        [WARM_LIMIT_MS, CLOCK],
      ],
      'failed',
      'completion',
    ],
    [
      'it warms for long',
      [
        [0, HEALTHY],
        [WARM_LIMIT_MS - 1, CLOCK],
      ],
      'warming',
      '',
    ],
  ])('%s → %3$s', (_name, inputs, state, detail) => {
    expect(report(after(inputs))).toMatchObject({ state, detail });
  });

  test('a completion is asked for while warming only', () => {
    const asks = (...inputs: HostInput[]): boolean => orders(after(inputs.map((input) => [0, input]))).complete;
    expect([asks(), asks(UP), asks(HEALTHY), asks(HEALTHY, COMPLETED), asks(HEALTHY, interrupted(END))]).toEqual([
      false,
      false,
      true,
      false,
      false,
    ]);
  });
});

describe('an engine that is lost', () => {
  test.each<[string, readonly HostInput[], string]>([
    ['ended', [DOWN], 'booting'],
    ['is being started again', [{ kind: 'engine', process: 'starting' }], 'booting'],
    ['does not listen', [REFUSED], 'booting'],
    ['is late once', [BAD], 'ready'],
    ['is late now and then', [BAD, BAD, HEALTHY, BAD, BAD], 'ready'],
    ['is late too often', Array<HostInput>(HEALTH_MISSES).fill(BAD), 'booting'],
    ['was given up', [GIVEN_UP], 'failed'],
  ])('that %s: %3$s', (_name, inputs, state) => {
    expect(
      report(
        after(
          inputs.map((input) => [1, input] as const),
          READY,
        ),
      ).state,
    ).toBe(state);
  });

  test('is ready again only after another completion', () => {
    const back = after(
      [
        [1, DOWN],
        [2, UP],
        [3, HEALTHY],
      ],
      READY,
    );
    expect(report(back).state).toBe('warming');
    expect(report(step(back, COMPLETED, 4)).state).toBe('ready');
  });

  test('has no load', () => {
    expect(report(READY).running).toBe(2);
    expect(report(step(READY, DOWN, 1))).toMatchObject({ running: 0, waiting: 0, kvUse: 0 });
    expect(report(step(READY, REFUSED, 1))).toMatchObject({ running: 0, waiting: 0, kvUse: 0 });
  });
});

describe('a drain', () => {
  const drained = (...inputs: (readonly [number, HostInput])[]): HostState =>
    after([[0, interrupted(END)], ...inputs], READY);
  const told = (state: HostState): unknown => ({ ...orders(state), ...report(state) });

  test('closes the gate at once and leaves what runs', () => {
    expect(told(drained([1, running(2)]))).toMatchObject({
      state: 'draining',
      detail: 'interruption',
      refuse: true,
      stopEngine: false,
    });
  });

  test.each<[string, readonly (readonly [number, HostInput])[], boolean]>([
    ['one look at an idle engine', [[2_000, running(0)]], false],
    [
      'an idle engine for long enough',
      [
        [2_000, running(0)],
        [2_000 + QUIET_MS, running(0)],
      ],
      true,
    ],
    [
      'time alone',
      [
        [2_000, running(0)],
        [2_000 + QUIET_MS, CLOCK],
      ],
      false,
    ],
    [
      'requests that wait',
      [
        [2_000, running(0, 1)],
        [8_000, running(0, 1)],
      ],
      false,
    ],
    [
      'a request that came through meanwhile',
      [
        [2_000, running(0)],
        [3_000, running(1)],
        [2_000 + QUIET_MS, running(0)],
      ],
      false,
    ],
    [
      'an engine that does not say',
      [
        [2_000, { kind: 'load', load: null }],
        [90_000, { kind: 'load', load: null }],
      ],
      false,
    ],
    ['a request at the last moment', [[STOP_BY - 1, running(1)]], false],
    [
      'no time left',
      [
        [STOP_BY - 1, running(1)],
        [STOP_BY, CLOCK],
      ],
      true,
    ],
    ['an engine that does not listen', [[1, REFUSED]], true],
  ])('with %s: the engine is told to stop: %3$s', (_name, inputs, stopEngine) => {
    expect(told(drained(...inputs))).toMatchObject({ state: 'draining', stopEngine });
  });

  test('is over when the engine is gone', () => {
    expect(told(drained([STOP_BY, CLOCK], [STOP_BY + 1, DOWN]))).toMatchObject({
      state: 'drained',
      detail: 'interruption',
    });
    expect(told(drained([1, DOWN]))).toMatchObject({ state: 'drained' });
  });

  test('waits for an engine that does not end for a moment only', () => {
    expect(report(drained([STOP_BY, UP], [STOP_BY + STOP_WAIT_MS - 1, UP])).state).toBe('draining');
    expect(report(drained([STOP_BY, UP], [STOP_BY + STOP_WAIT_MS, UP])).state).toBe('drained');
  });

  test('keeps its first reason and takes the nearer end', () => {
    const sooner = drained([1, { kind: 'notice', reason: 'shutdown', endsMs: 60_000 }], [45_000, CLOCK]);
    expect(told(sooner)).toMatchObject({ detail: 'interruption', stopEngine: true });
    const later = drained([1, { kind: 'notice', reason: 'termination', endsMs: END * 2 }], [STOP_BY, CLOCK]);
    expect(told(later)).toMatchObject({ stopEngine: true });
  });

  test('of a host that never served ends at once', () => {
    const state = after([
      [0, UP],
      [1, REFUSED],
      [2, interrupted(END)],
    ]);
    expect(told(state)).toMatchObject({ state: 'draining', stopEngine: true });
  });

  test('does not begin at a recommendation: a risk is no loss', () => {
    const state = step(READY, { kind: 'rebalance' }, 1);
    expect([report(state).state, state.atRisk, orders(state).refuse]).toEqual(['ready', true, false]);
  });
});

describe('whatever happens in whatever order', () => {
  const input = fc.oneof<fc.Arbitrary<HostInput>[]>(
    fc.constantFrom<HostInput>(CLOCK, HEALTHY, BAD, REFUSED, { kind: 'rebalance' }),
    fc.boolean().map((ok) => ({ kind: 'completion', ok })),
    fc.boolean().map((failed) => ({ kind: 'boot', phase: 'image', failed })),
    fc.constantFrom('down', 'starting', 'up', 'failed').map((process) => ({ kind: 'engine', process })),
    fc.nat({ max: 2 }).map((count) => running(count)),
    fc.constant<HostInput>({ kind: 'load', load: null }),
    fc.record({
      kind: fc.constant('notice' as const),
      reason: fc.constantFrom('interruption' as const, 'termination' as const, 'shutdown' as const),
      endsMs: fc.nat({ max: 300_000 }),
    }),
  );
  /** What is more likely to get a host to ready than pure chance. */
  const opening = fc.constantFrom<readonly HostInput[]>([], [UP, HEALTHY], [UP, HEALTHY, COMPLETED, running(1)]);
  const life = fc
    .tuple(opening, fc.array(fc.tuple(fc.nat({ max: 20_000 }), input), { maxLength: 40 }))
    .map(([first, rest]) => [...first.map((one) => [0, one] as const), ...rest]);

  /** Calls `check` after each input, with the states before and after it. */
  function live(
    steps: readonly (readonly [number, HostInput])[],
    check: (before: HostState, input: HostInput, now: HostState, nowMs: number) => void,
  ): void {
    let state = firstState(0);
    let nowMs = 0;
    for (const [passedMs, one] of steps) {
      nowMs += passedMs;
      const before = state;
      state = step(before, one, nowMs);
      check(before, one, state, nowMs);
    }
  }

  test('it is never ready without a completion', () => {
    fc.assert(
      fc.property(life, (steps) =>
        live(steps, (before, one, now) => {
          if (now.phase.name !== 'ready' || before.phase.name === 'ready') return;
          expect([before.phase.name, one]).toEqual(['warming', COMPLETED]);
        }),
      ),
      { numRuns: 500 },
    );
  });

  test('after a drain began it only goes on to its end, with the gate closed', () => {
    const order = ['draining', 'drained'];
    fc.assert(
      fc.property(life, (steps) =>
        live(steps, (before, _one, now) => {
          const was = order.indexOf(before.phase.name);
          if (was < 0) return;
          expect(order.indexOf(now.phase.name)).toBeGreaterThanOrEqual(was);
          expect(orders(now).refuse).toBe(true);
        }),
      ),
      { numRuns: 500 },
    );
  });

  test('no later than 15 s before its end the engine is told to stop, and 10 s later the host is drained', () => {
    fc.assert(
      fc.property(life, (steps) => {
        let endsMs = Infinity;
        let stopSeenMs = Infinity;
        live(steps, (_before, one, now, nowMs) => {
          if (one.kind === 'notice' && now.phase.name !== 'failed') endsMs = Math.min(endsMs, one.endsMs);
          if (orders(now).stopEngine) stopSeenMs = Math.min(stopSeenMs, nowMs);
          if (nowMs >= endsMs - STOP_BEFORE_END_MS) expect(orders(now).stopEngine).toBe(true);
          if (nowMs >= stopSeenMs + STOP_WAIT_MS) expect(['drained', 'failed']).toContain(now.phase.name);
        });
      }),
      { numRuns: 500 },
    );
  });

  test('requests that run are not cut short before that', () => {
    fc.assert(
      fc.property(life, (steps) => {
        let endsMs = Infinity;
        live(steps, (before, one, now, nowMs) => {
          if (one.kind === 'notice') endsMs = Math.min(endsMs, one.endsMs);
          if (now.phase.name !== 'draining' || orders(before).stopEngine || !orders(now).stopEngine) return;
          const { process, health, load } = now.seen;
          const serves = process !== 'down' && process !== 'failed' && health !== 'refused';
          if (serves && nowMs < endsMs - STOP_BEFORE_END_MS) expect(load).toMatchObject({ running: 0, waiting: 0 });
        });
      }),
      { numRuns: 500 },
    );
  });
});
