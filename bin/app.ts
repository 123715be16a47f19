#!/usr/bin/env node
/** The CDK app: one stack from one config file. `cdk synth -c config=FILE`, or HYBRID_LLM_CONFIG. */
import { App, Stack } from 'aws-cdk-lib';
import { ExitCode } from './commands/command';
import { ConfigError, ConfigSource } from '../constructs/hybrid-llm/config-source';
import { HybridLlm } from '../constructs/hybrid-llm/hybrid-llm';

const app = new App();
const account = process.env['CDK_DEFAULT_ACCOUNT'];
try {
  const file = (app.node.tryGetContext('config') as string | undefined) ?? process.env['HYBRID_LLM_CONFIG'];
  const config = ConfigSource.file(file ?? 'config/hybrid-llm.yaml');
  const stack = new Stack(app, config.deployment, {
    description: 'Open language models on spot GPUs and closed ones beside them, behind one router',
    env: {
      region: config.region,
      // Only to look up a VPC of yours: a template without one is the same in every account.
      ...(config.vpcId !== undefined && account !== undefined && { account }),
    },
  });
  new HybridLlm(stack, 'HybridLlm', { config });
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  // A mistake in the config: its place and its cure say more than our stack.
  process.stderr.write(`${error.message}\n`);
  process.exit(ExitCode.badInput);
}
