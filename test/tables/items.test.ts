/** Items of the tables: written, read again, and what a strange one counts as. */
import fc from 'fast-check';
import { CLASSES } from '../../config/vocabulary';
import { number, numberIn, text, textIn } from '../../lib/tables/attributes';
import { commandItem, readCommandItem } from '../../lib/tables/command-item';
import type { CommandRow } from '../../lib/tables/command-row';
import { fleetItem, readFleetItem } from '../../lib/tables/fleet-item';
import { type FleetReplicaRow, REPLICA_STATES } from '../../lib/tables/fleet-row';
import { type StoredKey, keyItem, readKeyItem } from '../../lib/tables/key-item';
import { lapsedBookings, reserveUpdate, releaseUpdate, settleUpdate, totalsIn } from '../../lib/tables/ledger-item';
import { readStatusItem, statusItem } from '../../lib/tables/status-item';
import { FLEET_STATES } from '../../lib/tables/status-row';
import { coveredUpdate, heldUpdate, readWakeItem } from '../../lib/tables/wake-item';
import { statusOf } from '../support/fleet-status';
import { countRequestUpdate, uncountRequestUpdate } from '../../lib/tables/rate-item';

const natural = fc.nat(Number.MAX_SAFE_INTEGER);

describe('a key', () => {
  const key = fc.record({
    hash: fc.stringMatching(/^[0-9a-f]{64}$/),
    tenant: fc.string({ minLength: 1 }),
    floor: fc.constantFrom(...CLASSES),
    expiresMs: fc.option(natural),
    createdMs: natural,
  });

  test('comes back as it was written', () => {
    fc.assert(fc.property(key, (row) => expect(readKeyItem(keyItem(row))).toEqual(row)));
  });

  const ROW: StoredKey = { hash: 'h', tenant: 't', floor: 'public', expiresMs: 1_000, createdMs: 5 };

  test('may be deleted a month after it expired, and never if it does not expire', () => {
    expect(numberIn(keyItem(ROW), 'ttl')).toBe(1 + 30 * 24 * 3600);
    expect(keyItem({ ...ROW, expiresMs: null })).not.toHaveProperty('ttl');
  });

  test.each([
    ['no tenant', { tenant: undefined }],
    ['a tenant that is a number', { tenant: number(1) }],
    ['a floor that is none', { floor: text('none') }],
    ['no floor', { floor: undefined }],
    ['an end that is no number', { expiresMs: text('soon') }],
    ['an end beyond all numbers', { expiresMs: { N: '1e999' } }],
  ])('with %s is none', (_, change) => {
    const item = Object.fromEntries(
      Object.entries({ ...keyItem(ROW), ...change }).filter(([, value]) => value !== undefined),
    );
    expect(readKeyItem(item as ReturnType<typeof keyItem>)).toBeNull();
  });
});

describe('a command', () => {
  const ROW: CommandRow = { fleet: 'llama', id: 'command#1', command: 'drain', stage: 'none', givenMs: 1 };

  test('comes back as it was written, for a fleet and for one host', () => {
    for (const row of [ROW, { ...ROW, instance: 'i-1' }, { ...ROW, command: 'stage', stage: 'zero' } as const]) {
      expect(readCommandItem(commandItem(row))).toEqual(row);
    }
  });
});

describe('a replica', () => {
  const ROW: FleetReplicaRow = {
    fleet: 'llama',
    id: 'replica#i-1',
    state: 'ready',
    url: 'https://10.0.0.1:8443',
    certificateSha256: 'ab',
    heartbeatMs: 1,
    sequence: 2,
    running: 3,
    waiting: 4,
    kvUse: 0.5,
    detail: 'x',
  };

  test('comes back as it was written, in each state', () => {
    for (const state of REPLICA_STATES) expect(readFleetItem(fleetItem({ ...ROW, state }))).toEqual({ ...ROW, state });
  });

  const TIMELINE = { launchedMs: 1, imageMs: 2, weightsMs: null, compiledMs: null, firstTokenMs: null };

  test('comes back with how its boot went, what it was launched from, its risk, and its engine’s failures', () => {
    for (const atRisk of [true, false]) {
      const row: FleetReplicaRow = { ...ROW, atRisk, templateVersion: 'ab12', timeline: TIMELINE, engineFailures: 3 };
      expect(readFleetItem(fleetItem(row))).toEqual(row);
    }
    expect(fleetItem({ ...ROW, timeline: TIMELINE })).not.toHaveProperty('weightsMs');
  });

  test('that has just begun to boot has neither address nor load', () => {
    const { fleet, id, state, heartbeatMs, sequence } = fleetItem({ ...ROW, state: 'booting' });
    expect(readFleetItem({ fleet, id, state, heartbeatMs, sequence } as ReturnType<typeof fleetItem>)).toMatchObject({
      url: '',
      running: 0,
      kvUse: 0,
    });
  });

  test.each([
    ['another row of the fleet', { id: text('wanted') }],
    ['a row in an unknown state', { state: text('asleep') }],
    ['a row without a heartbeat', { heartbeatMs: text('') }],
  ])('is not %s', (_, change) => {
    expect(readFleetItem({ ...fleetItem(ROW), ...change })).toBeNull();
  });
});

describe('a fleet’s status', () => {
  test('comes back as it was written, in each state, with or without a time', () => {
    for (const state of FLEET_STATES) {
      for (const etaMs of [null, 5]) {
        const row = statusOf({ state, etaMs, reason: 'at_maximum', wanted: 2, readyReplicas: 1, changedMs: 7 });
        expect(readStatusItem(statusItem(row))).toEqual(row);
      }
    }
  });

  test('of a state alone is the least that there is', () => {
    const { fleet, id, state } = statusItem(statusOf());
    expect(readStatusItem({ fleet, id, state } as ReturnType<typeof statusItem>)).toMatchObject({
      etaMs: null,
      wanted: 0,
    });
  });

  test.each([
    ['a replica’s row', { id: text('replica#i-1') }],
    ['one in an unknown state', { state: text('warming') }],
  ])('is not %s', (_, change) => {
    expect(readStatusItem({ ...statusItem(statusOf()), ...change })).toBeNull();
  });
});

describe('a fleet’s wake row', () => {
  const KEY = { fleet: text('llama'), id: text('wake') };

  test('is written one attribute at a time, so that no router takes away what another wrote', () => {
    expect(heldUpdate('t', 'llama', 5)).toMatchObject({
      Key: KEY,
      UpdateExpression: 'SET #n0 = :v0',
      ExpressionAttributeNames: { '#n0': 'heldMs' },
      ExpressionAttributeValues: { ':v0': number(5) },
    });
    expect(coveredUpdate('t', 'llama', 0.000_000_5)).toMatchObject({
      Key: KEY,
      UpdateExpression: 'ADD #n0 :v0',
      ExpressionAttributeNames: { '#n0': 'coveredNanoUsd' },
      ExpressionAttributeValues: { ':v0': number(500) },
    });
  });

  test('is read with what of it is there', () => {
    expect(readWakeItem({ ...KEY, heldMs: number(5) })).toEqual({ fleet: 'llama', heldMs: 5, coveredNanoUsd: 0 });
    expect(readWakeItem({ ...KEY, coveredNanoUsd: number(7) })).toEqual({
      fleet: 'llama',
      heldMs: 0,
      coveredNanoUsd: 7,
    });
    expect(readWakeItem({ ...KEY, id: text('status') })).toBeNull();
  });
});

describe('the month’s item', () => {
  const BOOKING = { month: '2026-11', bucket: 100, tenant: 'a:b', nanoUsd: 5 };
  const CAPS = { tenantUsd: 1e-8, accountUsd: 2e-8 };

  test('is asked for room under both caps by one condition, under placeholders alone', () => {
    expect(reserveUpdate('t', BOOKING, CAPS)).toEqual({
      TableName: 't',
      Key: { id: { S: '2026-11' } },
      UpdateExpression: 'ADD #n0 :v0, #n1 :v1, #n2 :v2',
      ConditionExpression: '(attribute_not_exists(#n0) OR #n0 <= :v3) AND (attribute_not_exists(#n1) OR #n1 <= :v4)',
      ExpressionAttributeNames: { '#n0': 'total', '#n1': 'total:a:b', '#n2': 'reserved:100:a:b' },
      ExpressionAttributeValues: {
        ':v0': { N: '5' },
        ':v1': { N: '5' },
        ':v2': { N: '5' },
        ':v3': { N: '15' },
        ':v4': { N: '5' },
      },
      ReturnValues: 'UPDATED_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
  });

  test('is asked nothing where there is no cap', () => {
    expect(reserveUpdate('t', BOOKING, { tenantUsd: null, accountUsd: null })).not.toHaveProperty(
      'ConditionExpression',
    );
  });

  test('moves what was set aside to what it cost, only if it is still set aside', () => {
    const { UpdateExpression, ConditionExpression, ExpressionAttributeNames, ExpressionAttributeValues } = settleUpdate(
      't',
      BOOKING,
      3,
    );
    expect(UpdateExpression).toBe('ADD #n0 :v0, #n1 :v1, #n2 :v2, #n3 :v3, #n4 :v4');
    expect(ConditionExpression).toBe('attribute_exists(#n4)');
    expect(Object.values(ExpressionAttributeNames)).toEqual([
      'settled',
      'settled:a:b',
      'total',
      'total:a:b',
      'reserved:100:a:b',
    ]);
    expect(Object.values(ExpressionAttributeValues).map((value) => 'N' in value && value.N)).toEqual([
      '3',
      '3',
      '-2',
      '-2',
      '-5',
    ]);
  });

  test('gives back a window only if it is as it was read', () => {
    expect(releaseUpdate('t', BOOKING)).toMatchObject({
      UpdateExpression: 'REMOVE #n0 ADD #n1 :v0, #n2 :v1',
      ConditionExpression: '#n0 = :v2',
      ExpressionAttributeValues: { ':v0': { N: '-5' }, ':v1': { N: '-5' }, ':v2': { N: '5' } },
    });
  });

  test('tells which windows are over, a minute after their end, also emptied ones', () => {
    const item = {
      id: text('2026-11'),
      total: number(9),
      'reserved:100:a:b': number(5),
      'reserved:100:c': number(0),
      'reserved:120:a:b': number(4),
      'reserved:x:a': number(1),
    };
    expect(lapsedBookings('2026-11', item, 100 * 60_000 + 59_999)).toEqual([]);
    expect(lapsedBookings('2026-11', item, 101 * 60_000)).toEqual([
      BOOKING,
      { month: '2026-11', bucket: 100, tenant: 'c', nanoUsd: 0 },
    ]);
  });

  test('tells its totals, and no other sum', () => {
    const item = {
      id: text('2026-11'),
      total: number(9),
      'total:a': number(4),
      settled: number(1),
      totally: number(2),
    };
    expect([...totalsIn(item)]).toEqual([
      ['total', 9],
      ['total:a', 4],
    ]);
  });
});

describe('the minute’s item', () => {
  const AT = Date.UTC(2026, 10, 21, 12, 0, 59);
  const NOBODY = { requestsPerMinute: null, tokensPerMinute: null };

  test.each([
    [
      { requestsPerMinute: 5, tokensPerMinute: 100 },
      '(attribute_not_exists(#n1) OR #n1 < :v3) AND (attribute_not_exists(#n2) OR #n2 < :v4)',
    ],
    [{ ...NOBODY, requestsPerMinute: 5 }, '(attribute_not_exists(#n1) OR #n1 < :v3)'],
    [{ ...NOBODY, tokensPerMinute: 5 }, '(attribute_not_exists(#n2) OR #n2 < :v3)'],
  ])('holds %j by %s', (rates, expected) => {
    const { ConditionExpression, Key } = countRequestUpdate('t', 'a', rates, AT);
    expect(ConditionExpression).toBe(expected);
    expect(textIn(Key, 'id')).toBe(`rate#a#${Math.floor(AT / 60_000)}`);
  });

  test('takes back what was counted in it, after its end too', () => {
    expect(uncountRequestUpdate('t', 'a', AT).Key).toEqual(countRequestUpdate('t', 'a', NOBODY, AT).Key);
    expect(uncountRequestUpdate('t', 'a', AT)).not.toHaveProperty('ConditionExpression');
  });
});
