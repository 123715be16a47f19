/** The ledger when its table is slow, wrong or gone; and what a request waits for. */
import { tableLedger } from '../../lambda/router/stores/ledger-table';
import type { Reservation, ReserveRequest } from '../../lambda/router/stores/stores';
import { sweepReservations } from '../../lambda/router/stores/sweep-reservations';
import { type Item, numberIn } from '../../lib/tables/attributes';
import { ledgerKey } from '../../lib/tables/ledger-item';
import { BROKEN } from '../support/fake-dynamo';
import { DENIED, FailingTables } from '../support/failing-tables';

const on = FailingTables.inEachTest();

describe('the ledger', () => {
  const CAPPED: ReserveRequest = {
    tenant: 'a',
    usd: 1,
    caps: { tenantUsd: 10, accountUsd: null },
    rates: null,
  };
  const UNCAPPED: ReserveRequest = { ...CAPPED, caps: { tenantUsd: null, accountUsd: null } };
  const ledger = () =>
    tableLedger({ dynamo: on.tables.dynamo, table: on.tables.ledger, nowMs: on.nowMs, report: on.report });
  const totals = async () => {
    const input = { TableName: on.tables.ledger, Key: ledgerKey('2026-11') };
    const { Item = {} } = await on.tables.dynamo.call<{ Item?: Item }>('GetItem', input);
    return { total: numberIn(Item, 'total') ?? 0, settled: numberIn(Item, 'settled') ?? 0 };
  };
  const passed = (answer: Awaited<ReturnType<ReturnType<typeof ledger>['reserve']>>): Reservation => {
    if (!answer.ok) throw new Error(answer.reason);
    return answer;
  };

  test('asks nothing for what costs no tokens and has no rates', async () => {
    const free = passed(await ledger().reserve({ ...CAPPED, usd: 0 }));
    await free.settle(0, 1_000);
    expect(on.fake.calls).toEqual([]);
  });

  test('makes nobody wait who has no cap', async () => {
    on.fake.next({ kind: 'delay', ms: 400 });
    const startedMs = performance.now();
    const reserved = passed(await ledger().reserve(UNCAPPED));
    expect(performance.now() - startedMs).toBeLessThan(350);
    await reserved.settle(0.5, 0);
    expect(await totals()).toEqual({ total: 0.5e9, settled: 0.5e9 });
  });

  test('closes a target under a cap while its table fails', async () => {
    on.fake.always(DENIED);
    expect(await ledger().reserve(CAPPED)).toEqual({ ok: false, reason: 'unavailable', retryAfterSeconds: 1 });
    expect(on.failures).toMatchObject([{ table: 'ledger', operation: 'reserve', error: 'AccessDeniedException' }]);
  });

  test('lets a target without a cap go on while its table fails, and books the cost when it is back', async () => {
    on.fake.next(DENIED);
    const reserved = passed(await ledger().reserve(UNCAPPED));
    await reserved.settle(0.5, 0);
    expect(on.failures).toMatchObject([{ operation: 'reserve', detail: { tenant: 'a', nanoUsd: 1e9 } }]);
    expect(await totals()).toEqual({ total: 0.5e9, settled: 0.5e9 });
  });

  test('says what it could not book, and does not fail the request for it', async () => {
    const reserved = passed(await ledger().reserve(CAPPED));
    on.fake.always(BROKEN);
    await reserved.settle(0.5, 0);
    expect(on.failures).toEqual([
      {
        table: 'ledger',
        operation: 'settle',
        error: 'InternalServerError',
        detail: { month: '2026-11', tenant: 'a', bucket: expect.any(Number) as number, nanoUsd: 0.5e9 },
      },
    ]);
  });

  test('never loses a cost to an answer that was lost: it may count twice', async () => {
    const reserved = passed(await ledger().reserve(CAPPED));
    on.fake.next({ kind: 'lose_answer' });
    await reserved.settle(0.5, 0);
    expect(on.failures).toEqual([]);
    on.now += 3_600_000;
    await sweepReservations(on.tables.dynamo, on.tables.ledger, on.now);
    expect(await totals()).toEqual({ total: 1e9, settled: 1e9 });
  });

  test('gives back a reservation that was made twice because its answer was lost', async () => {
    on.fake.next({ kind: 'lose_answer' });
    const reserved = passed(await ledger().reserve(CAPPED));
    expect(await totals()).toEqual({ total: 2e9, settled: 0 });
    await reserved.settle(0.5, 0);
    on.now += 3_600_000;
    await sweepReservations(on.tables.dynamo, on.tables.ledger, on.now);
    expect(await totals()).toEqual({ total: 0.5e9, settled: 0.5e9 });
  });

  test('leaves a window alone that is settled while it is swept', async () => {
    const reserved = passed(await ledger().reserve(CAPPED));
    on.now += 3_600_000;
    const { call } = on.tables.dynamo;
    let isSettled = false;
    const racing = {
      call: async <Output>(operation: string, input: object): Promise<Output> => {
        const answer = await call<Output>(operation, input);
        if (!isSettled) await reserved.settle(0.25, 0);
        isSettled = true;
        return answer;
      },
    };
    expect(await sweepReservations(racing, on.tables.ledger, on.now)).toEqual({ nanoUsd: 0, closed: 0, contended: 1 });
    expect(await totals()).toEqual({ total: 0.25e9, settled: 0.25e9 });
  });

  test('holds no rate while its table fails, and a cap all the same', async () => {
    const rated = { ...UNCAPPED, usd: 0, rates: { requestsPerMinute: 1, tokensPerMinute: 10 } };
    on.fake.always(DENIED);
    await passed(await ledger().reserve(rated)).settle(0, 5);
    expect(on.failures.map(({ operation }) => operation)).toEqual(['count', 'count_tokens']);
    expect(await ledger().reserve({ ...rated, ...CAPPED })).toMatchObject({ reason: 'unavailable' });
  });

  test('makes one call a request waits for, and one more at the same time where there are rates', async () => {
    const books = ledger();
    await passed(await books.reserve(CAPPED)).settle(0.5, 0);
    expect(on.fake.calls.map(({ operation }) => operation)).toEqual(['UpdateItem', 'UpdateItem']);
    on.fake.calls.length = 0;
    on.fake.always({ kind: 'delay', ms: 400 });
    const startedMs = performance.now();
    passed(await books.reserve({ ...CAPPED, rates: { requestsPerMinute: 5, tokensPerMinute: null } }));
    expect(performance.now() - startedMs).toBeLessThan(750);
    expect(on.fake.calls).toHaveLength(2);
  });
});
