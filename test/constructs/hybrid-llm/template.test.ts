/** The example's template as somebody reads it who must sign it. */
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { parse } from 'yaml';
import { idleFloor } from '../../../lib/economics/idle';
import { readFolder } from '../../../lib/proof/read-assembly';
import { proveResidency } from '../../../lib/proof/residency';
import { type FinishedTemplate, exampleApp, ofType, templateOf } from './example';

const MOST_RESOURCES = 120;

let template: FinishedTemplate;
let text: string;
let directory: string;

beforeAll(() => {
  const { app, stack } = exampleApp();
  const assembly = app.synth();
  ({ directory } = assembly);
  template = templateOf(assembly, stack);
  text = JSON.stringify(template);
});

test('it has at most 120 resources besides alarms', () => {
  const types = Object.values(template.Resources).map(({ Type }) => Type);
  expect(types.filter((type) => !type.endsWith('::Alarm')).length).toBeLessThanOrEqual(MOST_RESOURCES);
});

test('logical ids of what is dear to lose or to replace are a contract', () => {
  const kept = [
    'S3::Bucket',
    'DynamoDB::Table',
    'EC2::VPC',
    'EC2::Subnet',
    'EC2::NatGateway',
    'EC2::EIP',
    'ApiGateway::RestApi',
    'AutoScaling::AutoScalingGroup',
    'EC2::LaunchTemplate',
  ];
  const ids = kept.flatMap((type) => ofType(template, `AWS::${type}`).map(([id]) => `${type} ${id}`));
  expect(ids.sort()).toMatchSnapshot();
});

test('it holds no secret and no account number but that of the registry of AWS', () => {
  const numbers = [...text.matchAll(/(?<![\w.])\d{12}(?!\w)/g)].map(([number]) => number);
  expect([...new Set(numbers)]).toEqual(['763104351884']);
  expect(text).not.toMatch(/sk-[A-Za-z0-9]{8}|hk_[A-Za-z0-9]{8}|AKIA[A-Z0-9]{12}|"HYBRID_LLM_SECRET_(?!ARN_)/);
});

interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource?: unknown;
}

/** Statements of every policy in the template, wherever it stands. */
function statements(node: unknown): Statement[] {
  if (typeof node !== 'object' || node === null) return [];
  const own = (node as { Statement?: Statement[] }).Statement ?? [];
  return [...own, ...Object.values(node).flatMap(statements)];
}

test('a statement on every resource says in its Sid why, and none allows every action', () => {
  const all = statements(template.Resources).filter(({ Effect }) => Effect === 'Allow');
  expect(all.length).toBeGreaterThan(30);
  const wide = all.filter(({ Resource }) => [Resource].flat().includes('*'));
  expect(wide.length).toBeGreaterThan(0);
  expect(wide.filter(({ Sid = '' }) => Sid.length < 8)).toEqual([]);
  const actions = all.flatMap(({ Action }) => [Action].flat()).filter((action) => action.includes('*'));
  expect(actions).toEqual([]);
});

test('GPU hosts have no route out', () => {
  const { fleets } = parse(readFileSync(path.resolve(__dirname, '../../../config/hybrid-llm.yaml'), 'utf8')) as {
    fleets: object;
  };
  expect(Object.keys(fleets)).toHaveLength(1);
  const subnets = ofType(template, 'AWS::AutoScaling::AutoScalingGroup').flatMap(([, { VPCZoneIdentifier }]) =>
    (VPCZoneIdentifier as { Ref: string }[]).map(({ Ref }) => Ref),
  );
  expect(new Set(subnets).size).toBe(3);
  const tables = ofType(template, 'AWS::EC2::SubnetRouteTableAssociation')
    .filter(([, { SubnetId }]) => subnets.includes((SubnetId as { Ref: string }).Ref))
    .map(([, { RouteTableId }]) => (RouteTableId as { Ref: string }).Ref);
  expect(tables.length).toBe(3);
  const routes = ofType(template, 'AWS::EC2::Route').filter(([, { RouteTableId }]) =>
    tables.includes((RouteTableId as { Ref: string }).Ref),
  );
  expect(routes).toEqual([]);
  for (const subnet of subnets) expect(template.Resources[subnet]?.Properties?.['MapPublicIpOnLaunch']).not.toBe(true);
});

test('the proof of residency holds for the sealed function and the GPU hosts', () => {
  const { verdict, sealed, notSeen } = proveResidency(readFolder(directory, (file) => readFileSync(file, 'utf8')));
  expect({ verdict, notSeen }).toEqual({ verdict: 'sealed', notSeen: [] });
  // The lane's function, the launch template, two groups.
  expect(sealed.length).toBeGreaterThanOrEqual(3);
});

test('docs/deploy.md says what it costs when nobody asks', () => {
  const { usdPerMonth, items, unpriced } = idleFloor(template);
  expect(unpriced).toEqual([]);
  const byName = new Map<string, number>();
  for (const { name, usdPerMonth: usd } of items) byName.set(name, (byName.get(name) ?? 0) + usd);
  const rows = [...byName].filter(([, usd]) => usd > 0).map(([name, usd]) => [name, usd.toFixed(2)]);
  const docs = readFileSync(path.resolve(__dirname, '../../../docs/deploy.md'), 'utf8');
  const table = /<!-- idle -->([\s\S]*)<!-- \/idle -->/.exec(docs)?.[1] ?? '';
  const written = [...table.matchAll(/^\| ([^|]+?) +\| +([\d.]+) +\|$/gm)].map(([, name, usd]) => [name, usd]);
  expect(written).toEqual([...rows, ['together', usdPerMonth.toFixed(2)]]);
});
