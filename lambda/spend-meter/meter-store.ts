/**
 * What the meter keeps in the ledger table: its own item, one of what fleets were told, and the GPU's share of each month's
 * item.
 *
 * A run first saves its state, on the condition that no other run has saved since it read, and then books the charges that
 * the state holds, on the condition that this run's are not booked. A run that dies between the two leaves its charges in
 * the state, and the next one books them. No transaction: one on the month's item would refuse the router's own updates of
 * it while it lasts.
 */
import type { Charges, MeterState } from '../../lib/spend/gpu-cost';
import type { ReachedStage } from '../../lib/spend/kill-switch';
import { toUsd } from '../../lib/spend/ledger';
import {
  GPU_ATTRIBUTE,
  GPU_RUN_ATTRIBUTE,
  KILL_SWITCH_ITEM,
  METER_ITEM,
  gpuOfFleetAttribute,
} from '../../lib/spend/meter-names';
import { type Item, number, numberIn, text, textIn } from '../../lib/tables/attributes';
import { LEDGER_TABLE_KEY } from '../../lib/tables/key-schemas';
import { ACCOUNT_TOTAL, ledgerKey } from '../../lib/tables/ledger-item';
import { type UpdateInput, update } from '../../lib/tables/update';
import { type Dynamo, isConditionFailed, itemOnFailure } from '../aws/dynamo';

export interface MeterStore {
  /** `null`: the meter has never run. */
  read(): Promise<MeterState | null>;
  /** `false`: another run has saved since, so this one's charges are not to be booked. */
  save(state: MeterState, last: MeterState | null): Promise<boolean>;
  /** Adds a run's charges to their months, once. */
  book(run: Pick<MeterState, 'runMs' | 'charges'>): Promise<void>;
  /** US dollars of the month, tokens and GPUs, settled and set aside. */
  spentUsd(month: string): Promise<number>;
  /** What fleets were told last of the kill switch. */
  readTold(): Promise<Told>;
  saveTold(told: Told): Promise<void>;
}

export interface Told {
  /** Counts the times that any fleet was told something. */
  readonly round: number;
  /** By fleet; one that is not in it was told nothing. */
  readonly stages: Readonly<Record<string, ReachedStage>>;
}

/** Attributes of the meter's item. */
const RUN = 'runMs';
const WRITER = 'writer';
const STATE = 'state';

const METER_KEY: Item = { [LEDGER_TABLE_KEY.partition]: text(METER_ITEM) };
const TOLD_KEY: Item = { [LEDGER_TABLE_KEY.partition]: text(KILL_SWITCH_ITEM) };

/** @param writer of this run alone: a run that comes second by a millisecond must not take the first one's state for its own */
export function meterStore({ call }: Dynamo, table: string, writer: string): MeterStore {
  const readItem = async (Key: Item): Promise<Item> =>
    (await call<{ Item?: Item }>('GetItem', { TableName: table, Key, ConsistentRead: true })).Item ?? {};

  return {
    read: async () => {
      const state = textIn(await readItem(METER_KEY), STATE);
      return state === undefined ? null : (JSON.parse(state) as MeterState);
    },

    save: async (state, last) => {
      try {
        await call('PutItem', {
          TableName: table,
          Item: {
            ...METER_KEY,
            [RUN]: number(state.runMs),
            [WRITER]: text(writer),
            [STATE]: text(JSON.stringify(state)),
          },
          ConditionExpression: last === null ? 'attribute_not_exists(#run)' : '#run = :last',
          ExpressionAttributeNames: { '#run': RUN },
          ...(last !== null && { ExpressionAttributeValues: { ':last': number(last.runMs) } }),
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        });
        return true;
      } catch (error) {
        if (!isConditionFailed(error)) throw error;
        // A call whose answer was lost is sent again, and then finds what it wrote itself.
        return textIn(itemOnFailure(error), WRITER) === writer;
      }
    },

    book: async ({ charges, runMs }) => {
      for (const [month, fleets] of Object.entries(charges)) {
        try {
          await call('UpdateItem', bookUpdate(table, month, fleets, runMs));
        } catch (error) {
          // Then it is booked already.
          if (!isConditionFailed(error)) throw error;
        }
      }
    },

    spentUsd: async (month) => {
      const item = await readItem(ledgerKey(month));
      return toUsd((numberIn(item, ACCOUNT_TOTAL) ?? 0) + (numberIn(item, GPU_ATTRIBUTE) ?? 0));
    },

    readTold: async () => {
      const told = textIn(await readItem(TOLD_KEY), STATE);
      return told === undefined ? { round: 0, stages: {} } : (JSON.parse(told) as Told);
    },

    saveTold: async (told) => {
      await call('PutItem', { TableName: table, Item: { ...TOLD_KEY, [STATE]: text(JSON.stringify(told)) } });
    },
  };
}

/** Adds what a run charged each fleet, unless its charges are in the month already. */
function bookUpdate(table: string, month: string, fleets: Charges[string], runMs: number): UpdateInput {
  const all = Object.values(fleets).reduce((sum, nanoUsd) => sum + nanoUsd, 0);
  return update(table, ledgerKey(month), {
    add: {
      [GPU_ATTRIBUTE]: all,
      ...Object.fromEntries(Object.entries(fleets).map(([fleet, nanoUsd]) => [gpuOfFleetAttribute(fleet), nanoUsd])),
    },
    set: { [GPU_RUN_ATTRIBUTE]: number(runMs) },
    when: [{ attribute: GPU_RUN_ATTRIBUTE, is: 'absentOrBelow', than: runMs }],
  });
}
