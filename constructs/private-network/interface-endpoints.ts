import { Annotations } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { INTERFACE_POLICIES, isInterfaceService, statementsOf, type EndpointPlace } from './endpoint-policies';
import type { ExistingEndpoint } from './existing-endpoint';
import { isGatewayService } from './gateway-endpoints';

export interface InterfaceEndpointsProps {
  readonly vpc: ec2.IVpc;
  /** One a zone. */
  readonly subnets: ec2.ISubnet[];
  readonly existing: readonly ExistingEndpoint[];
  /** Whether other people's work runs in the VPC too. */
  readonly foreign: boolean;
  readonly place: EndpointPlace;
}

/** Interface endpoints, each made when somebody is first admitted to it and open to nobody but those admitted. */
export class InterfaceEndpoints extends Construct {
  private readonly made = new Map<string, ec2.InterfaceVpcEndpoint>();
  private readonly existing: ReadonlyMap<string, ExistingEndpoint>;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: InterfaceEndpointsProps,
  ) {
    super(scope, id);
    this.existing = new Map(props.existing.map((endpoint) => [endpoint.service, endpoint]));
  }

  admit(service: string, peer: ec2.IConnectable): void {
    if (isGatewayService(service)) {
      throw new Error(
        `${service} has a gateway endpoint, which admits whole subnets: expected an interface endpoint's service; drop this call`,
      );
    }
    const groups = peer.connections.securityGroups;
    if (groups.length === 0) {
      throw new Error(
        `only security groups are admitted to the endpoint of ${service}, got a peer that has none; give it one`,
      );
    }
    const endpoint = this.find(service) ?? (this.existing.has(service) ? undefined : this.make(service));
    if (endpoint === undefined || endpoint.connections.securityGroups.length === 0) {
      const names = groups.map((group) => group.node.path).join(', ');
      Annotations.of(this).addWarningV2(
        'cdk-hybrid-llm:PrivateNetwork.existingEndpoint',
        `the existing endpoint of ${service} comes without its security groups, so nothing was opened: let port 443 of it ` +
          `be reached from ${names}, and look that its policy admits what they call`,
      );
      return;
    }
    for (const group of groups) connect(group, endpoint.connections.securityGroups, `to ${service}`);
  }

  find(service: string): ec2.IInterfaceVpcEndpoint | undefined {
    return this.made.get(service) ?? this.existing.get(service)?.endpoint;
  }

  has(service: string): boolean {
    return this.made.has(service) || this.existing.has(service);
  }

  /** Services whose endpoints are made or given, sorted. */
  services(): string[] {
    return [...new Set([...this.made.keys(), ...this.existing.keys()])]
      .filter((service) => !isGatewayService(service))
      .sort();
  }

  private make(service: string): ec2.InterfaceVpcEndpoint {
    if (!isInterfaceService(service)) {
      throw new Error(
        `no endpoint policy is known for ${service}: expected one of ${Object.keys(INTERFACE_POLICIES).join(', ')}; ` +
          `make the endpoint yourself and give it as existingEndpoints: [{ service: '${service}', endpoint }]`,
      );
    }
    const { vpc, subnets, foreign, place } = this.props;
    const id = pascalCase(service);
    const group = new ec2.SecurityGroup(this, `${id}SecurityGroup`, {
      vpc,
      description: `Endpoint of ${service}: reached by admitted security groups, reaches nothing`,
      allowAllOutbound: false,
    });
    const endpoint = new ec2.InterfaceVpcEndpoint(this, id, {
      vpc,
      service: new ec2.InterfaceVpcEndpointAwsService(service),
      subnets: { subnets },
      open: false,
      securityGroups: [group],
      // Private names of this one would answer for every API of every account that anybody in the VPC calls.
      privateDnsEnabled: !(foreign && service === 'execute-api'),
    });
    for (const statement of statementsOf(INTERFACE_POLICIES[service], place)) endpoint.addToPolicy(statement);
    this.made.set(service, endpoint);
    return endpoint;
  }
}

/** Group by group instead of by `connections`, since a peer may carry an address range besides its groups. */
function connect(peer: ec2.ISecurityGroup, groups: readonly ec2.ISecurityGroup[], description: string): void {
  for (const group of groups) {
    // As a remote rule: that of a peer in another stack stands there, else the two stacks would depend on each other.
    group.addIngressRule(peer, ec2.Port.HTTPS, description, true);
    if (!peer.allowAllOutbound) peer.addEgressRule(group, ec2.Port.HTTPS, description);
  }
}

const pascalCase = (service: string): string =>
  service
    .split(/[.-]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
