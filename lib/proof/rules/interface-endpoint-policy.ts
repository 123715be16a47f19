/** An interface endpoint that sealed things can use lets requests through to this account alone. */
import { policyFindings } from '../endpoint-policy';
import { isInterface } from '../endpoints';
import { userOf } from '../graph';
import type { Rule } from '../rule';

const NAME = 'sealed-interface-endpoint-policy';

export const interfaceEndpointPolicy: Rule = {
  name: NAME,
  check: (network) =>
    network.endpoints.filter(isInterface).flatMap((endpoint) => {
      const user = userOf(network, endpoint);
      return user === null ? [] : policyFindings(NAME, network, endpoint, [user.resource, endpoint.resource]);
    }),
};
