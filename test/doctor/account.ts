/** An account in which all is as the config below wants it, and ways to break one thing. */
import type { FleetChoice } from '../../config/lock';
import { parseConfig } from '../../lib/config/parse';
import type { Account, VpcEndpoint } from '../../bin/doctor/account';
import type { Given } from '../../bin/doctor/check';

export const CONFIG = `name: acme
region: us-east-1
network: { azs: [us-east-1a, us-east-1b, us-east-1c] }
fleets:
  chat: { model: meta-llama/Llama-3.1-8B-Instruct, concurrency: 8, replicas: { max: 3 } }
providers:
  anthropic: { secret: acme/anthropic }
  bedrock: {}
models:
  fast: { fleet: chat }
  claude: { provider: anthropic, model: claude-sonnet-5 }
  nova: { provider: bedrock, model: 'amazon.nova-lite-v1:0' }
routes: [{ name: default, to: [fast] }]
licences: { accept: [llama3.1], monthlyActiveUsers: 20000 }
`;

export const CHOICE: FleetChoice = {
  checkpoint: 'meta-llama/Llama-3.1-8B-Instruct',
  revision: null,
  quantization: 'bf16',
  tensorParallel: 1,
  pipelineParallel: 1,
  instanceTypes: ['g6e.xlarge', 'g6e.2xlarge', 'g5.4xlarge'],
  engineArguments: [],
};

/** @param edits what to find in the config, and what to put there */
export function given(edits: readonly (readonly [string, string])[] = [], more: Partial<Given> = {}): Given {
  const text = edits.reduce((before, [from, to]) => {
    if (!before.includes(from)) throw new Error(`not in the config: ${from}`);
    return before.replace(from, to);
  }, CONFIG);
  const { config, findings } = parseConfig(text);
  if (config === null) throw new Error(JSON.stringify(findings));
  const fleets = Object.entries(config.fleets).map(([name, fleet]) => ({ name, fleet, choice: CHOICE }));
  return { config, fleets, amiId: null, engineDigest: null, lockProblems: [], qualifier: 'hnb659fds', ...more };
}

export const ZONES = ['us-east-1a', 'us-east-1b', 'us-east-1c'];

export const WHOLE_POLICY = JSON.stringify({
  Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }],
});

export const endpoint = (service: string, more: Partial<VpcEndpoint> = {}): VpcEndpoint => ({
  id: `vpce-${service}`,
  serviceName: `com.amazonaws.us-east-1.${service}`,
  type: 'Interface',
  state: 'available',
  privateDns: true,
  policy: WHOLE_POLICY,
  ...more,
});

type Broken = { readonly [Part in keyof Account]?: Partial<Account[Part]> };

export function account(broken: Broken = {}): Account {
  const good: Account = {
    quotas: { quota: async () => 10_000 },
    functions: { concurrency: async () => ({ limit: 1000, unreserved: 1000 }) },
    hosts: {
      offerings: async (types) => types.flatMap((instanceType) => ZONES.map((zone) => ({ instanceType, zone }))),
      spotScore: async () => 9,
      imageState: async () => 'available',
    },
    network: {
      vpc: async () => ({ dnsSupport: true, dnsHostnames: true }),
      subnetZones: async () => ZONES,
      endpoints: async () => [],
    },
    bedrock: { access: async () => ({ region: true, agreement: true, entitlement: true, authorization: true }) },
    secrets: { secret: async () => ({ isDeleted: false, hasValue: true }) },
    registry: { hasImage: async () => true },
    parameters: { parameter: async (name) => (name.includes('bootstrap') ? '21' : 'ami-0123456789abcdef0') },
    roles: { hasRole: async () => true },
  };
  return Object.fromEntries(
    Object.entries(good).map(([part, methods]) => [part, { ...methods, ...broken[part as keyof Account] }]),
  ) as unknown as Account;
}

/** As the SDK throws it. */
export const awsError = (name: string): Error =>
  Object.assign(new Error(`${name} it is`), { name, $metadata: {}, $fault: 'client' });
