/** A stack with fleets in it, in a network that is the least that a fleet needs. */
import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { ModelStore } from '../../../constructs/model-store';
import type { IPrivateNetwork } from '../../../constructs/private-network/i-private-network';
import { VllmFleet, type VllmFleetProps } from '../../../constructs/vllm-fleet';
import { testStack } from '../../support/cdk';

/** A double: a small VPC, and a list of who was admitted to what. */
export class BareNetwork extends Construct implements IPrivateNetwork {
  readonly vpc: ec2.IVpc;
  readonly isolatedSubnets: ec2.SubnetSelection = { subnetType: ec2.SubnetType.PRIVATE_ISOLATED };
  readonly egress = false;
  readonly ipv6Egress = false;
  readonly admitted: { readonly service: string; readonly peer: ec2.IConnectable }[] = [];

  constructor(scope: Construct, id: string, zones = ['us-east-1a', 'us-east-1b', 'us-east-1c']) {
    super(scope, id);
    const subnetConfiguration = [{ name: 'Gpu', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }];
    this.vpc = new ec2.Vpc(this, 'Vpc', {
      availabilityZones: zones,
      natGateways: 0,
      subnetConfiguration,
      restrictDefaultSecurityGroup: false,
    });
  }

  admit(service: string, peer: ec2.IConnectable): void {
    this.admitted.push({ service, peer });
  }

  hasEndpoint(service: string): boolean {
    return this.admitted.some((one) => one.service === service);
  }

  endpointId(service: string): string {
    throw new Error(`no endpoint of ${service}`);
  }

  allowDomains(): void {}
}

export interface FleetStack {
  readonly stack: Stack;
  readonly network: BareNetwork;
  readonly modelStore: ModelStore;
  readonly fleet: VllmFleet;
  readonly template: () => Template;
}

export function fleetStack(props: Partial<VllmFleetProps> = {}, stack: Stack = testStack()): FleetStack {
  const network = new BareNetwork(stack, 'Network');
  const modelStore = new ModelStore(stack, 'Models', { mirror: false });
  const fleet = new VllmFleet(stack, 'small', { ...OF_QWEN, network, modelStore, ...props });
  return { stack, network, modelStore, fleet, template: () => Template.fromStack(stack) };
}

let plain: Template | undefined;
/** Of a fleet with every default. Made once: each synthesis takes its time. */
export const plainTemplate = (): Template => (plain ??= fleetStack().template());

/** What a fleet must be told. */
export const OF_QWEN = { model: 'Qwen/Qwen3-8B', instanceTypes: ['g6e.xlarge', 'g6e.2xlarge'] };

export type Properties = Readonly<Record<string, unknown>>;

/** Properties of all resources of a type, by logical id. */
export const propertiesOf = (template: Template, type: string): Record<string, Properties> =>
  Object.fromEntries(
    Object.entries(template.findResources(type)).map(([id, { Properties }]) => [id, Properties as Properties]),
  );

/** The one resource of a type whose id begins so. */
export function oneOf(template: Template, type: string, idBegins = ''): Properties {
  const found = Object.entries(propertiesOf(template, type)).filter(([id]) => id.startsWith(idBegins));
  if (found.length !== 1)
    throw new Error(`expected one ${type} ${idBegins}, got ${found.map(([id]) => id).join(', ')}`);
  return (found[0] as [string, Properties])[1];
}

/** A value of a template as text, with references as `<LogicalId.Attribute>`. */
export function flat(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const [[key, inner] = []] = Object.entries(value as Record<string, unknown>);
  if (key === 'Fn::Join') return (inner as [string, unknown[]])[1].map(flat).join((inner as [string])[0]);
  if (key === 'Fn::GetAtt') return `<${(inner as string[]).join('.')}>`;
  if (key === 'Ref') return `<${inner as string}>`;
  if (key === 'Fn::Sub') return (inner as string).replaceAll('${', '<').replaceAll('}', '>');
  if (key === 'Fn::Base64') return flat(inner);
  if (key === 'Fn::FindInMap') return `<${(inner as unknown[]).map(flat).join('/')}>`;
  return JSON.stringify(value);
}

export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
  readonly Principal?: unknown;
}

interface Policy {
  readonly PolicyDocument: { readonly Statement: Statement[] };
}

/** Statements of the roles whose id begins so: in the role itself, and in policies beside it. */
export const statementsOf = (template: Template, begins: string): Statement[] =>
  [
    ...Object.entries(propertiesOf(template, 'AWS::IAM::Policy')),
    ...Object.entries(propertiesOf(template, 'AWS::IAM::Role')).flatMap(([id, { Policies = [] }]) =>
      (Policies as Properties[]).map((policy) => [id, policy] as const),
    ),
  ]
    .filter(([id]) => id.startsWith(begins))
    .flatMap(([, policy]) => (policy as unknown as Policy).PolicyDocument.Statement);

export const resourcesIn = ({ Resource }: Statement): string[] =>
  (Array.isArray(Resource) ? (Resource as unknown[]) : [Resource]).map(flat);

export const actionsIn = ({ Action }: Statement): string[] => (typeof Action === 'string' ? [Action] : [...Action]);

/** Mistakes that a stack was told of: what `cdk synth` would end with. */
export const errorsOf = (stack: Stack): string[] =>
  stack.node
    .findAll()
    .flatMap(({ node }) => node.metadata)
    .filter(({ type }) => type === 'aws:cdk:error')
    .map(({ data }) => String(data));
