/** Requests and tokens a minute of each tenant, counted in the ledger table. */
import { type ReportFailure, errorName } from '../../../lib/records/table-failure';
import { secondsToNextMinute } from '../../../lib/spend/ledger';
import type { Item } from '../../../lib/tables/attributes';
import {
  type Rates,
  countRequestUpdate,
  countTokensUpdate,
  readCounts,
  uncountRequestUpdate,
} from '../../../lib/tables/rate-item';
import type { UpdateInput } from '../../../lib/tables/update';
import { type Dynamo, isConditionFailed, itemOnFailure } from '../../aws/dynamo';
import type { RateUse } from './stores';

export interface Counted {
  readonly outcome: 'counted' | 'not_counted' | 'refused';
  /** Absent: nobody counts, or nobody can say. */
  readonly rates?: RateUse;
}

export class RateCounter {
  /** Tenants whose tokens are limited. A request that goes on to a second target does not bring its limits again. */
  private readonly tokensLimited = new Set<string>();

  constructor(
    private readonly dynamo: Dynamo,
    private readonly table: string,
    private readonly nowMs: () => number,
    private readonly report: ReportFailure,
  ) {}

  /**
   * Counts a request of this minute. `null` for rates: it is counted already. A table that fails refuses nobody: a rate is
   * a courtesy among tenants, no promise about money.
   */
  async count(tenant: string, rates: Rates | null, countedMs: number): Promise<Counted> {
    if (rates === null || (rates.requestsPerMinute === null && rates.tokensPerMinute === null)) return NOT_COUNTED;
    const use = (item: Item): RateUse => ({ ...readCounts(item), resetSeconds: secondsToNextMinute(countedMs) });
    if (rates.tokensPerMinute !== null) this.tokensLimited.add(tenant);
    try {
      const { Attributes = {} } = await this.update(countRequestUpdate(this.table, tenant, rates, countedMs));
      return { outcome: 'counted', rates: use(Attributes) };
    } catch (error) {
      if (isConditionFailed(error)) return { outcome: 'refused', rates: use(itemOnFailure(error)) };
      this.failed('count', tenant, error);
      return NOT_COUNTED;
    }
  }

  /** Takes back what was counted at `countedMs`. */
  async uncount(tenant: string, countedMs: number): Promise<void> {
    try {
      await this.update(uncountRequestUpdate(this.table, tenant, countedMs));
    } catch (error) {
      this.failed('uncount', tenant, error);
    }
  }

  /** Tokens that a request has used, in the minute in which it ends. */
  async used(tenant: string, tokens: number): Promise<void> {
    if (tokens === 0 || !this.tokensLimited.has(tenant)) return;
    try {
      await this.update(countTokensUpdate(this.table, tenant, tokens, this.nowMs()));
    } catch (error) {
      this.failed('count_tokens', tenant, error);
    }
  }

  private update(input: UpdateInput): Promise<{ readonly Attributes?: Item }> {
    return this.dynamo.call<{ Attributes?: Item }>('UpdateItem', input);
  }

  private failed(operation: string, tenant: string, error: unknown): void {
    this.report({ table: 'ledger', operation, error: errorName(error), detail: { tenant } });
  }
}

const NOT_COUNTED: Counted = { outcome: 'not_counted' };
