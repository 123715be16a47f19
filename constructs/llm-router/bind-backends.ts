/** Joins a lane's function to what its models run on: rights, ways through the network, names only the account knows. */
import { Annotations } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { fleetTableVariable, secretArnVariable } from '../../lib/plan/environment';
import type { RouterPlan } from '../../lib/plan/types';
import { isPrivateAddress } from '../../lib/policy/boundary';
import type { BackendBinding, BackendDescription, IModelBackend } from '../backend/i-model-backend';
import type { IPrivateNetwork } from '../private-network/i-private-network';
import type { LaneFunction } from './lane-function';
import { type LlmRouterProps, RouterLane } from './llm-router-props';
import type { RouterModel } from './policy';

export interface BindBackendsProps {
  readonly lane: RouterLane;
  readonly laneFunction: LaneFunction;
  readonly plan: RouterPlan;
  readonly settings: LlmRouterProps;
}

export function bindBackends({ lane, laneFunction, plan, settings: { models, network } }: BindBackendsProps): void {
  const environment = new Map<string, string>();
  for (const [backend, asked] of askedModels(plan, models)) {
    const { description } = backend;
    // The sealed lane is bound to nothing closed, whatever the plan would let it do.
    if (lane === RouterLane.SEALED && description.fleet === undefined) continue;
    if (network !== undefined && laneFunction.connections !== undefined) {
      openAddresses(laneFunction.connections, description, network);
    }
    const binding = backend.bind({
      function: laneFunction.function,
      lane,
      network,
      connections: laneFunction.connections,
      models: asked,
    });
    for (const [variable, value] of variables(description, binding)) {
      if ((environment.get(variable) ?? value) === value) {
        environment.set(variable, value);
        laneFunction.function.addEnvironment(variable, value);
        continue;
      }
      Annotations.of(laneFunction).addError(
        `${description.name}: got ${variable} for two different things; expected names that differ in more than their punctuation; rename the fleet or the secret`,
      );
    }
  }
}

/** Of each backend: the names by which the router asks it; `*`: whatever name a caller says. */
function askedModels(plan: RouterPlan, models: { [name: string]: RouterModel }): Map<IModelBackend, string[]> {
  const asked = new Map<IModelBackend, string[]>();
  for (const [name, { backend }] of Object.entries(models)) {
    const upstream = plan.models[name]?.upstreamModel ?? '*';
    const names = asked.get(backend) ?? [];
    asked.set(backend, names.includes(upstream) ? names : [...names, upstream]);
  }
  return asked;
}

function variables({ name, provider }: BackendDescription, { fleetTable, secret }: BackendBinding): [string, string][] {
  return [
    ...(fleetTable === undefined ? [] : [[fleetTableVariable(name), fleetTable.tableName] as [string, string]]),
    ...(secret === undefined
      ? []
      : [[secretArnVariable(provider?.secret ?? name), secret.secretArn] as [string, string]]),
  ];
}

/** Literal private addresses, and ports other than HTTPS: the function's security groups let out neither by themselves. */
function openAddresses(
  connections: ec2.Connections,
  { name, fleet, provider }: BackendDescription,
  network: IPrivateNetwork,
): void {
  const addresses = [...(fleet?.endpoints ?? []), ...(provider?.baseUrl === undefined ? [] : [provider.baseUrl])];
  for (const address of addresses) {
    const { hostname, port, protocol } = new URL(address);
    const tcp = ec2.Port.tcp(port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port));
    for (const peer of peersOf(address, hostname, network)) connections.allowTo(peer, tcp, name);
  }
}

function peersOf(address: string, hostname: string, network: IPrivateNetwork): ec2.IPeer[] {
  if (!isPrivateAddress(address))
    return network.ipv6Egress ? [ec2.Peer.anyIpv4(), ec2.Peer.anyIpv6()] : [ec2.Peer.anyIpv4()];
  return [hostname.startsWith('[') ? ec2.Peer.ipv6(`${hostname.slice(1, -1)}/128`) : ec2.Peer.ipv4(`${hostname}/32`)];
}
