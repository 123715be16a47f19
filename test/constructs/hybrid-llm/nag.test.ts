/** What AWS's own rules say of the example: nothing that is not acknowledged with a reason, and few of those. */
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { Stack, Validations } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { testApp } from '../../support/cdk';
import { exampleApp } from './example';

const MOST_ACKNOWLEDGED = 12;

beforeAll(() => {
  process.env['CDK_VALIDATION'] = 'true';
});

interface Report {
  readonly pluginReports: readonly {
    readonly pluginName: string;
    readonly violations: readonly { readonly ruleName: string; readonly severity?: string }[];
  }[];
}

test('cdk-nag AwsSolutions and the validator inside aws-cdk-lib find nothing that is not acknowledged', () => {
  const { app } = exampleApp();
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const assembly = app.synth();
  const report = JSON.parse(readFileSync(path.join(assembly.directory, 'validation-report.json'), 'utf8')) as Report;
  expect(report.pluginReports.map(({ pluginName }) => pluginName)).toContain('CloudFormation Validate');
  const found = report.pluginReports.flatMap(({ violations }) => violations.map(({ ruleName }) => ruleName));
  expect(found).toEqual([]);

  const acknowledged = app.node
    .findAll()
    .flatMap(({ node }) => node.metadata.filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY))
    .flatMap(({ data }) => Object.entries(data as Record<string, string>))
    .filter(([id]) => id.includes('AwsSolutions-'));
  expect(acknowledged.length).toBeGreaterThan(0);
  expect(acknowledged.length).toBeLessThanOrEqual(MOST_ACKNOWLEDGED);
  expect(acknowledged.filter(([id]) => id.includes('Action::'))).toEqual([]);
  for (const [id, reason] of acknowledged) expect(`${id}: ${reason}`).toMatch(/: .{30,}/);
});

test('the rules do run: a bucket without access logs is found', () => {
  const app = testApp();
  new s3.Bucket(new Stack(app, 'Test'), 'Bucket');
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  expect(() => app.synth()).toThrow(/AwsSolutions-S1/);
});
