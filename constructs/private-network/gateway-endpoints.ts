import { Annotations } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { GATEWAY_POLICIES, statementsOf, type EndpointPlace, type GatewayService } from './endpoint-policies';

const SERVICES: Readonly<Record<GatewayService, ec2.GatewayVpcEndpointAwsService>> = {
  s3: ec2.GatewayVpcEndpointAwsService.S3,
  dynamodb: ec2.GatewayVpcEndpointAwsService.DYNAMODB,
};
const NAMES = Object.keys(SERVICES) as GatewayService[];

export const isGatewayService = (service: string): service is GatewayService => Object.hasOwn(SERVICES, service);

export interface GatewayEndpointsProps {
  readonly vpc: ec2.IVpc;
  readonly isolated: readonly ec2.ISubnet[];
  readonly open: readonly ec2.ISubnet[];
  /** Services whose endpoint is there already. */
  readonly existing: readonly string[];
  readonly place: EndpointPlace;
}

/**
 * Ways to S3 and DynamoDB that cost nothing: one set on the isolated route tables, one on the open lane's, because a
 * policy belongs to an endpoint and an endpoint to route tables.
 */
export function addGatewayEndpoints(scope: Construct, props: GatewayEndpointsProps): void {
  const wanted = NAMES.filter((service) => !props.existing.includes(service));
  const without = [...props.isolated, ...props.open].filter((subnet) => tableOf(subnet) === undefined);
  if (wanted.length > 0 && without.length > 0) {
    Annotations.of(scope).addError(
      `gateway endpoints need route tables, got none for ${without.map(({ node }) => node.id).join(', ')}; give route table ids ` +
        `where the VPC is imported, or existingEndpoints: ${wanted.map((service) => `{ service: '${service}' }`).join(', ')}`,
    );
    return;
  }
  // A route table takes one endpoint of a service: tables that both sorts of subnets use belong to the isolated set.
  const isolatedTables = new Set(props.isolated.map(tableOf));
  const sets = { isolated: props.isolated, open: props.open.filter((subnet) => !isolatedTables.has(tableOf(subnet))) };
  for (const lane of ['isolated', 'open'] as const) {
    if (sets[lane].length === 0) continue;
    for (const service of wanted) {
      const endpoint = new ec2.GatewayVpcEndpoint(
        scope,
        `${lane === 'open' ? 'Open' : 'Isolated'}${service === 's3' ? 'S3' : 'DynamoDb'}`,
        {
          vpc: props.vpc,
          service: SERVICES[service],
          subnets: [{ subnets: sets[lane] as ec2.ISubnet[] }],
        },
      );
      for (const statement of statementsOf(GATEWAY_POLICIES[lane][service], props.place))
        endpoint.addToPolicy(statement);
    }
  }
}

/** CDK types it as always there; an imported subnet may have none. */
const tableOf = (subnet: ec2.ISubnet): string | undefined => subnet.routeTable.routeTableId;
