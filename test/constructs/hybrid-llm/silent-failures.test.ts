/** What AWS accepts and then does not do: each is asserted on the example's finished template. */
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { ERRORS } from '../../../lib/policy/errors';
import { type FinishedTemplate, exampleApp, ofType, templateOf } from './example';

let template: FinishedTemplate;
let directory: string;

beforeAll(() => {
  const { app, stack } = exampleApp();
  const assembly = app.synth();
  directory = assembly.directory;
  template = templateOf(assembly, stack);
});

const routerFunctions = () =>
  ofType(template, 'AWS::Lambda::Function').filter(([id]) => /Router(Open|Sealed)/.test(id));

test('streaming integrations and the functions behind them have 900 seconds: without, API Gateway cuts at 29', () => {
  const methods = ofType(template, 'AWS::ApiGateway::Method');
  expect(methods.length).toBeGreaterThanOrEqual(3);
  for (const [, { Integration }] of methods) {
    expect(Integration).toMatchObject({ ResponseTransferMode: 'STREAM', TimeoutInMillis: 900_000, Type: 'AWS_PROXY' });
  }
  expect(routerFunctions().map(([, { Timeout }]) => Timeout as number)).toEqual([900, 900]);
});

test('integrations call the functions by the response-streaming path: by the other one they are not streamed', () => {
  for (const [, { Integration }] of ofType(template, 'AWS::ApiGateway::Method')) {
    const { Uri } = Integration as { Uri: unknown };
    expect(JSON.stringify(Uri)).toMatch(/:lambda:path\/2021-11-15\/functions\/.*\/response-streaming-invocations/);
  }
});

test('groups have nothing that fights the one writer of their capacity', () => {
  const groups = ofType(template, 'AWS::AutoScaling::AutoScalingGroup');
  expect(groups).toHaveLength(2);
  for (const [id, properties] of groups) {
    for (const name of [
      'DesiredCapacity',
      'TargetGroupARNs',
      'LoadBalancerNames',
      'TrafficSources',
      'CapacityRebalance',
    ]) {
      expect(properties).not.toHaveProperty(name);
    }
    expect(template.Resources[id]).not.toHaveProperty('UpdatePolicy');
    expect(properties['LifecycleHookSpecificationList']).toHaveLength(2);
  }
  for (const type of ['ScalingPolicy', 'ScheduledAction', 'LifecycleHook', 'WarmPool']) {
    expect(ofType(template, `AWS::AutoScaling::${type}`)).toEqual([]);
  }
});

test('no interface endpoint is open to the VPC', () => {
  const endpoints = ofType(template, 'AWS::EC2::VPCEndpoint').filter(
    ([, one]) => one['VpcEndpointType'] === 'Interface',
  );
  expect(endpoints.length).toBeGreaterThanOrEqual(4);
  const groups = new Set(
    endpoints.flatMap(([, { SecurityGroupIds }]) =>
      (SecurityGroupIds as { 'Fn::GetAtt': [string, string] }[]).map((group) => group['Fn::GetAtt'][0]),
    ),
  );
  for (const [id, { SecurityGroupIngress }] of ofType(template, 'AWS::EC2::SecurityGroup')) {
    if (groups.has(id)) expect(SecurityGroupIngress).toBeUndefined();
  }
  const admitted = ofType(template, 'AWS::EC2::SecurityGroupIngress').filter(([, { GroupId }]) =>
    groups.has((GroupId as { 'Fn::GetAtt': [string, string] })['Fn::GetAtt'][0]),
  );
  expect(admitted.length).toBeGreaterThanOrEqual(4);
  for (const [, rule] of admitted) {
    expect(rule).toMatchObject({ FromPort: 443, ToPort: 443, SourceSecurityGroupId: expect.anything() });
    expect(rule).not.toHaveProperty('CidrIp');
  }
});

test('the last rule of the DNS firewall blocks every name', () => {
  const [[, group] = []] = ofType(template, 'AWS::Route53Resolver::FirewallRuleGroup');
  const rules = group?.['FirewallRules'] as { Priority: number; Action: string; FirewallDomainListId: unknown }[];
  const last = rules.toSorted((a, b) => a.Priority - b.Priority).at(-1);
  const list = (last?.FirewallDomainListId as { 'Fn::GetAtt': [string, string] })['Fn::GetAtt'][0];
  expect(last?.Action).toBe('BLOCK');
  expect(template.Resources[list]?.Properties?.['Domains']).toEqual(['*']);
  expect(ofType(template, 'AWS::Route53Resolver::FirewallRuleGroupAssociation')).toHaveLength(1);
});

test("gateway responses have OpenAI's shape, with codes of the router", () => {
  const responses = ofType(template, 'AWS::ApiGateway::GatewayResponse');
  const types = responses.map(([, { ResponseType }]) => ResponseType as string);
  expect(types).toEqual(
    expect.arrayContaining(['DEFAULT_4XX', 'DEFAULT_5XX', 'REQUEST_TOO_LARGE', 'INTEGRATION_TIMEOUT']),
  );
  for (const [, { ResponseTemplates }] of responses) {
    const [text = ''] = Object.values(ResponseTemplates as Record<string, string>);
    const { error } = JSON.parse(text.replaceAll('$context.error.messageString', '"m"')) as {
      error: Record<string, unknown>;
    };
    expect(Object.keys(error).sort()).toEqual(['code', 'message', 'param', 'type']);
    expect(Object.keys(ERRORS)).toContain(error['code']);
  }
});

test('no plan has a CDK token in it', () => {
  const manifest = JSON.parse(readFileSync(path.join(directory, 'acme-llm.assets.json'), 'utf8')) as {
    files: Record<string, { source: { path: string } }>;
  };
  const hashes = routerFunctions().map(([, { Code }]) => (Code as { S3Key: string }).S3Key.replace('.zip', ''));
  expect(new Set(hashes).size).toBe(2);
  for (const hash of hashes) {
    const plan = readFileSync(path.resolve(directory, manifest.files[hash]?.source.path ?? '', 'plan.json'), 'utf8');
    expect(JSON.parse(plan)).toMatchObject({ version: 1, name: 'acme-llm' });
    expect(plan).not.toMatch(/\$\{|Token\[|Fn::/);
  }
});
