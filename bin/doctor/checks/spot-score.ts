/** How likely the region is to give a fleet its spot hosts, as AWS scores it now. Advice, not a promise. */
import type { DoctorCheck } from '../check';
import { type DoctorFinding, ok, unseen, warning } from '../finding';
import { look } from '../look';

const PERMISSION = 'ec2:GetSpotPlacementScores';
/** Out of 10. */
const GOOD = 5;
/** With fewer types AWS always scores low. Source: EC2 API reference, GetSpotPlacementScores. */
const TYPES_WANTED = 3;

export const spotScore: DoctorCheck = {
  name: 'spot-score',
  looksAt: "the spot placement score of each fleet's pools for its maximum of replicas",
  permissions: [PERMISSION],
  remedy: 'more pools (`instances: auto`, a smaller context or concurrency), more zones, or another region',
  run: async ({ config, fleets }, { hosts }) =>
    Promise.all(
      fleets
        .filter(({ fleet }) => fleet.capacity.spot)
        .map(async ({ name, fleet, choice }): Promise<DoctorFinding> => {
          const about = `spot for ${name}`;
          const types = choice.instanceTypes;
          const looked = await look(about, PERMISSION, () => hosts.spotScore(types, fleet.replicas.max));
          if ('unseen' in looked) return looked.unseen;
          if (looked.seen === null) {
            return unseen(
              about,
              `AWS gives no score for ${config.region}`,
              'ask again later, or look in the console: EC2 → Spot Requests → Spot placement score',
            );
          }
          const said = `score ${looked.seen} of 10 for ${fleet.replicas.max} of ${types.join(', ')}`;
          if (looked.seen >= GOOD) return ok(about, said);
          const few = types.length < TYPES_WANTED ? '; with fewer than three types it is always low' : '';
          const cure = fleet.capacity.onDemandFallback ? '' : ', or allow `capacity.onDemandFallback`';
          return warning(about, said + few, `more pools, more zones, or another region${cure}`);
        }),
    ),
};
