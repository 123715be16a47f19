/** What a fleet asks for, with what the config would fill in. */
import type { FleetAsked } from '../../config/lock';
import { type Chosen, choose } from '../../lib/selection/choose';

export const asked = (rest: Partial<FleetAsked> = {}): FleetAsked => ({
  model: 'meta-llama/Llama-3.1-8B-Instruct',
  architecture: null,
  kind: 'chat',
  context: 16_384,
  concurrency: 32,
  quality: 'high',
  quantization: null,
  instances: 'auto',
  spot: true,
  adapters: 0,
  acceptUnverified: false,
  ...rest,
});

export function chosenOf(rest: Partial<FleetAsked>): Chosen {
  const chosen = choose(asked(rest));
  if ('problem' in chosen) throw new Error(chosen.problem);
  return chosen;
}

export function problemOf(rest: Partial<FleetAsked>): string {
  const chosen = choose(asked(rest));
  if (!('problem' in chosen)) throw new Error(`it was chosen: ${JSON.stringify(chosen.choice)}`);
  return chosen.problem;
}
