/**
 * The closed word lists that config, plan, policy and records share. Plain constants, so that the router's bundle
 * can use them without the schema library.
 */

/** Sensitivity of a request, lowest first. */
export const CLASSES = ['public', 'internal', 'restricted'] as const;
/** How far a target is from the account's own network, nearest first. */
export const BOUNDARIES = ['vpc', 'region', 'agreement', 'external'] as const;
/** What a request is for. A second axis beside the class: "sensitive" is a class, "safety-critical" a task. */
export const TASKS = [
  'classification',
  'extraction',
  'summarization',
  'high_volume_batch',
  'user_facing_chat',
  'complex_reasoning',
  'agentic',
  'coding',
  'safety_critical',
] as const;
export const LANES = ['open', 'sealed'] as const;
/** Paths of the API that a request can come in by. */
export const ENDPOINTS = ['chat', 'completions', 'embeddings', 'responses', 'messages'] as const;
/** What a request may need of its target beyond text. */
export const NEEDS = ['tools', 'images', 'schema'] as const;
export const DETECTORS = ['card', 'iban', 'email', 'phone', 'ssn', 'secret'] as const;
/** Stages of a tenant's budget, mildest first. */
export const TENANT_STAGES = ['warn', 'private', 'stop'] as const;
/** Stages of the account's kill switch, mildest first. */
export const KILL_STAGES = ['notify', 'closed-off', 'clamp', 'zero'] as const;

/** Providers whose protocol, address and rules are known by name. */
export const PROVIDER_NAMES = ['openai', 'anthropic', 'gemini', 'bedrock'] as const;
export type ProviderName = (typeof PROVIDER_NAMES)[number];

export const PROTOCOLS = ['openai', 'anthropic', 'gemini', 'bedrock'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

export type SensitivityClass = (typeof CLASSES)[number];
export type Boundary = (typeof BOUNDARIES)[number];
export type Task = (typeof TASKS)[number];
export type Lane = (typeof LANES)[number];
export type Endpoint = (typeof ENDPOINTS)[number];
export type Need = (typeof NEEDS)[number];
export type DetectorName = (typeof DETECTORS)[number];
export type TenantStage = (typeof TENANT_STAGES)[number];
export type KillStage = (typeof KILL_STAGES)[number];
