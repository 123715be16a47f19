/** The page is held to the checks, the endpoints to what the constructs make. */
import { readFileSync } from 'node:fs';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CHECKS } from '../../bin/doctor/checks';
import { NEEDED_ACTIONS, neededServices } from '../../bin/doctor/endpoint-needs';
import { ConfigSource, HybridLlm } from '../../constructs';
import { GATEWAY_POLICIES, INTERFACE_POLICIES } from '../../constructs/private-network/endpoint-policies';
import { parseConfig } from '../../lib/config/parse';
import { testApp, testStack } from '../support/cdk';

test('docs/doctor.md has a row for each check, and says of it what the code says', () => {
  const [, table = ''] = readFileSync('docs/doctor.md', 'utf8').split(/<!-- \/?checks -->/);
  const rows = table
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | +\|$/g, '').trim()));
  expect(rows).toEqual(
    CHECKS.map(({ name, looksAt, permissions, remedy }) => [
      `\`${name}\``,
      looksAt,
      permissions.map((permission) => `\`${permission}\``).join(', ') || 'none',
      remedy,
    ]),
  );
});

test('what must pass an endpoint passes ours', () => {
  const place = { scope: testStack(), imageRegistry: () => '763104351884' };
  const policies = { ...GATEWAY_POLICIES.isolated, ...INTERFACE_POLICIES };
  expect(Object.keys(NEEDED_ACTIONS).sort()).toEqual(Object.keys(policies).sort());
  for (const [service, policy] of Object.entries(policies)) {
    const allowed = policy(place).flatMap(({ actions }) => actions);
    for (const action of NEEDED_ACTIONS[service as keyof typeof NEEDED_ACTIONS]) expect(allowed).toContain(action);
  }
});

const fleet = 'fleets: { chat: { model: Qwen/Qwen3-8B, instances: [g6e.xlarge] } }\n';
const route = 'routes: [{ name: default, to: [m] }]\nalarms: { notify: none }\nsensitivity: { default: public }\n';
const openai = 'providers: { openai: { secret: acme/openai } }\nmodels: { m: { provider: openai, model: gpt-4o } }\n';
const near =
  "providers: { lab: { secret: acme/lab, baseUrl: 'https://10.0.7.4/v1', protocol: openai } }\nmodels: { m: { provider: lab, model: x, price: { inputUsdPerMillionTokens: 0, outputUsdPerMillionTokens: 0 } } }\n";

test.each([
  ['a fleet alone', `lanes: [sealed]\n${fleet}models: { m: { fleet: chat } }\n`],
  ['a provider with a way out', `lanes: [open]\n${openai}`],
  ['a provider without a way out', `lanes: [open]\nnetwork: { egress: none }\n${near}`],
  [
    'a provider that no model names',
    `lanes: [open]\nnetwork: { egress: none }\n${fleet}providers: { bedrock: {} }\nmodels: { m: { fleet: chat } }\n`,
  ],
  [
    'Bedrock',
    "lanes: [open]\nnetwork: { egress: none }\nproviders: { bedrock: {} }\nmodels: { m: { provider: bedrock, model: 'amazon.nova-lite-v1:0' } }\n",
  ],
])('the endpoints of %s are those that its template has', (_, part) => {
  const text = `name: acme\nregion: us-east-1\n${part}${route}`;
  const { config, findings } = parseConfig(text);
  if (config === null) throw new Error(JSON.stringify(findings));
  const stack = new Stack(testApp(), 'Test', { env: { region: 'us-east-1' } });
  new HybridLlm(stack, 'Llm', { config: ConfigSource.inline(config) });
  const made = Object.values(Template.fromStack(stack).findResources('AWS::EC2::VPCEndpoint')).map(({ Properties }) => {
    const name = JSON.stringify((Properties as { ServiceName: unknown }).ServiceName);
    return Object.keys(NEEDED_ACTIONS).find((service) => name.includes(`.${service}"`)) ?? name;
  });
  expect([...new Set(made)].sort()).toEqual([...neededServices(config)].sort());
});
