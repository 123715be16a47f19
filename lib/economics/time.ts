/** Lengths of time that money is counted by. */

/** A month as AWS's own calculator counts it. */
export const HOURS_PER_MONTH = 730;
export const HOURS_PER_DAY = 24;
export const DAYS_PER_MONTH = HOURS_PER_MONTH / HOURS_PER_DAY;
export const SECONDS_PER_HOUR = 3_600;
export const SECONDS_PER_DAY = HOURS_PER_DAY * SECONDS_PER_HOUR;
export const MONTHS_PER_YEAR = 12;
