/** VPC endpoints: what they lead to, who may use them, and what their policy lets through. */
import { type Assembly, type Placed, ofType } from './assembly';
import { type Entity, entitiesIn } from './entity';
import { branchesOf, textsOf } from './resolve';
import type { TemplateResource } from './template';

export interface Endpoint {
  readonly resource: TemplateResource;
  /** `Gateway`, `Interface`, … as CloudFormation writes it. */
  readonly types: readonly string[];
  /** Short where it is AWS's own, such as `ecr.api`; otherwise the whole name. */
  readonly services: readonly string[];
  readonly vpcs: readonly Entity[];
  readonly routeTables: readonly Entity[];
  readonly securityGroups: readonly Entity[];
  /** Each policy it may have; `undefined`: none, so that everything is allowed. */
  readonly policies: readonly Placed[];
}

export const endpointsOf = (assembly: Assembly): Endpoint[] =>
  ofType(assembly, 'AWS::EC2::VPCEndpoint').map((resource) => {
    const { properties, stack } = resource;
    const types = textsOf(assembly, properties['VpcEndpointType'], stack);
    const names = ['ServiceName', 'ResourceConfigurationArn', 'ServiceNetworkArn'];
    return {
      resource,
      types: types.length === 0 ? ['Gateway'] : types,
      services: names.flatMap((name) => textsOf(assembly, properties[name], stack).map(shortService)),
      vpcs: entitiesIn(assembly, resource, 'VpcId'),
      routeTables: entitiesIn(assembly, resource, 'RouteTableIds'),
      securityGroups: entitiesIn(assembly, resource, 'SecurityGroupIds'),
      policies: branchesOf(assembly, properties['PolicyDocument'], stack),
    };
  });

/** `com.amazonaws.us-east-1.ecr.api` → `ecr.api`; a service of somebody else keeps its whole name. */
const shortService = (name: string): string =>
  /^(?:cn\.)?com\.amazonaws\.(?:\$\{AWS::Region\}|[a-z]{2}(?:-[a-z]+)+-\d)\.(.+)$/.exec(name)?.[1] ?? name;

/** One with addresses in subnets, whatever kind it is. Appliances behind a load balancer are reached by routes. */
export const isInterface = ({ types }: Endpoint): boolean =>
  types.some((type) => type !== 'Gateway' && type !== 'GatewayLoadBalancer');
