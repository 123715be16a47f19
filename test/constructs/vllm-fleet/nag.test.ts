/** cdk-nag's findings, and what of them is acknowledged. */
import { type App, Stack, Validations } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { ModelStore } from '../../../constructs/model-store';
import { FleetTable, VllmFleet, type VllmFleetProps } from '../../../constructs/vllm-fleet';
import { testApp } from '../../support/cdk';
import { BareNetwork, OF_QWEN } from './fleet-stack';

const env = { region: 'us-east-1' };

/** Findings below what is ours: the test's own network and buckets are not. Asked for within synthesis, as an app does. */
function findings(app: App): string[] {
  const found: string[] = [];
  const pack = new AwsSolutionsChecks(app);
  const validate = pack.validate.bind(pack);
  pack.validate = (context) => {
    for (const { ruleName, violatingResources } of validate(context).violations) {
      found.push(...violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`));
    }
    return { success: true, violations: [] };
  };
  Validations.of(app).addPlugins(pack);
  app.synth();
  return found.filter((finding) => /\/(small|Models|Fleets)\//.test(finding));
}

/** Acknowledged findings of everything below an app. */
const acknowledged = (app: App): string[] =>
  app.node
    .findAll()
    .flatMap(({ node }) => node.metadata)
    .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
    .flatMap(({ data }) => Object.keys(data as object))
    .map((id) => id.replace(/^annotation::/i, '').replace(/(<\w+?)[0-9A-F]{8}\b/, '$1'))
    .filter((id) => id.startsWith('AwsSolutions-'));

function fleetIn(stack: Stack, base: Stack, props: Partial<VllmFleetProps> = {}): void {
  const logBucket = new s3.Bucket(base, 'Logs');
  const network = new BareNetwork(base, 'Network');
  const modelStore = new ModelStore(base, 'Models', { logBucket });
  const fleetTable = new FleetTable(base, 'Fleets');
  new VllmFleet(stack, 'small', { ...OF_QWEN, network, modelStore, fleetTable, logBucket, ...props });
}

test('a fleet and its store leave no finding; two are acknowledged', () => {
  const app = testApp();
  const stack = new Stack(app, 'Test', { env });
  fleetIn(stack, stack);
  expect(findings(app)).toEqual([]);
  expect([...new Set(acknowledged(app))].sort()).toEqual(['AwsSolutions-AS3', 'AwsSolutions-IAM5[Resource::*]']);
});

test('each adapter adds one', () => {
  const app = testApp();
  const stack = new Stack(app, 'Test', { env });
  fleetIn(stack, stack, { adapters: { a: 's3://acme-models/a/', b: 's3://acme-models/b/' } });
  expect(findings(app)).toEqual([]);
  expect(new Set(acknowledged(app)).size).toBe(4);
});

test.each(['weak', 'strong'])('acknowledgements hold across stacks (%s references)', (references) => {
  const app = testApp({ '@aws-cdk/core:defaultCrossStackReferences': references });
  fleetIn(new Stack(app, 'Far', { env }), new Stack(app, 'Base', { env }));
  expect(findings(app)).toEqual([]);
});

test('a store on a bucket of yours lets the mirror write by its role, and acknowledges that', () => {
  const app = testApp();
  const stack = new Stack(app, 'Test', { env });
  new ModelStore(stack, 'Models', { bucket: s3.Bucket.fromBucketName(stack, 'Yours', 'acme-models') });
  expect(findings(app)).toEqual([]);
  expect(acknowledged(app)).toContain('AwsSolutions-IAM5[Resource::arn:aws:s3:::acme-models/weights/*]');
});

test('a finding would be seen', () => {
  const app = testApp();
  const stack = new Stack(app, 'Test', { env });
  new ModelStore(stack, 'Models');
  expect(findings(app)).toEqual(['AwsSolutions-S1 Test/Models/Bucket/Resource']);
});
