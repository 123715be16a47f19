/** Keys of the three tables, for whoever makes a table and whoever asks one. All attributes named here are strings but `ttl`. */

/** Unix time in seconds after which DynamoDB may delete an item, in every table. */
export const TTL_ATTRIBUTE = 'ttl';

/** Callers' keys, by the hash of the key. */
export const KEYS_TABLE_KEY = { partition: 'hash' } as const;

/** Registry and control plane of the fleets: rows of replicas, and of what is wanted, under their fleet's name. */
export const FLEET_TABLE_KEY = { partition: 'fleet', sort: 'id' } as const;

/** Spend of each month, and the callers' rates of each minute. */
export const LEDGER_TABLE_KEY = { partition: 'id' } as const;
