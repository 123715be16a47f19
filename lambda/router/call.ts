/** The decided request as one target is asked for it. */
import type { ChatCall, JsonObject, UpstreamBody } from '../../lib/chat/dialect';
import type { Ingress } from '../../lib/chat/ingress';
import { isObject } from '../../lib/chat/json';
import type { CheckedBody } from '../../lib/chat/checked-body';
import type { RouterPlan, TokenPrice } from '../../lib/plan/types';
import type { Decision } from '../../lib/policy/decide';
import type { Facts } from '../../lib/policy/facts';
import type { NamedModel } from '../../lib/policy/models';
import { ROUTER_METADATA } from '../../lib/policy/read-facts';
import { type Caps, capsOf } from '../../lib/spend/budgets';
import { DEFAULT_MAX_TOKENS } from '../../lib/chat/limits';
import { boundUsd, costUsd, reservationUsd } from '../../lib/spend/price';

export interface PricedCall {
  readonly call: ChatCall;
  readonly caps: Caps;
  /** What is set aside for it: more than it costs, as far as its size says. */
  readonly boundUsd: number;
}

/** With the endpoint that it came in by. */
export type CallerBody = CheckedBody & { readonly ingress: Ingress };

export function callFor(
  plan: RouterPlan,
  facts: Facts,
  decision: Decision,
  body: CallerBody,
  named: NamedModel,
  requestId: string,
  nowMs: number,
): PricedCall {
  const { model } = named;
  const caps = capsOf(plan, facts.tenant, model);
  const asked = decision.set.maxTokens ?? facts.maxTokens;
  const costsTokens = (model.price?.outputUsdPerMillionTokens ?? 0) > 0;
  // A cap can only hold if the answer has an end.
  const maxTokens = asked === null && caps.any && costsTokens ? DEFAULT_MAX_TOKENS : asked;
  return {
    caps,
    boundUsd: reservationUsd(model.price, facts, maxTokens),
    call: {
      text: body.text,
      body: body.json,
      model: named.upstreamModel,
      // Vectors are made one way only.
      set: facts.endpoint === 'embeddings' ? {} : paramsFor(decision, maxTokens === facts.maxTokens ? null : maxTokens),
      ...metadataFor(body.json),
      infill: model.infill,
      maxTokensField: isOpenAi(plan, model) ? 'max_completion_tokens' : 'max_tokens',
      id: `chatcmpl-${requestId}`,
      createdSeconds: Math.floor(nowMs / 1000),
      costUsd: (usage) => costUsd(model.price, usage),
    },
  };
}

const paramsFor = ({ set }: Decision, maxTokens: number | null): ChatCall['set'] => ({
  ...(maxTokens !== null && { max_tokens: maxTokens }),
  ...(set.temperature !== undefined && { temperature: set.temperature }),
  ...(set.topP !== undefined && { top_p: set.topP }),
});

/** Its bound with what the answer may be longer than was asked for, because its target would refuse it else. */
export function withExtra(priced: PricedCall, { extraTokens = 0 }: UpstreamBody, price: TokenPrice | null): PricedCall {
  return extraTokens === 0 ? priced : { ...priced, boundUsd: priced.boundUsd + boundUsd(price, 0, extraTokens) };
}

/** OpenAI's own API, or Bedrock's copy of it. */
const isOpenAi = ({ providers }: RouterPlan, { provider, protocol }: NamedModel['model']): boolean =>
  provider === 'openai' || (protocol === 'openai' && providers[provider ?? '']?.protocol === 'bedrock');

/** What was addressed to the router is taken out; an empty rest too, since OpenAI refuses `metadata` without `store`. */
function metadataFor({ metadata }: JsonObject): Pick<ChatCall, 'metadata'> {
  if (typeof metadata !== 'object' || metadata === null) return {};
  const rest = Object.fromEntries(Object.entries(metadata).filter(([key]) => !isForRouter(key)));
  if (Object.keys(rest).length === Object.keys(metadata).length) return {};
  return { metadata: Object.keys(rest).length === 0 ? null : rest };
}

const isForRouter = (key: string): boolean => (ROUTER_METADATA as readonly string[]).includes(key);

/** What keeps a conversation on one replica: its session if the caller names one, else how it begins. */
export function conversationOf({ json, ingress }: CallerBody): string {
  const { metadata } = json;
  const session = isObject(metadata) ? metadata['session'] : undefined;
  return typeof session === 'string' ? session : ingress.beginning(json);
}
