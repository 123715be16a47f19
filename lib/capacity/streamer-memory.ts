/** How much of the host's memory the weights' streamer may take, in bytes, for each process that loads. */

const GIB = 1024 ** 3;
/** It fails on a tensor larger than its limit, and embeddings of large vocabularies come close to 3 GiB. */
export const STREAMER_MIN_BYTES = 4 * GIB;
/** What its own default is about: more is not faster. */
export const STREAMER_MAX_BYTES = 36 * GIB;
/** The rest is the engine's, and the page cache's. */
const SHARE = 1 / 4;

/**
 * A quarter of the host's memory, divided among the processes, at least 4 and at most 36 GiB each. Its default of 40 GB is more
 * than the small GPU hosts have: a g6.xlarge has 15 GiB.
 */
export const streamerMemoryBytes = (hostMemoryBytes: number, processes: number): number =>
  Math.floor(Math.min(STREAMER_MAX_BYTES, Math.max(STREAMER_MIN_BYTES, (hostMemoryBytes * SHARE) / processes)));
