import { Annotations, Fn, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { engineRegistryAccountOf } from '../engine-registry-account';
import { prefixOf } from './cidr';
import { DnsFirewall } from './dns-firewall';
import { checkedDomain } from './domains';
import { Egress } from './egress';
import type { EndpointPlace } from './endpoint-policies';
import type { ExistingEndpoint } from './existing-endpoint';
import { UnfitVpcError, selectIsolated, selectOpen } from './foreign-vpc';
import { addFlowLog } from './flow-log';
import { addGatewayEndpoints } from './gateway-endpoints';
import type { IPrivateNetwork } from './i-private-network';
import { InterfaceEndpoints } from './interface-endpoints';
import { MAX_ZONES, OwnVpc } from './own-vpc';

/** Where fleets and routers live. Every property has a default that costs least and lets least out. */
export interface PrivateNetworkProps {
  /**
   * A VPC of yours. Nothing is made in it but the endpoints it lacks; names are resolved in it as before.
   * @default - a new VPC
   */
  readonly vpc?: ec2.IVpc;

  /**
   * Zones of the new VPC by name, at most 15. Subnets are free and few zones starve spot fleets: name all that sell your
   * instance types. Append new ones at the end; another order replaces subnets.
   * @default - the first two zones of the region, whichever they are in the account
   */
  readonly availabilityZones?: string[];

  /**
   * IPv4 addresses of the new VPC, from a /16 to a /20. A sixteenth goes to each zone.
   * @default '10.0.0.0/16'
   */
  readonly cidr?: string;

  /**
   * Zones in which each interface endpoint has an address, at about $7.30 a month each. The other zones reach it too, at
   * $0.01 a gigabyte, until its zone fails.
   * @default 1
   */
  readonly endpointAzs?: number;

  /**
   * The open lane's way out. Of a VPC of yours it says what its routes already do; with `Egress.NONE` they are not used.
   * @default Egress.NAT
   */
  readonly egress?: Egress;

  /**
   * Whether there is an open lane at all.
   * @default true
   */
  readonly openLane?: boolean;

  /**
   * Subnets of your VPC for GPU hosts and the sealed lane.
   * @default - its subnets of type PRIVATE_ISOLATED
   */
  readonly isolatedSubnets?: ec2.SubnetSelection;

  /**
   * Subnets of your VPC for the open lane.
   * @default - its subnets of type PRIVATE_WITH_EGRESS
   */
  readonly openSubnets?: ec2.SubnetSelection;

  /**
   * Endpoints that your VPC has already, gateway endpoints (`s3`, `dynamodb`) among them.
   * @default - none
   */
  readonly existingEndpoints?: ExistingEndpoint[];

  /**
   * Whether only allowed names can be resolved in the VPC. Without it the resolver is a way out of the isolated subnets. In
   * a VPC of yours it would apply to everything that runs there.
   * @default - true in a new VPC, false in a VPC of yours
   */
  readonly dnsFirewall?: boolean;

  /**
   * Bucket for a flow log of refused connections, under `AWSLogs/`.
   * @default - no flow log
   */
  readonly flowLogBucket?: s3.IBucket;

  /**
   * Account of the only container registry that the endpoints `ecr.api` and `ecr.dkr` let images be pulled from.
   * @default - AWS's registry of deep learning containers in the stack's region
   */
  readonly imageRegistry?: string;
}

/** AWS takes no subnet below a /28, which is what the open lane gets of a /20, and no VPC above a /16. */
const SMALLEST_VPC_BITS = 20;
const LARGEST_VPC_BITS = 16;

/**
 * A network in which GPU hosts and the sealed lane have no way out, and only the open lane may have one.
 *
 * **Creates** a VPC with an isolated subnet in each zone (one route table, to which nothing is ever added); for the open lane
 * subnets in two zones and one NAT gateway in a public subnet of its own, or an egress-only internet gateway; gateway
 * endpoints for S3 and DynamoDB, whose policies differ between isolated subnets (this account's buckets and tables, packages
 * and image layers of AWS) and open ones (this account's only); a DNS firewall that blocks every name but those of the AWS
 * services in use and those given to `allowDomains`; and an interface endpoint for each service that somebody is admitted
 * to, open to the admitted security groups alone. With `vpc` only the endpoints.
 *
 * **Costs per month** (us-east-1): NAT gateway with its address $36.50 and $0.045 a gigabyte, with `Egress.IPV6` or
 * `Egress.NONE` nothing; each interface endpoint $7.30 a zone and $0.01 a gigabyte; DNS firewall $0.60 a million names looked
 * up. VPC, subnets and gateway endpoints cost nothing; a flow log what its bucket costs and $0.25 a gigabyte.
 *
 * **Limitations**
 * - A security group, not a subnet, keeps neighbours in one VPC apart: give yours no rule for address ranges.
 * - One gateway endpoint of a service for each route table, one endpoint with private names for each service and VPC: a second
 *   network in the same VPC of yours must name those of the first as `existingEndpoints`.
 * - Interface endpoints in a VPC of yours need its DNS hostnames and DNS support on. `execute-api` gets no private names
 *   there, since they would answer for every API that anybody in the VPC calls.
 * - What the routes of a VPC of yours allow is not visible here.
 *
 * ```ts
 * const network = new PrivateNetwork(this, 'Network', {
 *   availabilityZones: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
 *   egress: Egress.NAT,
 * });
 * network.allowDomains('api.openai.com');
 * ```
 */
export class PrivateNetwork extends Construct implements IPrivateNetwork {
  /** A new one counts the isolated subnets alone among its own: what is placed in it without further word has no way out. */
  public readonly vpc: ec2.IVpc;
  public readonly isolatedSubnets: ec2.SubnetSelection;
  public readonly openSubnets?: ec2.SubnetSelection;
  public readonly egress: boolean;
  public readonly ipv6Egress: boolean;

  private readonly domains = new Set<string>();
  private readonly endpoints: InterfaceEndpoints;

  constructor(scope: Construct, id: string, props: PrivateNetworkProps = {}) {
    super(scope, id);
    for (const mistake of contradictions(props)) Annotations.of(this).addError(mistake);
    const openLane = props.openLane ?? true;
    const egress = openLane ? (props.egress ?? Egress.NAT) : Egress.NONE;
    const { vpc, isolated, open } = props.vpc ? this.foreign(props.vpc, props, egress) : this.own(props, egress);
    this.vpc = vpc;
    this.isolatedSubnets = { subnets: isolated };
    // Without a way out the open lane is at home where nothing has one; absent would say that there is no such lane.
    if (openLane) this.openSubnets = { subnets: egress === Egress.NONE ? isolated : open };
    this.egress = egress === Egress.NAT;
    this.ipv6Egress = egress === Egress.IPV6;

    const place: EndpointPlace = {
      scope: this,
      imageRegistry: () => props.imageRegistry ?? this.deepLearningContainers(),
    };
    const existing = props.existingEndpoints ?? [];
    addGatewayEndpoints(this, { vpc, isolated, open, existing: existing.map(({ service }) => service), place });
    const subnets = this.endpointSubnets(isolated, props.endpointAzs ?? 1);
    this.endpoints = new InterfaceEndpoints(this, 'Endpoints', {
      vpc,
      subnets,
      existing,
      foreign: props.vpc !== undefined,
      place,
    });
    if (props.dnsFirewall ?? props.vpc === undefined) {
      const services = () => this.endpoints.services();
      new DnsFirewall(this, 'DnsFirewall', { vpc, services, domains: () => [...this.domains].sort() });
    }
    if (props.flowLogBucket) addFlowLog(this, 'FlowLog', vpc, props.flowLogBucket);
  }

  public admit(service: string, peer: ec2.IConnectable): void {
    this.endpoints.admit(service, peer);
  }

  public hasEndpoint(service: string): boolean {
    return this.endpoints.has(service);
  }

  public allowDomains(...domains: string[]): void {
    for (const domain of domains) this.domains.add(checkedDomain(domain));
  }

  /** The interface endpoint of a service, made here or given; nothing where nobody was admitted to that service yet. */
  public interfaceEndpoint(service: string): ec2.IInterfaceVpcEndpoint | undefined {
    return this.endpoints.find(service);
  }

  public endpointId(service: string): string {
    const endpoint = this.interfaceEndpoint(service);
    if (endpoint === undefined) {
      throw new Error(
        `the id of the endpoint of ${service} is not known: admit somebody to it first, or give the endpoint itself in existingEndpoints`,
      );
    }
    return endpoint.vpcEndpointId;
  }

  private own(props: PrivateNetworkProps, egress: Egress): OwnVpc {
    const zones = props.availabilityZones ?? [0, 1].map((index) => Fn.select(index, Fn.getAzs()));
    if (zones.length === 0 || zones.length > MAX_ZONES || new Set(zones).size < zones.length) {
      throw new Error(`expected 1 to ${MAX_ZONES} different availabilityZones, got [${zones.join(', ')}]`);
    }
    const cidr = props.cidr ?? '10.0.0.0/16';
    const bits = prefixOf(cidr);
    if (bits < LARGEST_VPC_BITS || bits > SMALLEST_VPC_BITS) {
      throw new Error(`expected a cidr from a /${LARGEST_VPC_BITS} to a /${SMALLEST_VPC_BITS}, got ${cidr}`);
    }
    return new OwnVpc(this, 'Vpc', { zones, cidr, egress });
  }

  private foreign(
    vpc: ec2.IVpc,
    props: PrivateNetworkProps,
    egress: Egress,
  ): Pick<OwnVpc, 'vpc' | 'isolated' | 'open'> {
    const isolated = selectIsolated(this, vpc, props.isolatedSubnets);
    return { vpc, isolated, open: egress === Egress.NONE ? [] : selectOpen(vpc, props.openSubnets) };
  }

  /** One isolated subnet in each of the first `count` zones. */
  private endpointSubnets(isolated: ec2.ISubnet[], count: number): ec2.ISubnet[] {
    const byZone = new Map(isolated.toReversed().map((subnet) => [subnet.availabilityZone, subnet]));
    const subnets = isolated.filter((subnet) => byZone.get(subnet.availabilityZone) === subnet);
    // A VPC that is still to be looked up shows no subnets in the first round.
    if (!Number.isInteger(count) || count < 1 || (isolated.length > 0 && count > subnets.length)) {
      throw new UnfitVpcError(
        'endpointAzs',
        `expected endpointAzs from 1 to the ${subnets.length} zones of the isolated subnets, got ${count}`,
      );
    }
    return subnets.slice(0, count);
  }

  private deepLearningContainers(): string {
    // Of the catalogue, like the fleets' own: CDK's facts lack regions.
    const account = engineRegistryAccountOf(this);
    if (account !== undefined) return account;
    throw new Error(
      `the registry of AWS's deep learning containers in ${Stack.of(this).region} is not known: expected imageRegistry, got nothing`,
    );
  }
}

/** Properties that make no sense together, each with what to do. */
function contradictions(props: PrivateNetworkProps): string[] {
  const given = (...names: (keyof PrivateNetworkProps)[]) => names.filter((name) => props[name] !== undefined);
  if (props.vpc === undefined) {
    return given('isolatedSubnets', 'openSubnets', 'existingEndpoints').map(
      (name) => `${name} is about a VPC of yours, got no vpc; give it, or drop ${name}`,
    );
  }
  const found = given('availabilityZones', 'cidr').map(
    (name) => `${name} is for a new VPC, got a vpc too; drop one of the two`,
  );
  if (props.openSubnets !== undefined && (props.openLane === false || props.egress === Egress.NONE)) {
    found.push('openSubnets are for an open lane with a way out, which openLane or egress excludes; drop openSubnets');
  }
  return found;
}
