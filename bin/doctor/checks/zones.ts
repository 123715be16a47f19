/** Every fleet finds its types in the zones of the network, in as many as there are. */
import type { Offering } from '../account';
import { type DoctorCheck, type Given, type HostedFleet, poolsOf } from '../check';
import { type DoctorFinding, failed, ok, warning } from '../finding';
import { look } from '../look';

const PERMISSIONS = ['ec2:DescribeInstanceTypeOfferings', 'ec2:DescribeSubnets'];
/** Types of one zone are taken away together. */
const ZONES_WANTED = 3;

export const zones: DoctorCheck = {
  name: 'zones',
  looksAt: 'the zones in which each pool is on offer, against those of the network',
  permissions: PERMISSIONS,
  remedy: '`npx hybrid-llm doctor --write` puts the zones that offer the most pools into the config',
  run: async (given, account) => {
    const { config, fleets } = given;
    if (fleets.length === 0) return [];
    const about = 'zones of the network';
    const { vpcId } = config.network;
    const looked = await look(about, PERMISSIONS.join(' and '), () =>
      Promise.all([
        account.hosts.offerings(poolsOf(fleets)),
        vpcId === undefined ? config.network.azs : account.network.subnetZones(vpcId),
      ]),
    );
    if ('unseen' in looked) return [looked.unseen];
    const [offerings, azs] = looked.seen;
    return [...nowhere(given, offerings), ...inZones(given, offerings, azs)];
  },
};

/** Types that the region does not have. */
function nowhere({ config, fleets }: Given, offerings: readonly Offering[]): DoctorFinding[] {
  const missing = poolsOf(fleets).filter((type) => offerings.every(({ instanceType }) => instanceType !== type));
  if (missing.length === 0) return [];
  const everyFleetHasAnother = fleets.every(({ choice }) =>
    choice.instanceTypes.some((type) => !missing.includes(type)),
  );
  return [
    (everyFleetHasAnother ? warning : failed)(
      'pools',
      `${config.region} does not have ${missing.join(', ')}`,
      'list types that it has under `fleets.NAME.instances`, then `npx hybrid-llm plan --update`; or choose another region',
    ),
  ];
}

function inZones(
  { config, fleets }: Given,
  offerings: readonly Offering[],
  azs: readonly string[] | undefined,
): DoctorFinding[] {
  const about = 'zones of the network';
  const best = bestZones(fleets, offerings, azs ?? []);
  if (best.length === 0) return [];
  const isOurs = config.network.vpcId === undefined;
  const fix = isOurs
    ? `npx hybrid-llm doctor --write   (network.azs: [${best.join(', ')}])`
    : `add isolated subnets to ${config.network.vpcId} in ${best.join(', ')}`;
  if (azs === undefined) {
    return [warning(about, 'the config names none, so that the stack sees two, whichever they are', fix)];
  }
  const starved = fleets.filter(
    ({ choice }) =>
      offeredIn(choice.instanceTypes, offerings).length > 0 &&
      offeredIn(choice.instanceTypes, offerings).every((zone) => !azs.includes(zone)),
  );
  if (starved.length > 0) {
    const names = starved.map(({ name }) => name).join(', ');
    return [failed(about, `${azs.join(', ') || 'none'} offer no pool of ${names}`, fix)];
  }
  const idle = azs.filter((zone) => offerings.every((offering) => offering.zone !== zone));
  if (idle.length > 0) return [warning(about, `${idle.join(', ')} offers none of the pools`, fix)];
  const missing = best.filter((zone) => !azs.includes(zone));
  if (azs.length < ZONES_WANTED && missing.length > 0) {
    return [warning(about, `${azs.join(', ')} only; ${missing.join(', ')} would give spot more pools`, fix)];
  }
  return [ok(about, azs.map((zone) => `${zone}: ${count(offerings, zone)} of ${poolsOf(fleets).length}`).join(', '))];
}

/**
 * The zones with the most pools, and further ones while there are fewer than three. Those of the config come first, for a
 * zone that moves its place moves subnets.
 */
export function bestZones(
  fleets: readonly HostedFleet[],
  offerings: readonly Offering[],
  current: readonly string[],
): string[] {
  const pools = poolsOf(fleets);
  const relevant = offerings.filter(({ instanceType }) => pools.includes(instanceType));
  const ranked = [...new Set(relevant.map(({ zone }) => zone))].toSorted(
    (a, b) => count(relevant, b) - count(relevant, a) || a.localeCompare(b),
  );
  const most = count(relevant, ranked[0] ?? '');
  const chosen = ranked.filter((zone, index) => index < ZONES_WANTED || count(relevant, zone) === most);
  // Each fleet has somewhere to go.
  for (const { choice } of fleets) {
    const own = offeredIn(choice.instanceTypes, relevant);
    if (own.length > 0 && own.every((zone) => !chosen.includes(zone))) chosen.push(...own.slice(0, 1));
  }
  return [...current.filter((zone) => chosen.includes(zone)), ...chosen.filter((zone) => !current.includes(zone))];
}

const count = (offerings: readonly Offering[], zone: string): number =>
  offerings.filter((offering) => offering.zone === zone).length;

const offeredIn = (types: readonly string[], offerings: readonly Offering[]): string[] => [
  ...new Set(offerings.filter(({ instanceType }) => types.includes(instanceType)).map(({ zone }) => zone)),
];
