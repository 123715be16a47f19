/**
 * The router's half of the config: what `plan.json` holds. One plan a lane, by logical names only; addresses of tables
 * and secrets come as `Bindings` at run time, so a plan is the same bytes in every account and has no CDK token in it.
 */
import type {
  Boundary,
  DetectorName,
  Endpoint,
  KillStage,
  Lane,
  Need,
  Protocol,
  SensitivityClass,
  Task,
  TenantStage,
} from '../../config/vocabulary';

export type { Lane };

export interface RouterPlan {
  readonly version: 1;
  readonly name: string;
  /** The lane this plan is for. */
  readonly lane: Lane;
  /** All lanes of the deployment: a caller can be sent to the other one only where it exists. */
  readonly lanes: readonly Lane[];
  /** What callers may name. A key that ends in `*` stands for every name with that beginning. */
  readonly models: Readonly<Record<string, PlanModel>>;
  readonly fleets: Readonly<Record<string, PlanFleet>>;
  readonly providers: Readonly<Record<string, PlanProvider>>;
  readonly routes: readonly PlanRoute[];
  readonly tenants: Readonly<Record<string, PlanTenant>>;
  readonly sensitivity: PlanSensitivity;
  readonly budget: PlanBudget;
  readonly limits: PlanLimits;
}

export interface PlanModel {
  readonly fleet: string | null;
  readonly provider: string | null;
  /** The name the upstream knows; `null` where the caller's name carries it (`openai/*`). */
  readonly upstreamModel: string | null;
  readonly protocol: Protocol;
  readonly boundary: Boundary;
  /** Whether this lane's network reaches it at all. */
  readonly inLane: boolean;
  readonly capabilities: Capabilities;
  /** Of a name with `*`: what the catalogue knows of the models it can stand for. */
  readonly variants: Readonly<Record<string, ModelVariant>>;
  /** `null`: not known. A fleet costs by the hour, so its tokens cost nothing more. */
  readonly price: TokenPrice | null;
  readonly fallback: readonly string[];
  /** Prompt with `{prefix}` and `{suffix}` that makes the model fill in the middle; `null`: a `suffix` goes to the target as it is. */
  readonly infill: string | null;
  /** Embedding vectors are comparable only between models of the same weights. */
  readonly weights: string | null;
}

export interface ModelVariant {
  readonly capabilities: Capabilities;
  readonly price: TokenPrice | null;
}

export interface Capabilities {
  readonly endpoints: readonly Endpoint[];
  readonly tools: boolean;
  readonly images: boolean;
  readonly pdf: boolean;
  readonly audio: boolean;
  /** `response_format: json_schema`, enforced by the target. */
  readonly jsonSchema: boolean;
  /** `response_format: json_object`. */
  readonly jsonObject: boolean;
  /** More than one choice per request. */
  readonly n: boolean;
  readonly logprobs: boolean;
  /** Text between a prompt and a `suffix`, of plain completions. */
  readonly suffix: boolean;
  /** Prompt and answer together; `null`: not known. */
  readonly contextTokens: number | null;
}

/** US dollars per million tokens. */
export interface TokenRates {
  readonly inputUsdPerMillionTokens: number;
  readonly outputUsdPerMillionTokens: number;
  readonly cacheReadUsdPerMillionTokens: number | null;
  readonly cacheWriteUsdPerMillionTokens: number | null;
  /** Of tokens that stay in the cache for an hour. Absent: not known. */
  readonly cacheWriteLongUsdPerMillionTokens?: number;
}

export interface TokenPrice extends TokenRates {
  /** In place of the above for the whole of a request whose prompt is longer. */
  readonly longPrompts?: TokenRates & { readonly promptTokensOver: number };
  /** By the provider's word for how a request was served, where not as usual: what all prices are multiplied by. */
  readonly serviceTiers?: Readonly<Record<string, number>>;
}

export interface PlanFleet {
  /** Replicas by address; `null`: they are rows of the fleet table. */
  readonly endpoints: readonly string[] | null;
  /** Sequences that one replica serves at once. */
  readonly concurrency: number;
  readonly wake: WakePolicy;
}

/** What wakes a fleet that sleeps: every request; one that may go nowhere else, and others by what they cost elsewhere; none. */
export type WakePolicy = 'always' | 'fair' | 'never';

export interface PlanProvider {
  readonly protocol: Protocol;
  /** Beside chat completions it speaks OpenAI's Responses. */
  readonly responses: boolean;
  readonly baseUrl: string;
  /** The secret's name; `null`: no key is sent. */
  readonly secret: string | null;
  /** Region for which requests are signed with the router's own role; `null`: they are not. */
  readonly signingRegion: string | null;
  /** Whether a request without the key is of no use: not so on this machine, where fakes and local engines listen. */
  readonly keyRequired: boolean;
}

export interface PlanRoute {
  readonly name: string;
  readonly when: PlanWhen;
  readonly to: readonly string[];
  readonly set: RequestParams;
  readonly cap: RequestParams;
}

/** Keys are joined by *and*, a list by *or*, except `needs`, of which all must hold. Absent: anything. */
export interface PlanWhen {
  readonly sensitivity?: readonly SensitivityClass[];
  readonly task?: readonly Task[];
  readonly tenant?: readonly string[];
  readonly endpoint?: readonly Endpoint[];
  readonly needs?: readonly Need[];
  readonly stream?: boolean;
  readonly promptTokensOver?: number;
  readonly promptTokensUnder?: number;
}

export interface RequestParams {
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
}

export interface PlanTenant {
  readonly floor: SensitivityClass;
  /** Names the tenant may use; `null`: all. */
  readonly models: readonly string[] | null;
  readonly monthlyUsd: number | null;
  readonly stages: readonly StageAt<TenantStage>[];
  readonly requestsPerMinute: number | null;
  readonly tokensPerMinute: number | null;
}

export interface StageAt<S extends string> {
  readonly stage: S;
  /** Share of the budget at which the stage begins, in per cent. */
  readonly percent: number;
}

export interface PlanSensitivity {
  readonly default: SensitivityClass;
  /** The farthest boundary that each class may reach. */
  readonly allow: Readonly<Record<SensitivityClass, Boundary>>;
  readonly detect: Readonly<Record<DetectorName, SensitivityClass | 'off'>>;
  readonly custom: readonly CustomDetector[];
}

/** A detector of the config's own: words, a small pattern, or both. */
export interface CustomDetector {
  readonly name: string;
  readonly class: SensitivityClass;
  readonly words: readonly string[];
  readonly pattern: string | null;
}

export interface PlanBudget {
  readonly monthlyUsd: number | null;
  readonly stages: readonly StageAt<KillStage>[];
  readonly unpriced: 'skip' | 'allow';
}

export interface PlanLimits {
  readonly maxBodyBytes: number;
  readonly maxAttempts: number;
  readonly connectMs: number;
  /** From the request's last byte to the first event of a stream. */
  readonly firstEventMs: number;
  /** Between two events of a stream. */
  readonly betweenEventsMs: number;
  readonly totalMs: number;
  /** Most time that a request waits for a fleet without a replica. */
  readonly holdMs: number;
  /** A streamed request that has waited so long gets its status, and from then on a sign of life every `holdPingMs`. */
  readonly holdSilentMs: number;
  readonly holdPingMs: number;
  /** Time that all detectors together may take before the request counts as restricted. */
  readonly detectMs: number;
}
