/** The residency proof as people read it. */
import { type Finding, type Hop, formatPath, templateNameOf } from './finding';
import type { Residency } from './residency';

export function formatResidency(where: string, residency: Residency): string {
  const { verdict, sealed, violations, notSeen, notes } = residency;
  if (verdict === 'nothing-sealed') {
    return `${where}: nothing sealed to prove: no function of the sealed lane and no GPU host is in its templates\n`;
  }
  const head =
    verdict === 'sealed'
      ? `${where}: sealed: the templates show no way out of ${counted(sealed.length, 'sealed thing')}`
      : `${where}: NOT sealed: ${counted(violations.length, 'violation')}`;
  return [
    `${head}\n`,
    ...sealed.map(
      ({ kind, constructPath, logicalId, template }) => `  ${kind}  ${constructPath ?? logicalId} (${template})\n`,
    ),
    ...violations.map((one) => `\n${formatFinding(one)}\n`),
    ...listed('not seen (the templates do not show it)', notSeen),
    ...listed('notes', notes),
  ].join('');
}

export function formatFinding({ rule, path, place, found, fix }: Finding): string {
  return [
    `violation  ${rule}`,
    `  path   ${formatPath(path)}`,
    `  found  ${found}`,
    `  fix    ${fix}`,
    ...[...path, ...(place === null ? [] : [place])]
      .filter(({ logicalId }) => logicalId !== null)
      .map((hop) => `  where  ${placeText(hop)}`)
      .filter((line, index, lines) => lines.indexOf(line) === index),
  ].join('\n');
}

const placeText = (hop: Hop): string =>
  `${templateNameOf(hop)}: ${hop.logicalId}${hop.constructPath === null ? '' : ` (${hop.constructPath})`}`;

const listed = (title: string, findings: readonly Finding[]): string[] =>
  findings.length === 0
    ? []
    : [
        `\n${title}:\n`,
        ...findings.map(({ path, found }) => `  - ${found}${path.length < 2 ? '' : `  [${formatPath(path)}]`}\n`),
      ];

const counted = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
