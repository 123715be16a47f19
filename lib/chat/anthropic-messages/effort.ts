/** How much a model is to think, as `reasoning_effort`: the only word for it that other providers share. */
import { type JsonObject, isObject } from '../json';
import { isGiven, refuse } from '../openai-chat/mistakes';

/** Tokens of a budget up to which it is `low` and `medium`. Claude Code's own steps are 4 000, 10 000 and 31 999. */
const LOW_BUDGET = 4_096;
const MEDIUM_BUDGET = 16_384;

/** Nobody else has words beyond `high`. */
const EFFORTS: Readonly<Record<string, string>> = {
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'high',
  max: 'high',
};

/** `null`: as the model does it by itself. */
export function effortOf({ thinking, output_config: config }: JsonObject): string | null {
  const stated = readStated(config);
  if (!isGiven(thinking)) return stated;
  if (!isObject(thinking)) refuse('thinking', 'an object', thinking);
  const { type, budget_tokens: budget } = thinking;
  if (type === 'disabled') return null;
  if (type === 'adaptive') return stated ?? 'medium';
  if (type !== 'enabled') refuse('thinking.type', "'enabled', 'adaptive' or 'disabled'", type);
  if (typeof budget !== 'number') refuse('thinking.budget_tokens', 'a number of tokens', budget);
  return stated ?? (budget <= LOW_BUDGET ? 'low' : budget <= MEDIUM_BUDGET ? 'medium' : 'high');
}

function readStated(config: unknown): string | null {
  const effort = isObject(config) ? config['effort'] : null;
  if (!isGiven(effort)) return null;
  const meant = typeof effort === 'string' && Object.hasOwn(EFFORTS, effort) ? EFFORTS[effort] : undefined;
  return meant ?? refuse('output_config.effort', `one of ${Object.keys(EFFORTS).join(', ')}`, effort);
}
