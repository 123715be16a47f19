/** A provider we do not know by name says its address and protocol; one that we know has the protocol it has. */
import { providers } from '../../../config/catalog';
import type { Config } from '../../../config/schema';
import { PROTOCOLS, PROVIDER_NAMES } from '../../../config/vocabulary';
import { type Check, type CheckFinding, error } from '../check';
import { didYouMean, listed } from '../words';

export const providerKnown: Check = (config) =>
  Object.entries(config.providers).flatMap(([name, provider]) => {
    const known = providers.find((row) => row.provider === name);
    return known === undefined ? ownFindings(name, provider) : knownFindings(name, known.protocol, provider);
  });

type Provider = Config['providers'][string];

function ownFindings(name: string, provider: Provider): CheckFinding[] {
  const missing = (['baseUrl', 'protocol'] as const).filter((key) => provider[key] === undefined);
  const [first] = missing;
  if (first === undefined) return [];
  const keys = missing.map((key) => `\`${key}\``).join(' and ');
  return [
    error({
      code: 'provider-known',
      path: ['providers', name, first],
      found: `no ${keys} for a provider named ${name}`,
      allowed: `one of ${listed(PROVIDER_NAMES)}, or \`baseUrl\` and \`protocol\` (${listed(PROTOCOLS)})`,
      fix: didYouMean(name, PROVIDER_NAMES, `add ${keys}`),
    }),
  ];
}

function knownFindings(name: string, protocol: string, provider: Provider): CheckFinding[] {
  if (provider.protocol === undefined || provider.protocol === protocol) return [];
  return [
    error({
      code: 'provider-known',
      path: ['providers', name, 'protocol'],
      found: provider.protocol,
      allowed: `${protocol}: ${name} speaks nothing else here`,
      fix: 'remove `protocol`, or give the provider a name of its own',
    }),
  ];
}
