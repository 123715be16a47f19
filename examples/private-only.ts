/**
 * Open models only: one sealed lane, no way out of the network, no closed provider.
 *
 * npx cdk synth --app 'npx tsx examples/private-only.ts'
 */
import { App, Stack } from 'aws-cdk-lib';
import { LlmRouter, ModelStore, PrivateNetwork, ResidencyProof, RouterLane, VllmFleet } from 'cdk-hybrid-llm';

const app = new App();
export const stack = new Stack(app, 'PrivateOnly', { env: { region: 'us-east-1' } });

const network = new PrivateNetwork(stack, 'Network', {
  availabilityZones: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
  openLane: false,
});
export const fleet = new VllmFleet(stack, 'Llama', {
  network,
  modelStore: new ModelStore(stack, 'Models'),
  model: 'meta-llama/Llama-3.1-8B-Instruct',
  context: 16_384,
  concurrency: 32,
  instanceTypes: ['g7e.2xlarge', 'g7e.4xlarge', 'g7e.8xlarge'],
  maxReplicas: 4,
});
export const router = new LlmRouter(stack, 'Router', {
  network,
  lanes: [RouterLane.SEALED],
  models: { llama: { backend: fleet } },
  routes: [{ name: 'default', to: ['llama'] }],
});
ResidencyProof.enforce(stack);
