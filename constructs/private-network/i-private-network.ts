import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IConstruct } from 'constructs';

/** The network that fleets and routers live in. `PrivateNetwork` is one, on a VPC of its own or on yours. */
export interface IPrivateNetwork extends IConstruct {
  readonly vpc: ec2.IVpc;

  /** Subnets without any way out: GPU hosts and the sealed lane. */
  readonly isolatedSubnets: ec2.SubnetSelection;

  /** Subnets of the open lane: with a way out, or the isolated ones where the network has none; absent without that lane. */
  readonly openSubnets?: ec2.SubnetSelection;

  /** Whether `openSubnets` lead to the internet over IPv4. Where they do not, AWS is reached by endpoints only. */
  readonly egress: boolean;

  /** Whether the open lane's way out is IPv6 alone: its functions then need `ipv6AllowedForDualStack`. */
  readonly ipv6Egress: boolean;

  /**
   * Lets `peer` reach an AWS service by its interface endpoint, which is made the first time somebody asks for it.
   *
   * @param service the endpoint's short name, such as `ecr.api` or `bedrock-runtime`
   * @param peer whose security groups are admitted on port 443, and nobody else's
   */
  admit(service: string, peer: ec2.IConnectable): void;

  /**
   * Whether the service has an interface endpoint here by now, made or given. With its private name a service is reached
   * by its endpoint alone, also from subnets with a way out.
   *
   * @param service the endpoint's short name, such as `secretsmanager`
   */
  hasEndpoint(service: string): boolean;

  /**
   * Id of the interface endpoint of a service, `vpce-…`, for policies and private APIs that name it. Throws where nobody
   * was admitted to that service yet, or where an existing endpoint was named without saying which it is.
   *
   * @param service the endpoint's short name, such as `execute-api`
   */
  endpointId(service: string): string;

  /** Lets names be resolved in this VPC, such as `api.openai.com`, where its DNS firewall is on. */
  allowDomains(...domains: string[]): void;
}
