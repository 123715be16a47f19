/** A router's props as the config file would say them, so that one parser holds all checks and defaults. */
import type { ConfigInput } from '../../config/schema';
import { mapValues } from '../../lib/map-values';
import type { BackendDescription } from '../backend/i-model-backend';
import type { LlmRouterProps, RouterLane } from './llm-router-props';
import type { RouterModel, RouterRoute, Sensitivity } from './policy';

/** What the construct finds out beside its props. */
export interface RouterSurroundings {
  readonly deployment: string;
  /** `null`: known at deploy only. */
  readonly region: string | null;
  readonly lanes: readonly RouterLane[];
}

/** The router's part of a config. What is `undefined` is not written. */
export type RouterConfig = { readonly [Key in keyof ConfigInput]?: unknown };

export function routerConfig(props: LlmRouterProps, surroundings: RouterSurroundings): RouterConfig {
  const { sensitivity, budget } = props;
  const backends = Object.values(props.models).map(({ backend }) => backend.description);
  return {
    name: surroundings.deployment,
    // A plan depends on it by Bedrock's address and signatures alone.
    region: surroundings.region ?? 'us-east-1',
    lanes: surroundings.lanes,
    network: props.network && { egress: egressOf(props.network) },
    fleets: Object.fromEntries(backends.flatMap(fleetEntry)),
    providers: Object.fromEntries(backends.flatMap(providerEntry)),
    models: mapValues(props.models, modelEntry),
    routes: props.routes.map(routeEntry),
    expect: props.expect?.map(({ requestClass, ...rest }) => ({ ...rest, class: requestClass })),
    tenants: props.tenants && mapValues(props.tenants, (tenant) => ({ ...tenant })),
    sensitivity: sensitivity && sensitivityEntry(sensitivity),
    budgets: budget && { ...budget },
  };
}

const egressOf = ({ egress, ipv6Egress }: { egress: boolean; ipv6Egress: boolean }): string =>
  egress ? 'nat' : ipv6Egress ? 'ipv6' : 'none';

function fleetEntry({ name, fleet }: BackendDescription): [string, unknown][] {
  if (fleet === undefined) return [];
  const { wake, ...rest } = fleet;
  return [[name, { ...rest, replicas: wake && { wake } }]];
}

function providerEntry({ name, provider }: BackendDescription): [string, unknown][] {
  if (provider === undefined) return [];
  const { agreementKind: kind, agreementRef: ref, ...rest } = provider;
  return [[name, { ...rest, agreement: kind === undefined ? undefined : { kind, ref } }]];
}

function modelEntry({ backend, ...rest }: RouterModel): unknown {
  const { name, fleet } = backend.description;
  return { ...rest, [fleet === undefined ? 'provider' : 'fleet']: name };
}

const routeEntry = (route: RouterRoute): unknown => ({ ...route });

const sensitivityEntry = ({ defaultClass, allow, detect, custom }: Sensitivity): unknown => ({
  default: defaultClass,
  allow,
  detect: (detect ?? custom) && {
    ...detect,
    custom: custom?.map(({ requestClass, ...rest }) => ({ ...rest, class: requestClass })),
  },
});
