/** What `doctor` prints: what to do first, at the end what nobody could see. */
import type { Examined } from './examine';
import type { DoctorFinding } from './finding';

const MARKS = { ok: 'ok', warning: 'warning', failed: 'FAILED', unseen: 'unseen' } as const satisfies Record<
  DoctorFinding['status'],
  string
>;
const MARK_WIDTH = Math.max(...Object.values(MARKS).map((mark) => mark.length));

export function formatReport(examined: readonly Examined[]): string {
  const seen = examined.flatMap(({ check, findings }) =>
    findings.filter(({ status }) => status !== 'unseen').map((finding) => row(check, finding)),
  );
  const nothing = examined.filter(({ findings }) => findings.length === 0).map(({ check }) => check);
  return [
    ...seen,
    ...(nothing.length === 0 ? [] : ['', `nothing in the config needs: ${nothing.join(', ')}`]),
    ...unseenLines(examined),
    '',
    countLine(examined),
    '',
  ].join('\n');
}

function row(check: string, finding: DoctorFinding): string {
  const line = `${MARKS[finding.status].padEnd(MARK_WIDTH)}  ${check}: ${finding.about}: ${finding.found}`;
  return finding.status === 'ok' ? line : `${line}\n${' '.repeat(MARK_WIDTH)}  fix: ${finding.fix}`;
}

/** Grouped by what would let it be seen: without a login that is one line, not twelve. */
function unseenLines(examined: readonly Examined[]): string[] {
  const groups = new Map<string, string[]>();
  for (const { check, findings } of examined) {
    for (const finding of findings) {
      if (finding.status !== 'unseen') continue;
      const why = `${finding.found}; ${finding.fix}`;
      groups.set(why, [...(groups.get(why) ?? []), `${check}: ${finding.about}`]);
    }
  }
  return groups.size === 0
    ? []
    : ['', 'could not see:', ...[...groups].flatMap(([why, what]) => [...what.map((one) => `  ${one}`), `    ${why}`])];
}

function countLine(examined: readonly Examined[]): string {
  const of = (status: DoctorFinding['status']): number =>
    examined.flatMap(({ findings }) => findings).filter((finding) => finding.status === status).length;
  return `${of('ok')} ok, ${of('warning')} to know, ${of('failed')} failed, ${of('unseen')} not seen`;
}
