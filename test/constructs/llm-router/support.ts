/** A router's surroundings for tests: a small real VPC, a fleet that is none, and what a template says of both. */
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { type App, Stack, type StackProps } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type {
  BackendBindOptions,
  BackendBinding,
  BackendDescription,
  IModelBackend,
} from '../../../constructs/backend/i-model-backend';
import { AgreementKind, ClosedProvider } from '../../../constructs/closed-provider';
import { LlmRouter, type LlmRouterProps } from '../../../constructs/llm-router';
import type { IPrivateNetwork } from '../../../constructs/private-network/i-private-network';
import type { RouterPlan } from '../../../lib/plan/types';
import { type TemplateResource, resourcesOf, testApp } from '../../support/cdk';

export interface SmallNetworkProps {
  readonly egress?: boolean;
  readonly ipv6Egress?: boolean;
  readonly openLane?: boolean;
}

/** One isolated and one open subnet; endpoints without policies, closed to all but who was admitted. */
export class SmallNetwork extends Construct implements IPrivateNetwork {
  readonly vpc: ec2.Vpc;
  readonly isolatedSubnets: ec2.SubnetSelection;
  readonly openSubnets?: ec2.SubnetSelection;
  readonly egress: boolean;
  readonly ipv6Egress: boolean;
  readonly domains: string[] = [];
  private readonly endpoints = new Map<string, ec2.InterfaceVpcEndpoint>();

  constructor(scope: Construct, id = 'Network', props: SmallNetworkProps = {}) {
    super(scope, id);
    this.egress = props.egress ?? true;
    this.ipv6Egress = props.ipv6Egress ?? false;
    this.vpc = new ec2.Vpc(this, 'Vpc', {
      maxAzs: 1,
      natGateways: 1,
      restrictDefaultSecurityGroup: false,
      ...(this.ipv6Egress && { ipProtocol: ec2.IpProtocol.DUAL_STACK }),
      subnetConfiguration: [
        { name: 'Public', subnetType: ec2.SubnetType.PUBLIC },
        { name: 'Open', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
        { name: 'Isolated', subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
      ],
    });
    this.isolatedSubnets = { subnets: this.vpc.isolatedSubnets };
    if (props.openLane ?? true) this.openSubnets = { subnets: this.vpc.privateSubnets };
  }

  get admitted(): string[] {
    return [...this.endpoints.keys()];
  }

  admit(service: string, peer: ec2.IConnectable): void {
    const endpoint =
      this.endpoints.get(service) ??
      new ec2.InterfaceVpcEndpoint(this, service, {
        vpc: this.vpc,
        service: new ec2.InterfaceVpcEndpointAwsService(service),
        subnets: this.isolatedSubnets,
        open: false,
      });
    this.endpoints.set(service, endpoint);
    endpoint.connections.allowFrom(peer, ec2.Port.HTTPS, `to ${service}`);
  }

  hasEndpoint(service: string): boolean {
    return this.endpoints.has(service);
  }

  endpointId(service: string): string {
    const endpoint = this.endpoints.get(service);
    if (endpoint === undefined) throw new Error(`nobody was admitted to ${service}`);
    return endpoint.vpcEndpointId;
  }

  allowDomains(...domains: string[]): void {
    this.domains.push(...domains);
  }
}

/** A fleet without hosts: a table and a security group that the lanes are let into. */
export class FakeFleet extends Construct implements IModelBackend {
  readonly description: BackendDescription;
  readonly table: dynamodb.Table;
  readonly bound: BackendBindOptions[] = [];
  readonly connections: ec2.Connections;

  constructor(network: SmallNetwork, name = 'llama', fleet: Partial<NonNullable<BackendDescription['fleet']>> = {}) {
    super(network, `Fleet-${name}`);
    this.description = {
      name,
      fleet: {
        model: 'meta-llama/Llama-3.1-8B-Instruct',
        kind: 'chat',
        context: 16_384,
        concurrency: 32,
        ...fleet,
      },
    };
    this.table = new dynamodb.Table(this, 'Table', {
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      partitionKey: { name: 'fleet', type: dynamodb.AttributeType.STRING },
    });
    const group = new ec2.SecurityGroup(this, 'Hosts', {
      vpc: network.vpc,
      description: 'Hosts',
      allowAllOutbound: false,
    });
    this.connections = new ec2.Connections({ securityGroups: [group], defaultPort: ec2.Port.tcp(8443) });
  }

  bind(options: BackendBindOptions): BackendBinding {
    this.bound.push(options);
    if (options.connections !== undefined) this.connections.allowDefaultPortFrom(options.connections);
    return { fleetTable: this.table };
  }
}

export const routerStack = (props: StackProps = { env: { region: 'us-east-1' } }, app: App = testApp()): Stack =>
  new Stack(app, 'Test', props);

export const secretNamed = (scope: Construct, name: string): secretsmanager.ISecret =>
  secretsmanager.Secret.fromSecretNameV2(scope, `Secret-${name}`, name);

export const openai = (scope: Construct): ClosedProvider =>
  new ClosedProvider({
    provider: 'openai',
    secret: secretNamed(scope, 'acme/openai'),
    agreement: { kind: AgreementKind.DPA, reference: 'OA-2026-03' },
  });

export interface Deployed {
  readonly stack: Stack;
  readonly network: SmallNetwork;
  readonly fleet: FakeFleet;
  readonly router: LlmRouter;
  readonly template: Template;
}

/** A router with both lanes in a network: one fleet, one closed provider. */
export function bothLanes(props: Partial<LlmRouterProps> = {}, networkProps: SmallNetworkProps = {}): Deployed {
  const stack = routerStack();
  const network = new SmallNetwork(stack, 'Network', networkProps);
  const fleet = new FakeFleet(network);
  const router = new LlmRouter(stack, 'Router', {
    network,
    models: { fast: { backend: fleet }, gpt: { backend: openai(stack), model: 'gpt-5.4-mini' } },
    routes: [{ name: 'default', to: ['fast', 'gpt'] }],
    ...props,
  });
  return {
    stack,
    network,
    fleet,
    router,
    // Synthesized when it is first asked for, so that a test can add to the stack before.
    get template() {
      return Template.fromStack(stack);
    },
  };
}

/** A router without a network: one closed provider behind function URLs. */
export function alone(props: Partial<LlmRouterProps> = {}): { stack: Stack; router: LlmRouter; template: Template } {
  const stack = routerStack();
  const router = new LlmRouter(stack, 'Router', {
    models: { gpt: { backend: openai(stack), model: 'gpt-5.4-mini' } },
    routes: [{ name: 'default', to: ['gpt'] }],
    ...props,
  });
  return {
    stack,
    router,
    get template() {
      return Template.fromStack(stack);
    },
  };
}

/** The lane's function in the template, with its logical id. */
export function functionOf(template: Template, lane: 'open' | 'sealed', router = 'Router'): [string, TemplateResource] {
  const id = lane === 'open' ? 'Open' : 'Sealed';
  const found = Object.entries(resourcesOf(template, 'AWS::Lambda::Function')).filter(([key]) =>
    key.startsWith(`${router}${id}`),
  );
  if (found.length !== 1) throw new Error(`expected one function of ${router}'s ${lane} lane, got ${found.length}`);
  return found[0] as [string, TemplateResource];
}

/** A file of the function's asset, where the cloud assembly says that it is. */
export function assetFile(stack: Stack, resource: TemplateResource, name: string): string {
  const { outdir } = stack.node.root as App;
  const hash = (resource.Properties?.['Code'] as { S3Key: string }).S3Key.replace('.zip', '');
  const manifest = JSON.parse(
    readFileSync(path.join(outdir, `${stack.artifactId}.assets.json`), 'utf8'),
  ) as AssetManifest;
  return readFileSync(path.resolve(outdir, manifest.files[hash]?.source.path ?? `no asset ${hash}`, name), 'utf8');
}

interface AssetManifest {
  readonly files: Readonly<Record<string, { readonly source: { readonly path: string } }>>;
}

/** What stands on constructs as errors or warnings, without synthesizing, which errors would stop. */
export const annotations = (stack: Stack, level: 'error' | 'warning'): string[] =>
  stack.node
    .findAll()
    .flatMap(({ node }) => node.metadata)
    .filter(({ type }) => type === `aws:cdk:${level}`)
    .map(({ data }) => String(data));

export const planOf = (stack: Stack, resource: TemplateResource): RouterPlan =>
  JSON.parse(assetFile(stack, resource, 'plan.json')) as RouterPlan;

interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** All statements of the policies that are attached to a lane's role. */
export function statementsOf(template: Template, lane: 'open' | 'sealed'): Statement[] {
  const role = Object.keys(resourcesOf(template, 'AWS::IAM::Role')).find((id) =>
    id.startsWith(`Router${lane === 'open' ? 'Open' : 'Sealed'}Role`),
  );
  return Object.values(resourcesOf(template, 'AWS::IAM::Policy'))
    .filter(({ Properties }) => (Properties?.['Roles'] as { Ref: string }[]).some(({ Ref }) => Ref === role))
    .flatMap(({ Properties }) => (Properties?.['PolicyDocument'] as { Statement: Statement[] }).Statement);
}

export const actionsOf = ({ Action }: Statement): string[] => [Action].flat();
