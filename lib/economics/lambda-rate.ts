/** How many requests a second the account's Lambda concurrency carries. */

/** Lambda admits ten times the concurrency in requests a second at most. Source: Lambda quotas, requests per second. */
const REQUESTS_PER_SECOND_PER_CONCURRENCY = 10;

/**
 * Each request holds one environment until its answer has ended, so by Little's law rate = concurrency / mean duration.
 *
 * @param concurrency of the account in the region (1,000 by default, 10 in some new accounts), or what the function reserves
 * @param heldSeconds mean time from the request to the end of the answer
 */
export const requestsPerSecond = (concurrency: number, heldSeconds: number): number =>
  Math.min(concurrency / heldSeconds, concurrency * REQUESTS_PER_SECOND_PER_CONCURRENCY);
