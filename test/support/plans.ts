/** Plans for tests, from configs small enough to read. */
import { type Config, type ConfigInput, configSchema } from '../../config/schema';
import type { Lane } from '../../config/vocabulary';
import { compile } from '../../lib/plan/compile';
import type { RouterPlan } from '../../lib/plan/types';

export type PartialConfig = Partial<ConfigInput>;

/** One fleet, one closed model under contract, one without, one in the region; everything else as by default. */
export const BASE: ConfigInput = {
  name: 'test',
  region: 'us-east-1',
  fleets: { llama: { model: 'meta-llama/Llama-3.1-8B-Instruct', context: 16_384 } },
  providers: {
    anthropic: { secret: 'a/anthropic', agreement: { kind: 'dpa', ref: 'A-1' } },
    openai: { secret: 'a/openai' },
    bedrock: {},
  },
  models: {
    fast: { fleet: 'llama' },
    claude: { provider: 'anthropic', model: 'claude-sonnet-5' },
    gpt: { provider: 'openai', model: 'gpt-4o' },
    'openai/*': { provider: 'openai' },
  },
  routes: [{ name: 'default', to: ['fast', 'claude', 'gpt'] }],
  sensitivity: { default: 'public' },
};

export const configOf = (change: PartialConfig = {}): Config => configSchema.parse({ ...BASE, ...change });

export const planOf = (change: PartialConfig = {}, lane: Lane = 'open'): RouterPlan => compile(configOf(change), lane);
