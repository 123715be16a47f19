/** Sealed things can use interface endpoints of a few services only; any other one states why it is no way out. */
import { isInterface } from '../endpoints';
import { userOf } from '../graph';
import { REASON_MARK } from '../marks';
import { type Rule, note, violation } from '../rule';

const NAME = 'sealed-interface-endpoint-service';

/** What GPU hosts pull their engine's image by. Everything else carries data to where somebody else may read it. */
const SEALED_SERVICES = ['ecr.api', 'ecr.dkr'];

export const interfaceEndpointService: Rule = {
  name: NAME,
  check: (network) =>
    network.endpoints.filter(isInterface).flatMap(({ resource, services, ...endpoint }) => {
      const user = userOf(network, { resource, services, ...endpoint });
      const other = services.filter((service) => !SEALED_SERVICES.includes(service));
      if (user === null || (services.length > 0 && other.length === 0)) return [];
      const service = other.join(', ') || 'an unnamed service';
      const steps = [user.resource, resource, service];
      const reason = resource.metadata[REASON_MARK];
      if (typeof reason === 'string' && reason.trim() !== '') {
        return [note(NAME, { steps, found: `sealed things can use ${service}: ${reason}` })];
      }
      return [
        violation(NAME, {
          steps,
          found: `sealed things can use ${service}, which is not among ${SEALED_SERVICES.join(', ')}`,
          fix: `take the sealed security group out of the endpoint's, or state in its metadata '${REASON_MARK}' why it is no way out`,
        }),
      ];
    }),
};
