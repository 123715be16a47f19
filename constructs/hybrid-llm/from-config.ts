/**
 * The only mapping from the config to the constructs' props. Each function takes its part of the config apart key by key
 * and hands what is left to `allTaken`, so that a key which nobody maps does not compile.
 */
import { RemovalPolicy } from 'aws-cdk-lib';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { FleetChoice } from '../../config/lock';
import type { Config } from '../../config/schema';
import { mapValues } from '../../lib/map-values';
import type { ExistingReplicasProps } from '../backend/existing-replicas';
import type { IModelBackend } from '../backend/i-model-backend';
import { AgreementKind, type ClosedProviderProps } from '../closed-provider';
import type { LlmAlarmsProps } from '../llm-alarms';
import {
  type LlmRouterProps,
  type LongPromptRates,
  RouterLane,
  type RouterModel,
  type TokenRates,
} from '../llm-router';
import { Egress, type PrivateNetworkProps } from '../private-network';
import type { SpendGuardProps } from '../spend-guard';
import { ModelKind, type VllmFleetProps, WakePolicy } from '../vllm-fleet';

/** Compiles only where no key is left. */
export function allTaken(_rest: { readonly [key: string]: never }): void {}

/** A config's parts as props. What they refer to (network, stores, backends) is for whoever makes the constructs. */
export interface FromConfig {
  readonly network: Pick<PrivateNetworkProps, 'availabilityZones' | 'endpointAzs' | 'egress' | 'openLane'>;
  /** A VPC that is there already, and services it has endpoints for: `ecr.api`, or `execute-api=vpce-…`. */
  readonly vpcId: string | undefined;
  readonly endpoints: readonly string[];
  readonly hosted: Readonly<Record<string, FleetProps>>;
  readonly running: Readonly<Record<string, ExistingReplicasProps>>;
  readonly providers: Readonly<Record<string, ProviderProps>>;
  readonly router: (backends: Backends) => RouterProps;
  readonly spend: Pick<SpendGuardProps, 'monthlyUsd' | 'killSwitch'>;
  readonly alarms: Pick<LlmAlarmsProps, 'timeToFirstTokenP95Ms' | 'monthlyUsd'>;
  /** Name of the secret with the hub's token; `undefined`: public models only. */
  readonly hubSecretName: string | undefined;
  /** Whether there is an experiment that interrupts spot hosts. */
  readonly spotInterruption: boolean;
  /** Addresses that alarms go to; `undefined`: the config says nothing of it; empty: it says that nobody is told. */
  readonly notify: readonly string[] | undefined;
  readonly logRetention: logs.RetentionDays;
  readonly removalPolicy: RemovalPolicy;
}

export type FleetProps = Omit<VllmFleetProps, 'network' | 'modelStore' | 'instanceTypes'>;
export type ProviderProps = Omit<ClosedProviderProps, 'secret'> & { readonly secretName: string | undefined };
export type RouterProps = Pick<
  LlmRouterProps,
  'deployment' | 'lanes' | 'models' | 'routes' | 'expect' | 'tenants' | 'sensitivity' | 'budget'
>;
export type Backends = Readonly<Record<'fleets' | 'providers', Readonly<Record<string, IModelBackend>>>>;

export function fromConfig(config: Config): FromConfig {
  const {
    name,
    region: _stack,
    lanes: laneNames,
    network,
    fleets,
    providers,
    models,
    routes,
    expect,
    tenants,
    sensitivity,
    hub,
    gameDay,
    licences: _checkedOnly,
    budgets,
    economics: _plannedWithOnly,
    records,
    alarms,
    removal,
    ...rest
  } = config;
  allTaken(rest);
  const lanes = laneNames.map((lane) => (lane === 'open' ? RouterLane.OPEN : RouterLane.SEALED));
  const hosted = pick(fleets, ({ endpoints }) => endpoints === undefined);
  const running = pick(fleets, ({ endpoints }) => endpoints !== undefined);
  return {
    ...networkOf(network, lanes),
    hosted: mapValues(hosted, fleetOf),
    running: mapValues(running, runningOf),
    providers: mapValues(providers, providerOf),
    router: (backends) => ({
      deployment: name,
      lanes,
      models: mapValues(models, (model) => modelOf(model, backends)),
      routes: routes.map(routeOf),
      expect: expect.map(expectationOf),
      tenants: mapValues(tenants, tenantOf),
      sensitivity: sensitivityOf(sensitivity),
      budget: budgetOf(budgets),
    }),
    spend: defined({ monthlyUsd: budgets.monthlyUsd, killSwitch: budgets.killSwitch }),
    ...alarmsOf(alarms, budgets.monthlyUsd),
    hubSecretName: hubSecretOf(hub),
    spotInterruption: spotInterruptionOf(gameDay),
    logRetention: logDaysOf(records),
    removalPolicy: removal === 'destroy' ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
  };
}

const EGRESS = { nat: Egress.NAT, ipv6: Egress.IPV6, none: Egress.NONE } as const;

function networkOf(
  network: Config['network'],
  lanes: readonly RouterLane[],
): Pick<FromConfig, 'network' | 'vpcId' | 'endpoints'> {
  const { azs, endpointAzs, egress, vpcId, endpoints, ...rest } = network;
  allTaken(rest);
  return {
    // Of a VPC that is there already the zones are those of its subnets.
    network: {
      ...(vpcId === undefined && azs !== undefined && { availabilityZones: azs }),
      endpointAzs,
      egress: EGRESS[egress],
      openLane: lanes.includes(RouterLane.OPEN),
    },
    vpcId,
    endpoints: endpoints ?? [],
  };
}

const WAKE = { fair: WakePolicy.FAIR, always: WakePolicy.ALWAYS, never: WakePolicy.NEVER } as const;

type Fleet = Config['fleets'][string];

function fleetOf(fleet: Fleet, fleetName: string): FleetProps {
  const {
    model,
    architecture: _sizedWithOnly,
    kind,
    context,
    concurrency,
    quality: _chosenWithOnly,
    acceptUnverified: _chosenWithToo,
    quantization: _inTheLock,
    instances: _inTheLockToo,
    replicas,
    capacity,
    adapters,
    endpoints: _runsAlready,
    ...rest
  } = fleet;
  allTaken(rest);
  const { min, max, idleMinutes, wake, schedule, ...restOfReplicas } = replicas;
  allTaken(restOfReplicas);
  const { spot, onDemandBase, extraSpot, onDemandFallback, reservations, ...restOfCapacity } = capacity;
  allTaken(restOfCapacity);
  return {
    fleetName,
    model: withoutRevision(model ?? fleetName),
    kind: kind === 'embed' ? ModelKind.EMBED : ModelKind.CHAT,
    context,
    concurrency,
    adapters,
    minReplicas: min,
    maxReplicas: max,
    idleMinutes,
    wake: WAKE[wake],
    schedules: schedule,
    spot,
    onDemandBase,
    ...(extraSpot === 'auto' ? { spareAfterInterruption: true } : { extraSpot }),
    onDemandFallback,
    reservations,
  };
}

/** What the lock or the catalogue chose for a fleet. */
export function chosenOf(
  choice: FleetChoice,
): Pick<VllmFleetProps, 'checkpoint' | 'revision' | 'instanceTypes' | 'tensorParallel' | 'vllmArguments'> {
  const { checkpoint, revision, instanceTypes, tensorParallel, engineArguments, ...rest } = choice;
  const { quantization: _inTheWeightsOrArguments, pipelineParallel: _inTheArguments, ...nothing } = rest;
  allTaken(nothing);
  return {
    checkpoint,
    ...(revision !== null && { revision }),
    instanceTypes,
    tensorParallel,
    vllmArguments: engineArguments,
  };
}

function runningOf(
  { model, endpoints = [], kind, context, concurrency, adapters }: Fleet,
  fleetName: string,
): ExistingReplicasProps {
  return { fleetName, model: withoutRevision(model ?? fleetName), endpoints, kind, context, concurrency, adapters };
}

const withoutRevision = (model: string): string => model.split('@')[0] ?? model;

const AGREEMENTS = {
  dpa: AgreementKind.DPA,
  baa: AgreementKind.BAA,
  'zero-retention': AgreementKind.ZERO_RETENTION,
} as const;

function providerOf(given: Config['providers'][string], provider: string): ProviderProps {
  const { secret, agreement, baseUrl, protocol, ...rest } = given;
  allTaken(rest);
  return {
    provider,
    secretName: secret,
    ...(agreement !== undefined && { agreement: { kind: AGREEMENTS[agreement.kind], reference: agreement.ref } }),
    ...defined({ baseUrl, protocol }),
  };
}

function modelOf(given: Config['models'][string], { fleets, providers }: Backends): RouterModel {
  const { fleet, provider, adapter, model, protocol, price, weights, fallback, ...rest } = given;
  allTaken(rest);
  const backend = fleet === undefined ? providers[provider ?? ''] : fleets[fleet];
  if (backend === undefined) throw new Error(`no backend for ${fleet ?? provider}; the config was not checked`);
  return {
    backend,
    ...defined({ adapter, model, protocol, weights, fallback }),
    ...(price !== undefined && { price: priceOf(price) }),
  };
}

type GivenPrice = NonNullable<Config['models'][string]['price']>;

function priceOf(given: GivenPrice): NonNullable<RouterModel['price']> {
  const { longPrompts, serviceTiers, ...plain } = given;
  return {
    ...ratesOf(plain),
    ...(longPrompts !== undefined && { longPrompts: longRatesOf(longPrompts) }),
    ...defined({ serviceTiers }),
  };
}

function longRatesOf({ promptTokensOver, ...plain }: NonNullable<GivenPrice['longPrompts']>): LongPromptRates {
  return { promptTokensOver, ...ratesOf(plain) };
}

function ratesOf(given: Omit<GivenPrice, 'longPrompts' | 'serviceTiers'>): TokenRates {
  const {
    inputUsdPerMillionTokens,
    outputUsdPerMillionTokens,
    cacheReadUsdPerMillionTokens,
    cacheWriteUsdPerMillionTokens,
    cacheWriteLongUsdPerMillionTokens,
    ...rest
  } = given;
  allTaken(rest);
  return {
    inputUsdPerMillionTokens,
    outputUsdPerMillionTokens,
    ...defined({ cacheReadUsdPerMillionTokens, cacheWriteUsdPerMillionTokens, cacheWriteLongUsdPerMillionTokens }),
  };
}

function routeOf(route: Config['routes'][number]): RouterProps['routes'][number] {
  const { name, when, to, set, cap, ...rest } = route;
  allTaken(rest);
  return {
    name,
    to,
    ...(when !== undefined && { when: whenOf(when) }),
    ...(set !== undefined && { set: defined(set) }),
    ...(cap !== undefined && { cap: defined(cap) }),
  };
}

function whenOf(
  when: NonNullable<Config['routes'][number]['when']>,
): NonNullable<RouterProps['routes'][number]['when']> {
  const { sensitivity, task, tenant, endpoint, needs, stream, promptTokensOver, promptTokensUnder, ...rest } = when;
  allTaken(rest);
  return {
    ...listed({ sensitivity, task, tenant, endpoint, needs }),
    ...defined({ stream, promptTokensOver, promptTokensUnder }),
  };
}

function expectationOf(expectation: Config['expect'][number]): NonNullable<RouterProps['expect']>[number] {
  const { given, class: requestClass, route, first, never, error, ...rest } = expectation;
  allTaken(rest);
  const { text, model, task, sensitivity, tenant, endpoint, needs, stream, ...restOfGiven } = given;
  allTaken(restOfGiven);
  return {
    given: { ...defined({ text, model, task, sensitivity, tenant, endpoint, stream }), ...listed({ needs }) },
    ...defined({ requestClass, route, first, error }),
    ...listed({ never }),
  };
}

function tenantOf(tenant: Config['tenants'][string]): NonNullable<RouterProps['tenants']>[string] {
  const { floor, models, monthlyUsd, at, requestsPerMinute, tokensPerMinute, ...rest } = tenant;
  allTaken(rest);
  return { floor, at, ...defined({ models, monthlyUsd, requestsPerMinute, tokensPerMinute }) };
}

function sensitivityOf(sensitivity: Config['sensitivity']): NonNullable<RouterProps['sensitivity']> {
  const { default: defaultClass, allow, detect, ...rest } = sensitivity;
  allTaken(rest);
  const { custom, ...classes } = detect;
  return {
    defaultClass,
    allow,
    detect: classes,
    custom: custom.map(({ name, class: requestClass, words, pattern, ...restOfCustom }) => {
      allTaken(restOfCustom);
      return { name, requestClass, ...defined({ words, pattern }) };
    }),
  };
}

function budgetOf(budgets: Config['budgets']): NonNullable<RouterProps['budget']> {
  const { monthlyUsd, killSwitch, unpriced, ...rest } = budgets;
  allTaken(rest);
  return { killSwitch, unpriced, ...defined({ monthlyUsd }) };
}

function alarmsOf(alarms: Config['alarms'], monthlyUsd: number | undefined): Pick<FromConfig, 'alarms' | 'notify'> {
  if (alarms === undefined) return { alarms: defined({ monthlyUsd }), notify: undefined };
  const { notify, ttftP95Ms, ...rest } = alarms;
  allTaken(rest);
  return {
    alarms: { timeToFirstTokenP95Ms: ttftP95Ms, ...defined({ monthlyUsd }) },
    notify: notify === 'none' ? [] : notify,
  };
}

function hubSecretOf({ secret, ...rest }: Config['hub']): string | undefined {
  allTaken(rest);
  return secret;
}

function spotInterruptionOf({ spotInterruption, ...rest }: Config['gameDay']): boolean {
  allTaken(rest);
  return spotInterruption;
}

/** Decision records are lines of the functions' logs: `retainDays` and `objectLock` are for an archive of them. */
function logDaysOf(records: Config['records']): logs.RetentionDays {
  const { logDays, retainDays: _archive, objectLock: _archiveToo, ...rest } = records;
  allTaken(rest);
  const taken = RETENTION_DAYS.find((days) => Number(days) >= logDays);
  return taken ?? logs.RetentionDays.TEN_YEARS;
}

/** Those that CloudWatch Logs takes; anything else is rounded up. */
const RETENTION_DAYS = Object.values(logs.RetentionDays)
  .filter((days): days is logs.RetentionDays => typeof days === 'number')
  .toSorted((a, b) => a - b);

/** Without the keys whose value is `undefined`. */
function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** The same, with one value written as a list of one. */
function listed<K extends string>(values: { readonly [key in K]: string | readonly string[] | undefined }): {
  [key in K]?: string[];
} {
  return mapValues(defined(values) as Record<string, string | readonly string[]>, (value) =>
    typeof value === 'string' ? [value] : [...value],
  ) as { [key in K]?: string[] };
}

function pick<V>(record: Readonly<Record<string, V>>, wanted: (value: V) => boolean): Record<string, V> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => wanted(value)));
}
