/** A schedule begins before it ends, in a zone that exists. */
import type { Config } from '../../../config/schema';
import { type Check, type CheckFinding, error } from '../check';
import type { Path } from '../findings';
import { shown } from '../secrets';
import { didYouMean } from '../words';

export const scheduleTimes: Check = (config) =>
  Object.entries(config.fleets).flatMap(([name, { replicas }]) =>
    replicas.schedule.flatMap((schedule, index) => {
      const at = ['fleets', name, 'replicas', 'schedule', index];
      return [...spanFindings(at, schedule), ...zoneFindings(at, schedule)];
    }),
  );

type Schedule = Config['fleets'][string]['replicas']['schedule'][number];
const code = 'schedule-times';

function spanFindings(at: Path, { from, to }: Schedule): CheckFinding[] {
  // Both have the form HH:MM, so the order of text is the order of time.
  if (from < to) return [];
  return [
    error({
      code,
      path: [...at, 'to'],
      found: `from ${from} to ${to}`,
      allowed: 'a span within one day',
      fix: from === to ? 'give the span a length' : `write two: from ${from} to 24:00, and from 00:00 to ${to}`,
    }),
  ];
}

function zoneFindings(at: Path, { tz }: Schedule): CheckFinding[] {
  if (isZone(tz)) return [];
  const path = [...at, 'tz'];
  return [
    error({
      code,
      path,
      found: shown(tz, path),
      allowed: 'a zone of the IANA list, such as UTC or Europe/Berlin',
      fix: didYouMean(tz, Intl.supportedValuesOf('timeZone'), 'write the zone as Region/City'),
    }),
  ];
}

function isZone(tz: string): boolean {
  if (!/^[A-Za-z]/.test(tz)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: tz }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
