/** What is wrong in a config, where, and what to do about it. Text for people is made by `formatFinding`. */

/** Keys and list positions from the root of the config. */
export type Path = readonly (string | number)[];

export interface Finding {
  readonly severity: 'error' | 'warning';
  /** The check that found it, in kebab case. */
  readonly code: string;
  readonly path: Path;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  readonly found: string;
  readonly allowed: string;
  readonly fix: string;
}

export function formatFinding(finding: Finding, fileName: string): string {
  const place = [`${fileName}:${finding.line}:${finding.column}`, formatPath(finding.path)].filter(Boolean);
  return [
    [finding.severity, ...place, `(${finding.code})`].join('  '),
    `  found    ${finding.found}`,
    `  allowed  ${finding.allowed}`,
    `  fix      ${finding.fix}`,
  ].join('\n');
}

/** `routes[2].to[0]`, `models."openai/*"`. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    const key = /^[A-Za-z0-9_-]+$/.test(part) ? part : JSON.stringify(part);
    return text === '' ? key : `${text}.${key}`;
  }, '');
}

export const inFileOrder = (findings: readonly Finding[]): Finding[] =>
  findings.toSorted((a, b) => a.line - b.line || a.column - b.column);
