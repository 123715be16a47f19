/** What AWS's own rules say of the example and of networks: nothing that is not acknowledged with a reason, and few of those. */
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { type App, Stack, Validations } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { parse } from 'yaml';
import { ConfigSource, Egress, HybridLlm } from '../../constructs';
import { cdkEnv, testApp, testStack } from '../support/cdk';
import { EXAMPLE, exampleApp } from './hybrid-llm/example';
import { ownNetwork, peerIn } from './private-network/fixture';

const env = { region: 'us-east-1' };

const MOST_ACKNOWLEDGED = 12;

// In one file: the validator takes longer to start than to look.
beforeAll(() => {
  cdkEnv['CDK_VALIDATION'] = 'true';
});

interface Report {
  readonly pluginReports: readonly {
    readonly pluginName: string;
    readonly violations: readonly { readonly ruleName: string; readonly severity?: string }[];
  }[];
}

/** Rules that an app breaks. Findings end synthesis; warnings are in its report alone. */
function broken(app: App): string[] {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const { directory } = app.synth();
  const report = JSON.parse(readFileSync(path.join(directory, 'validation-report.json'), 'utf8')) as Report;
  expect(report.pluginReports.map(({ pluginName }) => pluginName)).toContain('CloudFormation Validate');
  return report.pluginReports.flatMap(({ violations }) => violations.map(({ ruleName }) => ruleName));
}

test('cdk-nag AwsSolutions and the validator inside aws-cdk-lib find nothing that is not acknowledged', () => {
  const { app } = exampleApp();
  expect(broken(app)).toEqual([]);

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

test('nor in its game day', () => {
  const config = parse(readFileSync(EXAMPLE, 'utf8')) as Record<string, unknown>;
  const lock = JSON.parse(readFileSync(EXAMPLE.replace('.yaml', '.lock.json'), 'utf8')) as Record<string, unknown>;
  const app = testApp();
  new HybridLlm(new Stack(app, 'acme-llm', { env }), 'HybridLlm', {
    config: ConfigSource.inline({ ...config, gameDay: { spotInterruption: true } }, lock),
  });
  expect(broken(app)).toEqual([]);
});

test.each([Egress.NAT, Egress.IPV6, Egress.NONE])('nor in a network with egress %s', (egress) => {
  const app = testApp();
  const stack = testStack({ env }, app);
  const network = ownNetwork({ egress, flowLogBucket: s3.Bucket.fromBucketName(stack, 'Logs', 'ops-logs') }, stack);
  const peer = peerIn(network);
  for (const service of ['ecr.api', 'ecr.dkr', 'execute-api', 'bedrock-runtime', 'secretsmanager']) {
    network.admit(service, peer);
  }
  expect(broken(app)).toEqual([]);
});

test('the rules do run: a bucket without access logs is found', () => {
  const app = testApp();
  new s3.Bucket(new Stack(app, 'Test'), 'Bucket');
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  expect(() => app.synth()).toThrow(/AwsSolutions-S1/);
});
