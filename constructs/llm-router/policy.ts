/** What a router is told of models, routes and rules: the same words as in the config file, checked by the same parser. */
import type { IModelBackend } from '../backend/i-model-backend';

/** US dollars per million tokens. */
export interface TokenRates {
  readonly inputUsdPerMillionTokens: number;
  readonly outputUsdPerMillionTokens: number;
  /** @default - cached tokens are counted at the input price */
  readonly cacheReadUsdPerMillionTokens?: number;
  /** @default - cached tokens are counted at the input price */
  readonly cacheWriteUsdPerMillionTokens?: number;
  /** Of tokens that stay in the cache for an hour. @default - not known where the price above is given; else the input price */
  readonly cacheWriteLongUsdPerMillionTokens?: number;
}

/** In place of the usual prices, for the whole of a request with a longer prompt. */
export interface LongPromptRates extends TokenRates {
  readonly promptTokensOver: number;
}

/** US dollars per million tokens, and what changes them. */
export interface TokenPrice extends TokenRates {
  /** @default - all prompts cost the same */
  readonly longPrompts?: LongPromptRates;
  /** By the provider's word for how it served a request, such as `flex`: what all prices are multiplied by. @default - not known */
  readonly serviceTiers?: { [tier: string]: number };
}

/** A name that callers may ask for. */
export interface RouterModel {
  /** Where it runs. */
  readonly backend: IModelBackend;
  /** The name by which a provider knows it. @default - the fleet's own model; of a name that ends in `*`, what stands for it */
  readonly model?: string;
  /** `openai`: a model of Bedrock that is asked by Bedrock's copy of OpenAI's API. @default - the provider's own */
  readonly protocol?: string;
  /** One of the fleet's LoRA adapters. @default - the model itself */
  readonly adapter?: string;
  /** Models asked in its place, in this order, when it cannot answer. @default - none: a named model is never swapped */
  readonly fallback?: string[];
  /** @default - the catalogue's price; a fleet costs by the hour */
  readonly price?: TokenPrice;
  /** Embedding models that name the same weights may stand in for each other. @default - for none */
  readonly weights?: string;
}

/** Keys are joined by *and*, a list by *or*, except `needs`, of which all must hold. */
export interface RouteCondition {
  /** `public`, `internal`, `restricted`. @default - any */
  readonly sensitivity?: string[];
  /**
   * `classification`, `extraction`, `summarization`, `high_volume_batch`, `user_facing_chat`, `complex_reasoning`,
   * `agentic`, `coding`, `safety_critical`.
   *
   * @default - any
   */
  readonly task?: string[];
  /** Names in `tenants`. @default - any */
  readonly tenant?: string[];
  /** `chat`, `completions`, `embeddings`, `responses`, `messages`. @default - any */
  readonly endpoint?: string[];
  /** `tools`, `images`, `schema`: all of these. @default - none */
  readonly needs?: string[];
  /** @default - streamed or not */
  readonly stream?: boolean;
  /** @default - no lower limit */
  readonly promptTokensOver?: number;
  /** @default - no upper limit */
  readonly promptTokensUnder?: number;
}

export interface RequestParams {
  /** @default - as the caller says */
  readonly maxTokens?: number;
  /** 0 to 2. @default - as the caller says */
  readonly temperature?: number;
  /** Above 0, at most 1. @default - as the caller says */
  readonly topP?: number;
}

/** Where `model: auto` and `task:NAME` go: the first route that matches. */
export interface RouterRoute {
  /** In records and headers. */
  readonly name: string;
  /** @default - every request; the last route has no condition */
  readonly when?: RouteCondition;
  /** A fallback chain of names in `models`. */
  readonly to: string[];
  /** Fills what the caller left out. @default - nothing */
  readonly set?: RequestParams;
  /** Limits what the caller asked for. @default - nothing */
  readonly cap?: RequestParams;
}

/** A request, as far as an expectation says. */
export interface ExpectedRequest {
  /** @default - a greeting */
  readonly text?: string;
  /** @default 'auto' */
  readonly model?: string;
  /** @default - none stated */
  readonly task?: string;
  /** The class that the caller states. @default - none stated */
  readonly sensitivity?: string;
  /** @default - a tenant without a floor and limits */
  readonly tenant?: string;
  /** @default 'chat' */
  readonly endpoint?: string;
  /** `tools`, `images`, `schema`. @default - none */
  readonly needs?: string[];
  /** @default false */
  readonly stream?: boolean;
}

/** A test of the policy: decided at synth by the very function that routes requests. Unmet: an error. */
export interface PolicyExpectation {
  readonly given: ExpectedRequest;
  /** The class the request gets. @default - not tested */
  readonly requestClass?: string;
  /** The route it takes. @default - not tested */
  readonly route?: string;
  /** The model that is asked first. @default - not tested */
  readonly first?: string;
  /** Models or boundaries that must not be asked. @default - not tested */
  readonly never?: string[];
  /** The code it is refused with. @default - not tested */
  readonly error?: string;
}

/** A group of callers' keys with limits of its own. */
export interface RouterTenant {
  /** Lowest class of its requests: `public`, `internal`, `restricted`. @default 'public' */
  readonly floor?: string;
  /** Names it may ask for. @default - all */
  readonly models?: string[];
  /** Budget in US dollars a month. @default - none */
  readonly monthlyUsd?: number;
  /** `warn`, `private` or `stop`, then @ and a share of the budget in per cent: `private@100`. @default - none */
  readonly at?: string[];
  /** @default - no limit */
  readonly requestsPerMinute?: number;
  /** @default - no limit */
  readonly tokensPerMinute?: number;
}

/** A detector of your own: words, a small pattern, or both. */
export interface CustomDetector {
  readonly name: string;
  /** What a request is when it is found: `public`, `internal`, `restricted`. */
  readonly requestClass: string;
  /** @default - none */
  readonly words?: string[];
  /** A small regular expression without look-around and back references. @default - none */
  readonly pattern?: string;
}

/** How sensitive requests are, and how far each class may go. */
export interface Sensitivity {
  /** Class of what nobody marks and no detector finds. @default 'internal' */
  readonly defaultClass?: string;
  /**
   * The farthest boundary of each class: `vpc`, `region`, `agreement`, `external`. `restricted` reaches `region` at most.
   *
   * @default - public: external, internal: agreement, restricted: vpc
   */
  readonly allow?: { [requestClass: string]: string };
  /**
   * Class that each detector gives, or `off`.
   *
   * @default - card, iban, ssn, secret: restricted; email: internal; phone: off
   */
  readonly detect?: { [detector: string]: string };
  /** @default - none */
  readonly custom?: CustomDetector[];
}

/** What all tenants together may spend in a month, from midnight UTC on its first day. */
export interface RouterBudget {
  /**
   * US dollars a month, for tokens and, where a `SpendGuard` counts them in the same ledger, GPU hosts together.
   *
   * @default - no cap
   */
  readonly monthlyUsd?: number;
  /**
   * `notify`, `closed-off`, `clamp` or `zero`, then @ and a share of the budget in per cent. From `closed-off` on the router
   * asks closed models no more, from `zero` on none at all; `notify` and `clamp` are not its business, but the `SpendGuard`'s.
   *
   * @default - closed models are asked no more at 100 per cent
   */
  readonly killSwitch?: string[];
  /** Whether a cap lets a model through whose price is not known: `skip` or `allow`. @default 'skip' */
  readonly unpriced?: string;
}
