/** What is wrong with a router before its policy is read: lanes, network and region do not fit its backends. */
import { isPrivateAddress } from '../../lib/policy/boundary';
import type { IModelBackend } from '../backend/i-model-backend';
import { type LlmRouterProps, RouterLane } from './llm-router-props';
import type { RouterSurroundings } from './router-config';
import type { Problem } from './router-plans';

export function surroundingsProblems(props: LlmRouterProps, { region, lanes }: RouterSurroundings): Problem[] {
  const backends = [...new Set(Object.values(props.models).map(({ backend }) => backend))];
  const messages = [
    ...noLane(lanes),
    ...sealedWithoutNetwork(props, lanes),
    ...openWithoutSubnets(props, lanes),
    ...privateFrontWithoutNetwork(props),
    ...twoFunctionUrls(props),
    ...backends.flatMap((backend) => outOfReach(props, backend)),
    ...backends.flatMap((backend) => bedrockWithoutRegion(region, backend)),
    ...sameName(backends),
  ];
  return messages.map(([code, message]) => ({ severity: 'error', code, message }));
}

type Said = [code: string, message: string];

const noLane = (lanes: readonly RouterLane[]): Said[] =>
  lanes.length > 0 ? [] : [['no-lane', 'lanes: got none; expected `open`, `sealed` or both']];

function sealedWithoutNetwork({ network }: LlmRouterProps, lanes: readonly RouterLane[]): Said[] {
  if (network !== undefined || !lanes.includes(RouterLane.SEALED)) return [];
  return [
    [
      'sealed-without-network',
      'lanes: got the sealed lane and no network; expected subnets without a way out for it; pass `network`, or `lanes: [RouterLane.OPEN]`',
    ],
  ];
}

function openWithoutSubnets({ network }: LlmRouterProps, lanes: readonly RouterLane[]): Said[] {
  if (network === undefined || network.openSubnets !== undefined || !lanes.includes(RouterLane.OPEN)) return [];
  return [
    [
      'open-without-subnets',
      'lanes: got the open lane and a network without one; expected subnets for it; make the network with `openLane`, or pass `lanes: [RouterLane.SEALED]`',
    ],
  ];
}

function privateFrontWithoutNetwork({ network, fronts = [] }: LlmRouterProps): Said[] {
  if (network !== undefined || fronts.every(({ _kind }) => _kind !== 'private-api')) return [];
  return [
    [
      'private-front-without-network',
      'fronts: got a private API and no network; expected a VPC to reach it from; pass `network`, or `RouterFront.functionUrl()`',
    ],
  ];
}

function twoFunctionUrls({ fronts = [] }: LlmRouterProps): Said[] {
  if (fronts.filter(({ _kind }) => _kind === 'function-url').length < 2) return [];
  return [
    [
      'two-function-urls',
      'fronts: got function URLs twice; expected them once, since a function has one URL at most; remove one',
    ],
  ];
}

function outOfReach({ network }: LlmRouterProps, { description: { name, fleet, provider } }: IModelBackend): Said[] {
  const address = provider?.baseUrl;
  // An address that is none is said with the rest of the policy.
  const isNear = fleet !== undefined || (address !== undefined && URL.canParse(address) && isPrivateAddress(address));
  if (network !== undefined || !isNear) return [];
  return [
    [
      'backend-out-of-reach',
      `${name}: got a backend inside a VPC and a router outside; expected both in one network; pass \`network\``,
    ],
  ];
}

function bedrockWithoutRegion(region: string | null, { description: { name, provider } }: IModelBackend): Said[] {
  if (region !== null || (name !== 'bedrock' && provider?.protocol !== 'bedrock')) return [];
  return [
    [
      'bedrock-without-region',
      'bedrock: got a stack without a region; expected one, since the address of Bedrock and the region of its signatures are part of plan.json; write `env: { region: … }` at the stack',
    ],
  ];
}

function sameName(backends: readonly IModelBackend[]): Said[] {
  const labels = backends.map(
    ({ description: { name, fleet } }) => `${fleet === undefined ? 'provider' : 'fleet'} ${name}`,
  );
  return [...new Set(labels.filter((label, index) => labels.indexOf(label) !== index))].map((label) => [
    'same-backend-name',
    `models: got two backends that are ${label}; expected one construct for each name; use the same one for both models, or rename one`,
  ]);
}
