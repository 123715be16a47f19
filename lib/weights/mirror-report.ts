/** What a run of the mirror tells programs: lines of its log among those for people. The mirror writes them, `models add` reads. */

export type MirrorReport = MirrorProgress | MirrorRefused;

export interface MirrorProgress {
  readonly kind: 'progress';
  /** Files that are stored. */
  readonly files: number;
  readonly ofFiles: number;
  /** Of the file that is on its way too. */
  readonly bytes: number;
  readonly ofBytes: number;
}

/** The run ended since it cannot do what it was asked to. */
export interface MirrorRefused {
  readonly kind: 'refused';
  /** What to do about it. */
  readonly message: string;
}

const MARK = 'mirror-report ';

export const reportLine = (report: MirrorReport): string => `${MARK}${JSON.stringify(report)}`;

/** `null`: a line of somebody else. */
export function readReport(line: string): MirrorReport | null {
  if (!line.startsWith(MARK)) return null;
  try {
    const report = JSON.parse(line.slice(MARK.length)) as MirrorReport;
    return report.kind === 'progress' || report.kind === 'refused' ? report : null;
  } catch {
    // A line that was cut: the next one says more.
    return null;
  }
}
