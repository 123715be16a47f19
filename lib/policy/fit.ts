/** Whether a model can do what a request needs. The first thing it cannot do is the reason it is skipped. */
import type { Capabilities, PlanModel } from '../plan/types';
import type { Facts, RequestNeed } from './facts';
import type { SkipReason } from './reasons';

export function fit(facts: Facts, model: PlanModel): SkipReason | null {
  const can = model.capabilities;
  if (!can.endpoints.includes(facts.endpoint)) return 'endpoint_unsupported';
  for (const need of facts.needs) {
    if (!can[NEEDED[need].capability]) return NEEDED[need].reason;
  }
  if (can.contextTokens !== null && facts.promptTokens * CAUTION + (facts.maxTokens ?? 1) > can.contextTokens) {
    return 'context_too_small';
  }
  return null;
}

/** The estimate may be too high; a prompt that turns out too long is refused by the target and goes on to the next. */
const CAUTION = 0.6;

type Flag = { [K in keyof Capabilities]: Capabilities[K] extends boolean ? K : never }[keyof Capabilities];

const NEEDED: Readonly<Record<RequestNeed, { capability: Flag; reason: SkipReason }>> = {
  tools: { capability: 'tools', reason: 'tools_unsupported' },
  images: { capability: 'images', reason: 'images_unsupported' },
  pdf: { capability: 'pdf', reason: 'pdf_unsupported' },
  audio: { capability: 'audio', reason: 'audio_unsupported' },
  json_schema: { capability: 'jsonSchema', reason: 'schema_unsupported' },
  json_object: { capability: 'jsonObject', reason: 'schema_unsupported' },
  n: { capability: 'n', reason: 'n_unsupported' },
  logprobs: { capability: 'logprobs', reason: 'logprobs_unsupported' },
  suffix: { capability: 'suffix', reason: 'suffix_unsupported' },
};
