/**
 * What the fleets' controllers are told, in each fleet's own table. Nobody waits for it before the answer, and a write
 * that fails is a line in the log: the next request says the same again.
 */
import { type ReportFailure, errorName } from '../../../lib/records/table-failure';
import type { UpdateInput } from '../../../lib/tables/update';
import { coveredUpdate, heldUpdate } from '../../../lib/tables/wake-item';
import type { Dynamo } from '../../aws/dynamo';
import type { WakeStore } from './stores';

/** Requests that wait together are one piece of news. */
const HELD_EVERY_MS = 1_000;

export interface WakeTableOptions {
  readonly dynamo: Dynamo;
  /** Table of each fleet that has one. */
  readonly tables: Readonly<Record<string, string>>;
  readonly nowMs: () => number;
  readonly report: ReportFailure;
}

export function tableWakes({ dynamo, tables, nowMs, report }: WakeTableOptions): WakeStore {
  const toldMs = new Map<string, number>();
  const write = async (fleet: string, operation: string, make: (table: string) => UpdateInput): Promise<void> => {
    const table = tables[fleet];
    if (table === undefined) return;
    try {
      await dynamo.call('UpdateItem', make(table));
    } catch (error) {
      report({ table: 'fleet', operation, error: errorName(error), detail: { fleet } });
    }
  };
  return {
    held: async (fleet) => {
      const now = nowMs();
      if (now - (toldMs.get(fleet) ?? -Infinity) < HELD_EVERY_MS) return;
      toldMs.set(fleet, now);
      await write(fleet, 'held', (table) => heldUpdate(table, fleet, now));
    },
    covered: async (fleet, usd) => {
      // A cover that costs nothing is none that waking would be weighed against.
      if (usd > 0) await write(fleet, 'covered', (table) => coveredUpdate(table, fleet, usd));
    },
  };
}
