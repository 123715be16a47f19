/** The residency proof as people read it. */
import { type Finding, type Hop, formatPath, templateNameOf } from './finding';
import type { Residency, SealedName } from './residency';

export function formatResidency(where: string, residency: Residency): string {
  const { verdict, sealed, unseen, violations, notSeen, notes } = residency;
  if (verdict === 'nothing-sealed') {
    return `${where}: nothing sealed to prove: no function of the sealed lane and no GPU host is in its templates\n`;
  }
  const isUnseen = (thing: SealedName): boolean =>
    unseen.some(({ template, logicalId }) => template === thing.template && logicalId === thing.logicalId);
  return [
    `${where}: ${headOf(residency)}\n`,
    ...sealed.map(
      (thing) =>
        `  ${thing.kind}  ${thing.constructPath ?? thing.logicalId} (${thing.template})${isUnseen(thing) ? '  network NOT SEEN' : ''}\n`,
    ),
    ...violations.map((one) => `\n${formatFinding(one)}\n`),
    ...listed('not seen (the templates do not show it)', notSeen),
    ...listed('notes', notes),
  ].join('');
}

function headOf({ verdict, sealed, unseen, violations }: Residency): string {
  if (verdict === 'violated') return `NOT sealed: ${counted(violations.length, 'violation')}`;
  if (verdict === 'sealed') return `sealed: the templates show no way out of ${counted(sealed.length, 'sealed thing')}`;
  const whose = `${unseen.length === sealed.length ? '' : `${unseen.length} of `}${counted(sealed.length, 'sealed thing')}`;
  return `NOT PROVED: the templates do not show the network of ${whose}: its subnets and route tables are made elsewhere; look at them there, then say --accept-not-seen`;
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
