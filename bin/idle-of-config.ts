/** What a config's deployment costs when nobody asks: synthesizes it and reads the finished template. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { HybridLlm } from '../constructs/hybrid-llm/hybrid-llm';
import type { ConfigSource } from '../constructs/hybrid-llm/config-source';
import { type IdleFloor, idleFloor } from '../lib/economics/idle';
import type { Template } from '../lib/proof/template';

/** Nobody reads more than the template: neither copies of the assets nor where each construct was made. */
const QUICK = { 'aws:cdk:disable-asset-staging': true, 'aws:cdk:disable-creation-stack-traces': true };

/** Throws what synth throws. */
export function idleOfConfig(config: ConfigSource): IdleFloor {
  const outdir = mkdtempSync(path.join(tmpdir(), 'hybrid-llm-plan-'));
  const before = process.env['CDK_VALIDATION'];
  // The CDK's own check of the template takes longer than all the rest, and belongs to synth.
  process.env['CDK_VALIDATION'] = 'false';
  try {
    const app = new App({ outdir, analyticsReporting: false, treeMetadata: false, context: QUICK });
    const stack = new Stack(app, config.deployment, { env: { region: config.region } });
    new HybridLlm(stack, 'HybridLlm', { config });
    return idleFloor(app.synth().getStackArtifact(stack.artifactId).template as Template);
  } finally {
    if (before === undefined) delete process.env['CDK_VALIDATION'];
    else process.env['CDK_VALIDATION'] = before;
    rmSync(outdir, { recursive: true, force: true });
  }
}
