/** Requests and tokens a minute of each tenant, counted in the ledger table. */
import { type ReportFailure, errorName } from '../../../lib/records/table-failure';
import { type Rates, countRequestUpdate, countTokensUpdate, uncountRequestUpdate } from '../../../lib/tables/rate-item';
import type { UpdateInput } from '../../../lib/tables/update';
import { type Dynamo, isConditionFailed } from '../../aws/dynamo';

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
  async count(tenant: string, rates: Rates | null, countedMs: number): Promise<'counted' | 'not_counted' | 'refused'> {
    if (rates === null || (rates.requestsPerMinute === null && rates.tokensPerMinute === null)) return 'not_counted';
    if (rates.tokensPerMinute !== null) this.tokensLimited.add(tenant);
    try {
      await this.update(countRequestUpdate(this.table, tenant, rates, countedMs));
      return 'counted';
    } catch (error) {
      if (isConditionFailed(error)) return 'refused';
      this.failed('count', tenant, error);
      return 'not_counted';
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

  private update(input: UpdateInput): Promise<unknown> {
    return this.dynamo.call('UpdateItem', input);
  }

  private failed(operation: string, tenant: string, error: unknown): void {
    this.report({ table: 'ledger', operation, error: errorName(error), detail: { tenant } });
  }
}
