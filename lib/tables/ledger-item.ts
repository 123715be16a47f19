/**
 * The month's item of the ledger table: one item, so that one conditional update can hold the tenant's cap and the
 * account's. Its `id` is the month; its other attributes are whole nano-US-dollars:
 *
 * - `total`, `total:TENANT`: settled and set aside together. A condition compares one attribute, so these have to be kept.
 * - `settled`, `settled:TENANT`: what requests really cost.
 * - `reserved:BUCKET:TENANT`: set aside by requests that are over by the end of that window (see `bucketOf`). The sweep
 *   takes away what is left of it then: nobody else is alive to do so.
 *
 * Always: `total` = `settled` + the sum of all `reserved:…`, for the account and for each tenant.
 */
import { type LedgerCaps, hasLapsed, toNanoUsd } from '../spend/ledger';
import { type Item, numberIn, text } from './attributes';
import { LEDGER_TABLE_KEY } from './key-schemas';
import { type Condition, type UpdateInput, update } from './update';

/** Attribute names are numbers' names of the whole account, or with `:TENANT` of one tenant. */
const TOTAL = 'total';
const SETTLED = 'settled';
const RESERVED = 'reserved';

export const ACCOUNT_TOTAL = TOTAL;
export const tenantTotal = (tenant: string): string => `${TOTAL}:${tenant}`;
const tenantSettled = (tenant: string): string => `${SETTLED}:${tenant}`;

/** What a request has set aside, and where. */
export interface Booking {
  readonly month: string;
  readonly bucket: number;
  readonly tenant: string;
  readonly nanoUsd: number;
}

export const ledgerKey = (month: string): Item => ({ [LEDGER_TABLE_KEY.partition]: text(month) });

const bucketName = ({ bucket, tenant }: Pick<Booking, 'bucket' | 'tenant'>): string =>
  `${RESERVED}:${bucket}:${tenant}`;

/**
 * Sets an amount aside, if no cap is passed by it. Expressions have no arithmetic: what the caller compares with is the
 * room under the cap. An amount larger than a whole cap must not come here, since a missing total passes the condition.
 */
export function reserveUpdate(table: string, booking: Booking, caps: LedgerCaps): UpdateInput {
  const { month, tenant, nanoUsd } = booking;
  const change = {
    add: { [ACCOUNT_TOTAL]: nanoUsd, [tenantTotal(tenant)]: nanoUsd, [bucketName(booking)]: nanoUsd },
    when: [...room(ACCOUNT_TOTAL, nanoUsd, caps.accountUsd), ...room(tenantTotal(tenant), nanoUsd, caps.tenantUsd)],
  };
  return {
    ...update(table, ledgerKey(month), change),
    ReturnValues: 'UPDATED_NEW',
    ...(change.when.length > 0 && { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
  };
}

function room(attribute: string, nanoUsd: number, capUsd: number | null): Condition[] {
  return capUsd === null ? [] : [{ attribute, is: 'absentOrAtMost', than: toNanoUsd(capUsd) - nanoUsd }];
}

/** Turns what was set aside into what it cost. Its condition fails if the sweep was faster: then `chargeUpdate`. */
export function settleUpdate(table: string, booking: Booking, actualNanoUsd: number): UpdateInput {
  const { month, tenant, nanoUsd } = booking;
  const change = actualNanoUsd - nanoUsd;
  return {
    ...update(table, ledgerKey(month), {
      add: {
        [SETTLED]: actualNanoUsd,
        [tenantSettled(tenant)]: actualNanoUsd,
        [ACCOUNT_TOTAL]: change,
        [tenantTotal(tenant)]: change,
        [bucketName(booking)]: -nanoUsd,
      },
      when: [{ attribute: bucketName(booking), is: 'present' }],
    }),
    ReturnValues: 'UPDATED_NEW',
  };
}

/** Books a cost for which nothing is set aside. */
export function chargeUpdate(table: string, { month, tenant }: Booking, actualNanoUsd: number): UpdateInput {
  return {
    ...update(table, ledgerKey(month), {
      add: {
        [SETTLED]: actualNanoUsd,
        [tenantSettled(tenant)]: actualNanoUsd,
        [ACCOUNT_TOTAL]: actualNanoUsd,
        [tenantTotal(tenant)]: actualNanoUsd,
      },
    }),
    ReturnValues: 'UPDATED_NEW',
  };
}

/** Windows of which all requests are over, with what is left of each: often 0, then only its attribute goes. */
export function lapsedBookings(month: string, item: Item, nowMs: number): readonly Booking[] {
  return Object.keys(item).flatMap((attribute) => {
    const [, window, tenant] = RESERVED_NAME.exec(attribute) ?? [];
    const nanoUsd = numberIn(item, attribute);
    if (window === undefined || tenant === undefined || nanoUsd === undefined) return [];
    const bucket = Number(window);
    return hasLapsed(bucket, nowMs) ? [{ month, bucket, tenant, nanoUsd }] : [];
  });
}

const RESERVED_NAME = /^reserved:(\d+):(.+)$/s;

/** Gives back what is left of a window, if nobody has settled meanwhile. */
export function releaseUpdate(table: string, booking: Booking): UpdateInput {
  const { month, tenant, nanoUsd } = booking;
  return update(table, ledgerKey(month), {
    add: { [ACCOUNT_TOTAL]: -nanoUsd, [tenantTotal(tenant)]: -nanoUsd },
    remove: [bucketName(booking)],
    when: [{ attribute: bucketName(booking), is: 'equal', than: nanoUsd }],
  });
}

/** All totals of an item by the names of their attributes. */
export function totalsIn(item: Item): ReadonlyMap<string, number> {
  const isTotal = (name: string): boolean => name === TOTAL || name.startsWith(`${TOTAL}:`);
  return new Map(
    Object.keys(item)
      .filter(isTotal)
      .map((name) => [name, numberIn(item, name) ?? 0]),
  );
}
