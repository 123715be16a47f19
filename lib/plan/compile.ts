/** Config to plans, one a lane. Pure: the same config and catalogue give the same bytes. */
import * as catalog from '../../config/catalog';
import type { Config } from '../../config/schema';
import {
  ENDPOINTS,
  type Endpoint,
  KILL_STAGES,
  type Lane,
  type Protocol,
  TENANT_STAGES,
} from '../../config/vocabulary';
import { mapValues } from '../map-values';
import { FLEET_BOUNDARY, isLoopback, providerBoundary } from '../policy/boundary';
import type {
  Capabilities,
  ModelVariant,
  PlanFleet,
  PlanModel,
  PlanProvider,
  PlanRoute,
  PlanTenant,
  PlanWhen,
  RequestParams,
  RouterPlan,
  StageAt,
  TokenPrice,
  TokenRates,
} from './types';

/** Lambda takes 6 MB of event; what is larger is refused with a word on what to do. */
const MAX_BODY_BYTES = 6 * 1024 * 1024;

export function compile(config: Config, lane: Lane): RouterPlan {
  return {
    version: 1,
    name: config.name,
    lane,
    lanes: config.lanes,
    models: mapValues(config.models, (model, name) => planModel(config, lane, name, model)),
    fleets: mapValues(config.fleets, planFleet),
    // The sealed lane has no way to a provider, so it is not told of any.
    providers: lane === 'sealed' ? {} : mapValues(config.providers, (_, name) => planProvider(config, name)),
    routes: config.routes.map(planRoute),
    tenants: mapValues(config.tenants, planTenant),
    sensitivity: {
      default: config.sensitivity.default,
      allow: config.sensitivity.allow,
      detect: detectorClasses(config),
      custom: config.sensitivity.detect.custom.map(({ name, class: requestClass, words, pattern }) => ({
        name,
        class: requestClass,
        words: words ?? [],
        pattern: pattern ?? null,
      })),
    },
    budget: {
      monthlyUsd: config.budgets.monthlyUsd ?? null,
      stages: stages(config.budgets.killSwitch, KILL_STAGES),
      unpriced: config.budgets.unpriced,
    },
    limits: {
      maxBodyBytes: MAX_BODY_BYTES,
      maxAttempts: 6,
      connectMs: 3_000,
      firstEventMs: 120_000,
      betweenEventsMs: 120_000,
      totalMs: 870_000,
      holdMs: 240_000,
      holdSilentMs: 20_000,
      holdPingMs: 15_000,
      detectMs: 250,
    },
  };
}

function planModel(config: Config, lane: Lane, name: string, model: Config['models'][string]): PlanModel {
  const common = { fallback: model.fallback ?? [], weights: model.weights ?? null, infill: null };
  if (model.fleet !== undefined) {
    const fleet = required(config.fleets[model.fleet], `fleet ${model.fleet}`);
    const [weights = ''] = (fleet.model ?? model.fleet).split('@');
    const row = catalog.models.find(({ id }) => id === weights);
    const infill = catalog.infillOf(weights);
    return {
      ...common,
      infill,
      fleet: model.fleet,
      provider: null,
      upstreamModel: model.adapter ?? weights,
      protocol: 'openai',
      boundary: FLEET_BOUNDARY,
      inLane: true,
      capabilities: {
        ...fleetCapabilities(fleet, row?.images ?? false, takesTools(fleet, weights)),
        suffix: infill !== null,
      },
      variants: {},
      price: PAID_BY_THE_HOUR,
    };
  }
  const providerName = required(model.provider, `provider of model ${name}`);
  const provider = required(config.providers[providerName], `provider ${providerName}`);
  const upstreamModel = name.endsWith('*') ? null : (model.model ?? name);
  const row = catalog.prices.find((price) => price.provider === providerName && price.model === upstreamModel);
  const protocol = model.protocol ?? planProvider(config, providerName).protocol;
  return {
    ...common,
    fleet: null,
    provider: providerName,
    upstreamModel,
    protocol,
    boundary: providerBoundary(
      { name: providerName, baseUrl: provider.baseUrl, hasAgreement: provider.agreement !== undefined },
      upstreamModel,
    ),
    inLane: lane === 'open',
    ...providerVariant(protocol, upstreamModel, row, model.price),
    variants: upstreamModel === null ? knownVariants(providerName, protocol, model.price) : {},
  };
}

function providerVariant(
  protocol: Protocol,
  model: string | null,
  row: catalog.CatalogPrice | undefined,
  override: Price,
): ModelVariant {
  return { capabilities: providerCapabilities(protocol, model, row), price: priceOf(override ?? row) };
}

function knownVariants(provider: string, protocol: Protocol, override: Price): Record<string, ModelVariant> {
  const rows = catalog.prices.filter((row) => row.provider === provider);
  return Object.fromEntries(rows.map((row) => [row.model, providerVariant(protocol, row.model, row, override)]));
}

type Price = Config['models'][string]['price'];

const PAID_BY_THE_HOUR: TokenPrice = {
  inputUsdPerMillionTokens: 0,
  outputUsdPerMillionTokens: 0,
  cacheReadUsdPerMillionTokens: 0,
  cacheWriteUsdPerMillionTokens: 0,
};

type Fleet = Config['fleets'][string];

/**
 * A fleet of ours is started with the catalogue's parser for its model, or without any. How an engine was started that
 * runs already, or with arguments of the user's own for a model that the catalogue does not know, is not known here.
 */
const takesTools = ({ kind, endpoints }: Fleet, weights: string): boolean =>
  kind === 'chat' && (endpoints !== undefined || catalog.parsersOf(weights)?.toolParser !== null);

/** What a chat can come in as: all of them go through the hub. */
const CHATS: readonly Endpoint[] = ['chat', 'responses', 'messages'];

function fleetCapabilities(
  { kind, context: contextTokens }: Fleet,
  images: boolean,
  tools: boolean,
): Omit<Capabilities, 'suffix'> {
  const chat = kind === 'chat';
  return {
    endpoints: chat ? [...CHATS, 'completions'] : ['embeddings'],
    tools,
    images,
    pdf: false,
    audio: false,
    jsonSchema: chat,
    jsonObject: chat,
    n: chat,
    logprobs: chat,
    contextTokens,
  };
}

function providerCapabilities(
  protocol: Protocol,
  model: string | null,
  row: catalog.CatalogPrice | undefined,
): Capabilities {
  const openai = protocol === 'openai';
  const openaiOrGemini = openai || protocol === 'gemini';
  return {
    endpoints: row?.kind === 'embed' ? ['embeddings'] : row?.kind === undefined && openai ? ENDPOINTS : CHATS,
    tools: true,
    // What is not known is let through: the provider says no more exactly than we could.
    images: row?.images ?? true,
    pdf: row?.pdf ?? true,
    audio: openai,
    jsonSchema: protocol !== 'bedrock' || model === null || !WITHOUT_SCHEMA.test(model),
    jsonObject: openaiOrGemini,
    n: openaiOrGemini,
    logprobs: openaiOrGemini,
    suffix: openai,
    contextTokens: row?.contextTokens ?? null,
  };
}

/**
 * Makers whose models Bedrock does not hold to a schema: Amazon and Meta.
 *
 * Source: Bedrock user guide, "Get validated JSON results from models".
 */
const WITHOUT_SCHEMA = /(^|[./])(amazon|meta)\./;

function priceOf(price: Price | catalog.CatalogPrice): TokenPrice | null {
  if (price === undefined) return null;
  const { longPrompts } = price;
  const tiers = 'provider' in price ? catalog.serviceTiersOf(price.provider, price.model) : (price.serviceTiers ?? {});
  return {
    ...ratesOf(price),
    ...(longPrompts && {
      longPrompts: { promptTokensOver: longPrompts.promptTokensOver, ...ratesOf(longPrompts) },
    }),
    ...(Object.keys(tiers).length > 0 && { serviceTiers: tiers }),
  };
}

type Rates = Omit<NonNullable<Price>, 'longPrompts' | 'serviceTiers'> | catalog.CatalogPrice | catalog.LongPrompts;

function ratesOf(price: Rates): TokenRates {
  const { cacheWriteLongUsdPerMillionTokens: cacheWriteLong } = price;
  return {
    inputUsdPerMillionTokens: price.inputUsdPerMillionTokens,
    outputUsdPerMillionTokens: price.outputUsdPerMillionTokens,
    cacheReadUsdPerMillionTokens: price.cacheReadUsdPerMillionTokens ?? null,
    cacheWriteUsdPerMillionTokens: price.cacheWriteUsdPerMillionTokens ?? null,
    ...(cacheWriteLong != null && { cacheWriteLongUsdPerMillionTokens: cacheWriteLong }),
  };
}

function planFleet(fleet: Config['fleets'][string]): PlanFleet {
  return { endpoints: fleet.endpoints ?? null, concurrency: fleet.concurrency, wake: fleet.replicas.wake };
}

function planProvider(config: Config, name: string): PlanProvider {
  const provider = required(config.providers[name], `provider ${name}`);
  const known = catalog.providers.find((row) => row.provider === name);
  const protocol = known?.protocol ?? provider.protocol ?? 'openai';
  return {
    protocol,
    responses: name === 'openai',
    baseUrl: (provider.baseUrl ?? required(known, `base URL of ${name}`).baseUrl)
      .replace('{region}', config.region)
      .replace(/\/+$/, ''),
    secret: provider.secret ?? null,
    signingRegion: protocol === 'bedrock' && provider.secret === undefined ? config.region : null,
    keyRequired: provider.baseUrl === undefined || !isLoopback(provider.baseUrl),
  };
}

function planRoute(route: Config['routes'][number]): PlanRoute {
  const { sensitivity, task, tenant, endpoint, needs, ...plain } = route.when ?? {};
  const when = { ...plain, ...mapDefined({ sensitivity, task, tenant, endpoint, needs }, asList) } as PlanWhen;
  return { name: route.name, when, to: route.to, set: requestParams(route.set), cap: requestParams(route.cap) };
}

const requestParams = (params: Config['routes'][number]['set']): RequestParams => ({ ...params });

function planTenant(tenant: Config['tenants'][string]): PlanTenant {
  return {
    floor: tenant.floor,
    models: tenant.models ?? null,
    monthlyUsd: tenant.monthlyUsd ?? null,
    stages: stages(tenant.at, TENANT_STAGES),
    requestsPerMinute: tenant.requestsPerMinute ?? null,
    tokensPerMinute: tenant.tokensPerMinute ?? null,
  };
}

/** `warn@80` to its parts. The schema has checked the form. */
function stages<S extends string>(written: readonly string[], known: readonly S[]): StageAt<S>[] {
  return written.map((text) => {
    const [word, percent] = text.split('@');
    return {
      stage: required(
        known.find((stage) => stage === word),
        `stage ${text}`,
      ),
      percent: Number(percent),
    };
  });
}

function detectorClasses(config: Config): RouterPlan['sensitivity']['detect'] {
  const { custom: _, ...classes } = config.sensitivity.detect;
  return classes;
}

const asList = <T>(value: T | readonly T[]): readonly T[] =>
  Array.isArray(value) ? (value as readonly T[]) : [value as T];

function mapDefined(record: Record<string, unknown>, change: (value: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, change(value)]),
  );
}

/** The checks of `lib/config` run before a plan is made, so that what is missing here is a fault of ours. */
function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`compile: ${what} is missing; the config was not checked`);
  return value;
}
