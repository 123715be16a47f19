/** The minimum of replicas that the week's schedule asks for now. */
import type { Schedule } from './fleet-state';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** Of several that hold the largest counts; `null`: none holds, or none of known form. */
export function scheduledMin(schedules: readonly Schedule[], nowMs: number): number | null {
  const mins = schedules.filter((schedule) => holds(schedule, nowMs)).map(({ min }) => min);
  return mins.length === 0 ? null : Math.max(...mins);
}

function holds({ days, from, to, tz }: Schedule, nowMs: number): boolean {
  const { day, time } = localTime(tz, nowMs);
  const [first, last = first] = days.split('-').map((name) => DAYS.findIndex((one) => one === name));
  if (first === undefined || last === undefined) return false;
  // `sat-mon` goes around the week's end.
  const inDays = first <= last ? day >= first && day <= last : day >= first || day <= last;
  return inDays && time >= from && time < to;
}

/** Day of the week, Monday is 0, and `HH:MM`. */
function localTime(timeZone: string, nowMs: number): { day: number; time: string } {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(nowMs);
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? '';
  return {
    day: DAYS.findIndex((one) => one === part('weekday').toLowerCase()),
    time: `${part('hour')}:${part('minute')}`,
  };
}
