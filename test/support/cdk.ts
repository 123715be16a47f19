/** CDK apps for tests: with the same feature flags as `cdk synth` reads from `cdk.json`, so that both make one template. */
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { App, Stack, type StackProps } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';

const ROOT = path.resolve(__dirname, '../..');
const { context } = JSON.parse(readFileSync(path.join(ROOT, 'cdk.json'), 'utf8')) as {
  context: Record<string, unknown>;
};

/** Of no use to a template, and most of the time that one takes: where each construct was made, copies of assets, the tree. */
const QUICK = { 'aws:cdk:disable-creation-stack-traces': true, 'aws:cdk:disable-asset-staging': true };

export const testApp = (more: Readonly<Record<string, unknown>> = {}): App =>
  new App({ context: { ...context, ...QUICK, ...more }, treeMetadata: false });

/** The environment as the CDK sees it, which is loaded outside of the tests. */
export const cdkEnv = process.getBuiltinModule('node:process').env;

/** Where the CDK prints. */
export const cdkConsole = process.getBuiltinModule('node:console');

/** A stack with a region and no account, as `bin/app.ts` makes it. */
export const testStack = (props: StackProps = { env: { region: 'us-east-1' } }, app: App = testApp()): Stack =>
  new Stack(app, 'Test', props);

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}

/** All resources of one type, by logical id. */
export const resourcesOf = (template: Template, type: string): Record<string, TemplateResource> =>
  template.findResources(type) as Record<string, TemplateResource>;

/** A template for a snapshot: hashes of assets hidden, so that it changes only where what is deployed changes. */
export function forSnapshot(template: Template): unknown {
  const text = JSON.stringify(template.toJSON())
    .replace(/[0-9a-f]{64}(\.[a-z]+)?/g, 'ASSET_HASH$1')
    .replace(/nodejs\d+\.x/g, 'NODE_RUNTIME');
  const { Parameters: _parameters, Rules: _rules, ...rest } = JSON.parse(text) as Record<string, unknown>;
  return rest;
}
