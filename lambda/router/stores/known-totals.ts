/**
 * What this process knows of the month's totals: from the answers to its own updates, and, where those are older than ten
 * seconds, from a read in the background. Caps are held by the updates' conditions; this is for who may be asked at all.
 */
import type { Spent } from '../../../lib/spend/budgets';
import { monthOf, toUsd } from '../../../lib/spend/ledger';
import type { Item } from '../../../lib/tables/attributes';
import { ACCOUNT_TOTAL, tenantTotal, totalsIn } from '../../../lib/tables/ledger-item';

const OLD_MS = 10_000;

interface Known {
  readonly nanoUsd: number;
  /** When the update or read was sent that said so. */
  readonly askedMs: number;
}

export class KnownTotals {
  private month = '';
  private totals = new Map<string, Known>();
  private readMs = -Infinity;

  constructor(
    private readonly readItem: (month: string) => Promise<Item>,
    private readonly nowMs: () => number,
  ) {}

  spent(tenant: string): Spent {
    this.turnPage();
    const account = this.totals.get(ACCOUNT_TOTAL);
    const ofTenant = this.totals.get(tenantTotal(tenant));
    const oldestMs = Math.min(account?.askedMs ?? -Infinity, ofTenant?.askedMs ?? -Infinity);
    if (this.nowMs() - Math.max(oldestMs, this.readMs) >= OLD_MS) this.refresh();
    return { tenantUsd: toUsd(ofTenant?.nanoUsd ?? 0), accountUsd: toUsd(account?.nanoUsd ?? 0) };
  }

  /** Totals out of an answer. What was asked later is known better. */
  learn(month: string, item: Item, askedMs: number): void {
    this.turnPage();
    if (month !== this.month) return;
    for (const [name, nanoUsd] of totalsIn(item)) {
      if (askedMs >= (this.totals.get(name)?.askedMs ?? -Infinity)) this.totals.set(name, { nanoUsd, askedMs });
    }
  }

  private refresh(): void {
    const { month } = this;
    const askedMs = this.nowMs();
    this.readMs = askedMs;
    // A read that fails changes nothing, and the next one is due in ten seconds. While the table fails the updates say so.
    this.readItem(month).then(
      (item) => this.learn(month, item, askedMs),
      () => undefined,
    );
  }

  private turnPage(): void {
    const month = monthOf(this.nowMs());
    if (month === this.month) return;
    this.month = month;
    this.totals = new Map();
    this.readMs = -Infinity;
  }
}
