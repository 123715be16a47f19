/** The example config as a finished template, once for all tests of a file. */
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { type App, Stack } from 'aws-cdk-lib';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { ConfigSource, HybridLlm } from '../../../constructs';
import type { TemplateResource } from '../../support/cdk';
import { testApp } from '../../support/cdk';

export const EXAMPLE = path.resolve(__dirname, '../../../config/hybrid-llm.yaml');

export interface Example {
  readonly app: App;
  readonly stack: Stack;
  readonly llm: HybridLlm;
}

export function exampleApp(): Example {
  const app = testApp();
  const config = ConfigSource.file(EXAMPLE);
  const stack = new Stack(app, config.deployment, { env: { region: config.region } });
  return { app, stack, llm: new HybridLlm(stack, 'HybridLlm', { config }) };
}

export interface FinishedTemplate {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
}

export const templateOf = (assembly: CloudAssembly, stack: Stack): FinishedTemplate =>
  JSON.parse(
    readFileSync(path.join(assembly.directory, `${stack.stackName}.template.json`), 'utf8'),
  ) as FinishedTemplate;

export const ofType = (template: FinishedTemplate, type: string): [id: string, properties: Record<string, any>][] =>
  Object.entries(template.Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([id, { Properties = {} }]) => [id, Properties as Record<string, any>]);
