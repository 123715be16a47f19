/**
 * The ledger in its table. What a request waits for before its target is asked:
 *
 * - under a cap: one update, and beside it at the same time one more where the tenant has rates;
 * - without a cap: at most the one for rates, since the reservation cannot be refused and goes out behind its back;
 * - of a target that costs no tokens (our fleets): nothing is reserved.
 *
 * Under a cap a table that fails closes the target: nobody could say whether the cap holds. Without one the request goes
 * on. A settlement that fails after all its tries (about three seconds) does not take the answer from the caller: it is
 * reported with its amount, and what was set aside for it stays so until the sweep. An update whose answer was lost is
 * sent again and may count twice; the sweep evens out what is set aside, so what can remain is a cost booked twice, never
 * one that is lost.
 */
import { type ReportFailure, errorName } from '../../../lib/records/table-failure';
import {
  type LedgerCaps,
  bucketOf,
  exceeds,
  monthOf,
  secondsToNextMinute,
  secondsToNextMonth,
  toNanoUsd,
} from '../../../lib/spend/ledger';
import type { Item } from '../../../lib/tables/attributes';
import { type Booking, chargeUpdate, ledgerKey, reserveUpdate, settleUpdate } from '../../../lib/tables/ledger-item';
import type { UpdateInput } from '../../../lib/tables/update';
import { type Dynamo, isConditionFailed, itemOnFailure } from '../../aws/dynamo';
import { KnownTotals } from './known-totals';
import { RateCounter } from './rate-counter';
import type { Ledger, RateUse, Refusal, Reservation, ReserveRequest } from './stores';

export interface LedgerTableOptions {
  readonly dynamo: Dynamo;
  readonly table: string;
  readonly nowMs: () => number;
  readonly report: ReportFailure;
}

export const tableLedger = (options: LedgerTableOptions): Ledger => new TableLedger(options);

/** `nothing`: there was nothing to set aside. */
type Held = 'held' | 'refused' | 'failed' | 'nothing';

class TableLedger implements Ledger {
  private readonly totals: KnownTotals;
  private readonly rates: RateCounter;

  constructor(private readonly options: LedgerTableOptions) {
    const { dynamo, table, nowMs, report } = options;
    this.totals = new KnownTotals((month) => this.readItem(month), nowMs);
    this.rates = new RateCounter(dynamo, table, nowMs, report);
  }

  spent(tenant: string) {
    return this.totals.spent(tenant);
  }

  async reserve({ tenant, usd, caps: written, rates }: ReserveRequest): Promise<Reservation | Refusal> {
    const nowMs = this.options.nowMs();
    const caps = this.totals.forTokens(written);
    const booking = { month: monthOf(nowMs), bucket: bucketOf(nowMs), tenant, nanoUsd: toNanoUsd(usd) };
    if ([caps.tenantUsd, caps.accountUsd].some((capUsd) => exceeds(0, booking.nanoUsd, capUsd))) {
      return refused('budget', nowMs);
    }
    const isCapped = caps.tenantUsd !== null || caps.accountUsd !== null;
    const holding = booking.nanoUsd === 0 ? Promise.resolve<Held>('nothing') : this.hold(booking, caps);
    const [{ outcome: counted, rates: use }, held] = await Promise.all([
      this.rates.count(tenant, rates, nowMs),
      isCapped ? holding : Promise.resolve<Held>('nothing'),
    ]);
    if (counted === 'refused') {
      await this.settle(booking, await holding, 0, 0);
      return refused('rate', nowMs, use);
    }
    if (held === 'refused' || held === 'failed') {
      if (counted === 'counted') await this.rates.uncount(tenant, nowMs);
      return refused(held === 'refused' ? 'budget' : 'unavailable', nowMs);
    }
    return {
      ok: true,
      ...(use && { rates: use }),
      settle: async (actualUsd, tokens) => this.settle(booking, await holding, toNanoUsd(actualUsd), tokens),
    };
  }

  private async hold(booking: Booking, caps: LedgerCaps): Promise<Held> {
    const askedMs = this.options.nowMs();
    try {
      await this.update(booking.month, reserveUpdate(this.options.table, booking, caps));
      return 'held';
    } catch (error) {
      if (isConditionFailed(error)) {
        this.totals.learn(booking.month, itemOnFailure(error), askedMs);
        return 'refused';
      }
      this.failed('reserve', booking, error, booking.nanoUsd);
      return 'failed';
    }
  }

  private async settle(booking: Booking, held: Held, actualNanoUsd: number, tokens: number): Promise<void> {
    await Promise.all([this.book(booking, held, actualNanoUsd), this.rates.used(booking.tenant, tokens)]);
  }

  private async book(booking: Booking, held: Held, actualNanoUsd: number): Promise<void> {
    const { table } = this.options;
    try {
      if (held === 'held') {
        try {
          await this.update(booking.month, settleUpdate(table, booking, actualNanoUsd));
          return;
        } catch (error) {
          // The sweep was faster: what was set aside is given back already.
          if (!isConditionFailed(error)) throw error;
        }
      }
      if (actualNanoUsd > 0) await this.update(booking.month, chargeUpdate(table, booking, actualNanoUsd));
    } catch (error) {
      this.failed('settle', booking, error, actualNanoUsd);
    }
  }

  private async update(month: string, input: UpdateInput): Promise<void> {
    const askedMs = this.options.nowMs();
    const { Attributes = {} } = await this.options.dynamo.call<{ Attributes?: Item }>('UpdateItem', input);
    this.totals.learn(month, Attributes, askedMs);
  }

  private async readItem(month: string): Promise<Item> {
    const { dynamo, table } = this.options;
    const { Item = {} } = await dynamo.call<{ Item?: Item }>('GetItem', { TableName: table, Key: ledgerKey(month) });
    return Item;
  }

  private failed(operation: string, { month, tenant, bucket }: Booking, error: unknown, nanoUsd: number): void {
    this.options.report({
      table: 'ledger',
      operation,
      error: errorName(error),
      detail: { month, tenant, bucket, nanoUsd },
    });
  }
}

const UNAVAILABLE_SECONDS = 1;

function refused(reason: Refusal['reason'], nowMs: number, rates?: RateUse): Refusal {
  const seconds = {
    rate: secondsToNextMinute(nowMs),
    budget: secondsToNextMonth(nowMs),
    unavailable: UNAVAILABLE_SECONDS,
  };
  return { ok: false, reason, retryAfterSeconds: seconds[reason], ...(rates && { rates }) };
}
