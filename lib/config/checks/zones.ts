/** Zones belong to the region, and endpoints stand in no more zones than there are. */
import { type Check, type CheckFinding, error } from '../check';
import { shown } from '../secrets';

export const zones: Check = ({ region, network: { azs, endpointAzs } }) => {
  if (azs === undefined) return [];
  const findings = azs.flatMap((zone, index): CheckFinding[] => {
    if (zone.startsWith(region) && /^([a-z]|(-[a-z]+)+-\d[a-z])$/.test(zone.slice(region.length))) return [];
    const path = ['network', 'azs', index];
    return [
      error({
        code: 'zones',
        path,
        found: shown(zone, path),
        allowed: `a zone of ${region}, such as ${region}a`,
        fix: `write a zone of ${region}, or change \`region\``,
      }),
    ];
  });
  if (endpointAzs <= azs.length) return findings;
  return [
    ...findings,
    error({
      code: 'zones',
      path: ['network', 'endpointAzs'],
      found: `${endpointAzs} zones for endpoints, ${azs.length} in \`azs\``,
      allowed: `at most ${azs.length}`,
      fix: `set \`endpointAzs: ${azs.length}\`, or add zones to \`azs\``,
    }),
  ];
};
