/**
 * What this process knows of the month's totals: from the answers to its own updates, and, where those are older than ten
 * seconds, from a read in the background. Caps are held by the updates' conditions; this is for who may be asked at all.
 *
 * What GPU hosts cost is the account's spend too. The meter adds it every five minutes, and only a read tells: no update of
 * this process touches it, and no condition could add it up with the tokens.
 */
import type { Spent } from '../../../lib/spend/budgets';
import { type LedgerCaps, monthOf, toUsd } from '../../../lib/spend/ledger';
import { GPU_ATTRIBUTE } from '../../../lib/spend/meter-names';
import { type Item, numberIn } from '../../../lib/tables/attributes';
import { ACCOUNT_TOTAL, tenantTotal, totalsIn } from '../../../lib/tables/ledger-item';

const OLD_MS = 10_000;
const GPU_OLD_MS = 60_000;

interface Known {
  readonly nanoUsd: number;
  /** When the update or read was sent that said so. */
  readonly askedMs: number;
}

export class KnownTotals {
  private month = '';
  private totals = new Map<string, Known>();
  private readMs = -Infinity;
  private gpuNanoUsd = 0;

  constructor(
    private readonly readItem: (month: string) => Promise<Item>,
    private readonly nowMs: () => number,
  ) {}

  spent(tenant: string): Spent {
    this.turnPage();
    const account = this.totals.get(ACCOUNT_TOTAL);
    const ofTenant = this.totals.get(tenantTotal(tenant));
    const oldestMs = Math.min(account?.askedMs ?? -Infinity, ofTenant?.askedMs ?? -Infinity);
    const now = this.nowMs();
    if (now - Math.max(oldestMs, this.readMs) >= OLD_MS || now - this.readMs >= GPU_OLD_MS) this.refresh();
    const accountNanoUsd = (account?.nanoUsd ?? 0) + this.gpuNanoUsd;
    return { tenantUsd: toUsd(ofTenant?.nanoUsd ?? 0), accountUsd: toUsd(accountNanoUsd) };
  }

  /** What the caps leave for tokens. */
  forTokens({ tenantUsd, accountUsd }: LedgerCaps): LedgerCaps {
    this.turnPage();
    return { tenantUsd, accountUsd: accountUsd === null ? null : Math.max(0, accountUsd - toUsd(this.gpuNanoUsd)) };
  }

  /** Totals out of an answer. What was asked later is known better. */
  learn(month: string, item: Item, askedMs: number): void {
    this.turnPage();
    if (month !== this.month) return;
    // Within a month it only grows, so that of two reads the larger is the later one.
    this.gpuNanoUsd = Math.max(this.gpuNanoUsd, numberIn(item, GPU_ATTRIBUTE) ?? 0);
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
    this.gpuNanoUsd = 0;
    this.readMs = -Infinity;
  }
}
