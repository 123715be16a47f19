/**
 * Gives back what processes that died had set aside: whatever is left of a window when all its requests are over. To be
 * run every few minutes; twice at a time does no harm, and what one run leaves the next one finds.
 */
import type { Item } from '../../../lib/tables/attributes';
import { openMonths } from '../../../lib/spend/ledger';
import { lapsedBookings, ledgerKey, releaseUpdate } from '../../../lib/tables/ledger-item';
import { type Dynamo, isConditionFailed } from '../../aws/dynamo';

export interface Swept {
  /** Given back, in nano-US-dollars. */
  readonly nanoUsd: number;
  /** Windows closed. */
  readonly closed: number;
  /** Windows that somebody settled at the same moment: left for the next run. */
  readonly contended: number;
}

/** Rejects with an `AwsError` where the table fails. */
export async function sweepReservations(dynamo: Dynamo, table: string, nowMs: number): Promise<Swept> {
  const swept = { nanoUsd: 0, closed: 0, contended: 0 };
  for (const month of openMonths(nowMs)) {
    const { Item = {} } = await dynamo.call<{ Item?: Item }>('GetItem', {
      TableName: table,
      Key: ledgerKey(month),
      ConsistentRead: true,
    });
    for (const booking of lapsedBookings(month, Item, nowMs)) {
      try {
        await dynamo.call('UpdateItem', releaseUpdate(table, booking));
        swept.nanoUsd += booking.nanoUsd;
        swept.closed += 1;
      } catch (error) {
        if (!isConditionFailed(error)) throw error;
        swept.contended += 1;
      }
    }
  }
  return swept;
}
