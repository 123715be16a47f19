/**
 * Everything, from one config file: network, fleets, providers, router, spend guard, alarms, dashboard.
 *
 * npx cdk synth --app 'npx tsx examples/all-in-one.ts'
 */
import { App, Stack } from 'aws-cdk-lib';
import { ConfigSource, HybridLlm } from 'cdk-hybrid-llm';

const app = new App();
const config = ConfigSource.file('config/hybrid-llm.yaml');
export const stack = new Stack(app, 'AllInOne', { env: { region: config.region } });
export const llm = new HybridLlm(stack, 'Llm', { config });
