import fc from 'fast-check';
import { HUNG_MS, RESTARTS_WITHIN_MS } from '../../lib/capacity/watchdog';
import { QUIET_MS, REFUSE_AFTER_MS, STOP_BEFORE_END_MS, STOP_WAIT_MS } from '../../lib/capacity/drain';
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
const STARTING: HostInput = { kind: 'engine', process: 'starting' };
const DONE: HostInput = { kind: 'boot', phase: 'done', failed: false };
const DOWN: HostInput = { kind: 'engine', process: 'down' };
const GIVEN_UP: HostInput = { kind: 'engine', process: 'failed' };
const running = (count: number, waiting = 0, tokens: number | null = null): HostInput => ({
  kind: 'load',
  load: { running: count, waiting, kvUse: 0.5, tokens },
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
/** When the gate of a host that drains from 0 on is closed. */
const G = REFUSE_AFTER_MS;

describe('on the way to ready', () => {
  test.each<[string, readonly (readonly [number, HostInput])[], string, string]>([
    ['nothing is known', [[0, CLOCK]], 'booting', ''],
    ['the boot script is at work', [[0, { kind: 'boot', phase: 'image', failed: false }]], 'booting', 'image'],
    ['the process is there', [[0, UP]], 'booting', ''],
    ['a completion came before any health', [[0, COMPLETED]], 'booting', ''],
    [
      'the engine is healthy',
      [
        [0, UP],
        [1, HEALTHY],
      ],
      'warming',
      'first token',
    ],
    [
      'the completion failed',
      [
        [0, HEALTHY],
        [1, { kind: 'completion', ok: false }],
      ],
      'warming',
      'first token',
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
    [
      'the boot script failed and said why',
      [[0, { kind: 'boot', phase: 'image', failed: true, reason: 'no such image' }]],
      'failed',
      'image: no such image',
    ],
    ['the boot script is done', [[0, DONE]], 'booting', 'weights'],
    [
      'the weights are loaded',
      [
        [0, DONE],
        [1, { kind: 'log', weights: true, trouble: null }],
      ],
      'booting',
      'compile',
    ],
    [
      'there is not enough memory, and the engine begins again',
      [
        [0, UP],
        [1, { kind: 'log', weights: true, trouble: { phase: 'memory', reason: 'CUDA out of memory' } }],
        [2, STARTING],
      ],
      'failed',
      'memory: CUDA out of memory',
    ],
    [
      'there is not enough memory, and the engine has not ended yet',
      [
        [0, UP],
        [1, { kind: 'log', weights: true, trouble: { phase: 'memory', reason: 'CUDA out of memory' } }],
      ],
      'booting',
      '',
    ],
    [
      'weights could not be read once, and the engine begins again',
      [
        [0, { kind: 'log', weights: false, trouble: { phase: 'weights', reason: 'AccessDenied' } }],
        [2, STARTING],
      ],
      'booting',
      '',
    ],
    [
      'systemd gave up an engine that could not read its weights',
      [
        [0, { kind: 'log', weights: false, trouble: { phase: 'weights', reason: 'AccessDenied' } }],
        [2, GIVEN_UP],
      ],
      'failed',
      'weights: AccessDenied',
    ],
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
      'first token',
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

  test('is counted, once however it was lost, and only if it had served', () => {
    const losses: readonly (readonly HostInput[])[] = [[DOWN, STARTING, UP, REFUSED], [BAD, BAD, BAD, BAD], [REFUSED]];
    for (const inputs of losses) {
      const lost = inputs.reduce((state, input) => step(state, input, 1), READY);
      expect(report(lost).engineFailures).toBe(1);
      const back = [UP, HEALTHY, COMPLETED].reduce((state, input) => step(state, input, 2), lost);
      expect([report(back).state, report(back).engineFailures]).toEqual(['ready', 1]);
      expect(report(step(back, DOWN, 3)).engineFailures).toBe(2);
    }
    const never = after([
      [0, UP],
      [1, HEALTHY],
      [2, DOWN],
    ]);
    expect([report(never).state, report(never).engineFailures]).toEqual(['booting', 0]);
  });

  test('has no load', () => {
    expect(report(READY).running).toBe(2);
    expect(report(step(READY, DOWN, 1))).toMatchObject({ running: 0, waiting: 0, kvUse: 0 });
    expect(report(step(READY, REFUSED, 1))).toMatchObject({ running: 0, waiting: 0, kvUse: 0 });
  });
});

describe('an engine that hangs', () => {
  /** Seen every ten seconds with a request and the same count, from `fromMs` on, for so long. */
  const stuck = (fromMs: number, forMs: number, tokens = 7): (readonly [number, HostInput])[] =>
    Array.from({ length: forMs / 10_000 + 1 }, (_, at) => [fromMs + at * 10_000, running(1, 0, tokens)] as const);
  const hangs = (from: HostState, fromMs: number): HostState => after(stuck(fromMs, HUNG_MS), from);
  const restart = (state: HostState): boolean => orders(state).restartEngine;

  test('is told to start again, once, and takes nothing meanwhile', () => {
    const now = hangs(READY, 0);
    expect([report(now).state, report(now).detail, restart(now)]).toEqual(['booting', 'hung', true]);
    const asked = step(now, { kind: 'restarted' }, HUNG_MS);
    expect([restart(asked), report(asked).engineFailures]).toEqual([false, 1]);
    // It is the old one that says so.
    expect(report(step(asked, HEALTHY, HUNG_MS)).state).toBe('booting');
    const back = after(
      [
        [HUNG_MS, REFUSED],
        [HUNG_MS, HEALTHY],
        [HUNG_MS, COMPLETED],
      ],
      asked,
    );
    expect(report(back).state).toBe('ready');
  });

  test.each<[string, readonly (readonly [number, HostInput])[]]>([
    ['not yet', stuck(0, HUNG_MS - 10_000)],
    ['its count moves', [...stuck(0, HUNG_MS - 10_000), [HUNG_MS, running(1, 0, 8)]]],
    ['nothing runs', Array.from({ length: 20 }, (_, at) => [at * 10_000, running(0, 0, 7)] as const)],
    ['it does not count', Array.from({ length: 20 }, (_, at) => [at * 10_000, running(1, 0, null)] as const)],
    ['it was idle meanwhile', [...stuck(0, 60_000), [70_000, running(0, 0, 7)], ...stuck(80_000, 60_000)]],
  ])('is none while %s', (_name, inputs) => {
    expect(report(after(inputs, READY)).state).toBe('ready');
  });

  test('is one too where all its requests wait', () => {
    const waits = Array.from({ length: 13 }, (_, at) => [at * 10_000, running(0, 15, 7)] as const);
    expect(restart(after(waits, READY))).toBe(true);
  });

  const again = (state: HostState, nowMs: number): HostState =>
    after(
      [
        [nowMs, { kind: 'restarted' }],
        [nowMs, REFUSED],
        [nowMs, UP],
        [nowMs, HEALTHY],
        [nowMs, COMPLETED],
      ],
      state,
    );

  test('for the third time within an hour, its host is given up', () => {
    const once = again(hangs(READY, 0), 130_000);
    const twice = again(hangs(once, 200_000), 330_000);
    expect(report(twice).state).toBe('ready');
    const third = hangs(twice, 400_000);
    expect([report(third).state, report(third).detail, orders(third).refuse]).toEqual(['failed', 'hung', true]);
    expect(report(third).engineFailures).toBe(2);
  });

  test('now and then is started again each time', () => {
    const once = again(hangs(READY, 0), 130_000);
    const twice = again(hangs(once, 200_000), 330_000);
    const later = 330_000 + RESTARTS_WITHIN_MS;
    expect(restart(hangs(twice, later))).toBe(true);
  });

  test('that says nothing any more is started again too, and one that loads for the first time is not', () => {
    const deaf = [0, 1, 2, HUNG_MS + 2].map((atMs) => [atMs, BAD] as const);
    expect(restart(after(deaf, READY))).toBe(true);
    expect(report(after(deaf, READY)).engineFailures).toBe(1);
    expect(restart(after(deaf))).toBe(false);
  });

  test('while it drains is stopped in time, and not started again', () => {
    const state = after([[1, interrupted(END)], ...stuck(10, HUNG_MS)], READY);
    expect([restart(state), orders(state).stopEngine]).toEqual([false, true]);
  });
});

describe('a drain', () => {
  const drained = (...inputs: (readonly [number, HostInput])[]): HostState =>
    after([[0, interrupted(END)], ...inputs], READY);
  const terminated = (...inputs: (readonly [number, HostInput])[]): HostState =>
    after([[0, { kind: 'notice', reason: 'termination', endsMs: END }], ...inputs], READY);
  const told = (state: HostState): unknown => ({ ...orders(state), ...report(state) });

  test('says so at once, closes the gate when routers have read it, and leaves what runs', () => {
    const draining = { state: 'draining', detail: 'termination', stopEngine: false };
    const [open, closed] = [
      { ...draining, refuse: false, open: true },
      { ...draining, refuse: true, open: false },
    ];
    expect(told(terminated([1, running(2)]))).toMatchObject(open);
    expect(told(terminated([REFUSE_AFTER_MS - 1, CLOCK]))).toMatchObject(open);
    expect(told(terminated([REFUSE_AFTER_MS, CLOCK]))).toMatchObject(closed);
  });

  test('of an interrupted host takes requests until the engine is stopped, though nothing runs', () => {
    const draining = { state: 'draining', detail: 'interruption' };
    expect(told(drained([1, running(0)], [STOP_BY - 1, running(0)]))).toMatchObject({
      ...draining,
      refuse: false,
      open: true,
      stopEngine: false,
    });
    expect(told(drained([STOP_BY, CLOCK]))).toMatchObject({ ...draining, refuse: true, open: false, stopEngine: true });
  });

  test.each<[string, readonly (readonly [number, HostInput])[]]>([
    ['has no engine', [[1, DOWN]]],
    ['has an engine that does not listen', [[1, REFUSED]]],
    ['has no time left', [[1, { kind: 'notice', reason: 'shutdown', endsMs: STOP_BEFORE_END_MS }]]],
  ])('of a host that %s closes the gate at once', (_name, inputs) => {
    expect(orders(drained(...inputs)).refuse).toBe(true);
  });

  test.each<[string, readonly (readonly [number, HostInput])[], boolean]>([
    ['one look at an idle engine', [[G, running(0)]], false],
    [
      'an idle engine behind a gate that is open',
      [
        [0, running(0)],
        [G - 1, running(0)],
      ],
      false,
    ],
    [
      'an idle engine for long enough',
      [
        [G, CLOCK],
        [G, running(0)],
        [G + QUIET_MS, running(0)],
      ],
      true,
    ],
    [
      'time alone',
      [
        [G, CLOCK],
        [G, running(0)],
        [G + QUIET_MS, CLOCK],
      ],
      false,
    ],
    [
      'requests that wait',
      [
        [G, CLOCK],
        [G, running(0, 1)],
        [G + 8_000, running(0, 1)],
      ],
      false,
    ],
    [
      'a request that came through meanwhile',
      [
        [G, CLOCK],
        [G, running(0)],
        [G + 1_000, running(1)],
        [G + QUIET_MS, running(0)],
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
    expect(told(terminated(...inputs))).toMatchObject({ state: 'draining', stopEngine });
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
    fc.nat({ max: 2 }).map((count) => running(count, 0, 7)),
    fc.constant<HostInput>({ kind: 'restarted' }),
    fc.constant<HostInput>({ kind: 'log', weights: true, trouble: { phase: 'memory', reason: 'x' } }),
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

  test('after a drain began it only goes on to its end, and the gate that is closed stays closed', () => {
    const order = ['draining', 'drained'];
    fc.assert(
      fc.property(life, (steps) =>
        live(steps, (before, _one, now) => {
          const was = order.indexOf(before.phase.name);
          if (was < 0) return;
          expect(order.indexOf(now.phase.name)).toBeGreaterThanOrEqual(was);
          if (orders(before).refuse || now.phase.name === 'drained') expect(orders(now).refuse).toBe(true);
          if (orders(now).stopEngine) expect(orders(now).refuse).toBe(true);
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
