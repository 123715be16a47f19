/** When the month of a moment began, in UTC. Unix milliseconds. */
export function monthStartMs(ms: number): number {
  const day = new Date(ms);
  return Date.UTC(day.getUTCFullYear(), day.getUTCMonth());
}
