/** What the example's template says of its GPU hosts, as whoever must sign for them reads it. */
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { parse } from 'yaml';
import { type FinishedTemplate, exampleApp, ofType, templateOf } from './example';

/** Why there is each: the endpoint costs by the hour, and is a way by which something could leave. */
const INTERFACE_ENDPOINTS: Readonly<Record<string, string>> = {
  'ecr.api': 'hosts log in to the registry of the engine’s image',
  'ecr.dkr': 'hosts pull that image',
  'bedrock-runtime': 'Bedrock’s models of this region are asked without leaving it',
  'execute-api': 'callers reach the private API',
};

let template: FinishedTemplate;

beforeAll(() => {
  const { app, stack } = exampleApp();
  template = templateOf(app.synth(), stack);
});

const groups = () => ofType(template, 'AWS::AutoScaling::AutoScalingGroup');

interface Group {
  readonly MixedInstancesPolicy: {
    readonly LaunchTemplate: { readonly Overrides: readonly { readonly InstanceType: string }[] };
  };
  readonly VPCZoneIdentifier: readonly { readonly Ref: string }[];
}

test('each group may choose among three instance types at least', () => {
  const types = groups().map(([, group]) =>
    (group as unknown as Group).MixedInstancesPolicy.LaunchTemplate.Overrides.map(({ InstanceType }) => InstanceType),
  );
  expect(types).toHaveLength(2);
  for (const choice of types) expect(new Set(choice).size).toBeGreaterThanOrEqual(3);
});

test('each group has a subnet in every zone of the config', () => {
  const { network } = parse(readFileSync(path.resolve(__dirname, '../../../config/hybrid-llm.yaml'), 'utf8')) as {
    network: { azs: string[] };
  };
  for (const [, group] of groups()) {
    const zones = (group as unknown as Group).VPCZoneIdentifier.map(
      ({ Ref }) => template.Resources[Ref]?.Properties?.['AvailabilityZone'],
    );
    expect(zones).toEqual(network.azs);
  }
});

test('instances answer nobody but themselves when asked for credentials', () => {
  const launched = ofType(template, 'AWS::EC2::LaunchTemplate');
  expect(launched).toHaveLength(1);
  for (const [, { LaunchTemplateData }] of launched) {
    const { MetadataOptions } = LaunchTemplateData as { MetadataOptions: unknown };
    expect(MetadataOptions).toEqual({ HttpTokens: 'required', HttpPutResponseHopLimit: 1 });
  }
});

test('user data names no secret', () => {
  const text = JSON.stringify(ofType(template, 'AWS::EC2::LaunchTemplate'));
  expect(text).toContain('host.json');
  expect(text).not.toMatch(/resolve:|secret|password|token":|api_?key/i);
});

test('the hosts’ role has no wildcard but for the login to the registry, which exists only on *', () => {
  const inItself = ofType(template, 'AWS::IAM::Role')
    .filter(([id]) => id.includes('HostRole'))
    .flatMap(([, { Policies }]) => Policies as { PolicyDocument: { Statement: Statement[] } }[]);
  const statements = inItself.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
  // Nothing else adds to it.
  const others = ofType(template, 'AWS::IAM::Policy').map(([, { Roles }]) => JSON.stringify(Roles));
  expect(others.join()).not.toContain('HostRole');
  expect(statements.length).toBeGreaterThan(4);
  const actions = statements.flatMap(({ Action }) => [Action].flat());
  expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  const wide = statements.filter(({ Resource }) => [Resource].flat().includes('*'));
  expect(wide.map(({ Action }) => Action)).toEqual(['ecr:GetAuthorizationToken']);
});

interface Statement {
  readonly Action: string | string[];
  readonly Resource: unknown;
}

test('each interface endpoint is there for a reason that is written down', () => {
  const services = ofType(template, 'AWS::EC2::VPCEndpoint')
    .filter(([, { VpcEndpointType }]) => VpcEndpointType === 'Interface')
    .map(([, { ServiceName }]) => /^com\.amazonaws\.us-east-1\.([\w.-]+)$/.exec(String(ServiceName))?.[1]);
  expect(services.sort()).toEqual(Object.keys(INTERFACE_ENDPOINTS).sort());
});
