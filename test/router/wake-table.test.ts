/** What controllers are told, when many say it at once and when their table fails. */
import type { WakeStore } from '../../lambda/router/stores/stores';
import { tableWakes } from '../../lambda/router/stores/wake-table';
import type { Item } from '../../lib/tables/attributes';
import { readWakeItem } from '../../lib/tables/wake-item';
import type { WakeRow } from '../../lib/tables/wake-row';
import { DENIED, FailingTables, NOON } from '../support/failing-tables';

const on = FailingTables.inEachTest();

const store = (): WakeStore =>
  tableWakes({ dynamo: on.tables.dynamo, tables: { llama: on.tables.fleets }, nowMs: on.nowMs, report: on.report });

async function stored(): Promise<WakeRow | null> {
  const Key = { fleet: { S: 'llama' }, id: { S: 'wake' } };
  const { Item } = await on.tables.dynamo.call<{ Item?: Item }>('GetItem', { TableName: on.tables.fleets, Key });
  return Item === undefined ? null : readWakeItem(Item);
}

test('a request that waits is told at once, and further ones at most once a second', async () => {
  const wakes = store();
  await Promise.all(Array.from({ length: 20 }, () => wakes.held('llama')));
  expect(await stored()).toEqual({ fleet: 'llama', heldMs: NOON, coveredNanoUsd: 0 });
  on.now += 999;
  await wakes.held('llama');
  expect(on.asked('UpdateItem')).toBe(1);
  on.now += 1;
  await wakes.held('llama');
  expect(on.asked('UpdateItem')).toBe(2);
  expect(await stored()).toMatchObject({ heldMs: NOON + 1_000 });
});

test('what covered requests cost is added up over all processes', async () => {
  const [one, other] = [store(), store()];
  await Promise.all([one.covered('llama', 0.25), other.covered('llama', 0.5), one.covered('llama', 1e-9)]);
  await other.held('llama');
  expect(await stored()).toEqual({ fleet: 'llama', heldMs: NOON, coveredNanoUsd: 750_000_001 });
});

test('a cover that cost nothing is not worth a write', async () => {
  await store().covered('llama', 0);
  expect(on.asked('UpdateItem')).toBe(0);
});

test('a fleet without a table is nobody’s to wake', async () => {
  await store().held('other');
  await store().covered('other', 1);
  expect(on.fake.calls).toEqual([]);
});

test('a write that fails is a line in the log and no error', async () => {
  on.fake.always(DENIED);
  const wakes = store();
  await wakes.held('llama');
  await wakes.covered('llama', 1);
  const failure = { table: 'fleet', error: 'AccessDeniedException', detail: { fleet: 'llama' } };
  expect(on.failures).toEqual([
    { ...failure, operation: 'held' },
    { ...failure, operation: 'covered' },
  ]);
});
