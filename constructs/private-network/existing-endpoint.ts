import type * as ec2 from 'aws-cdk-lib/aws-ec2';

/** A VPC endpoint that is there already: it is used, never made or changed but for the peers admitted to it. */
export interface ExistingEndpoint {
  /** The service's short name, such as `s3`, `dynamodb`, `ecr.api` or `execute-api`. */
  readonly service: string;

  /**
   * The interface endpoint, with its security groups, so that peers can be admitted to it.
   * @default - nobody is admitted; a warning says which security groups you must admit
   */
  readonly endpoint?: ec2.IInterfaceVpcEndpoint;
}
