/** Endpoints that the config says its VPC has: `s3`, `ecr.api`, or `execute-api=vpce-0123…` where the id is needed. */
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { ExistingEndpoint } from '../private-network';

export function existingEndpoints(scope: Construct, written: readonly string[]): ExistingEndpoint[] {
  return written.map((entry) => {
    const [service = '', vpcEndpointId] = entry.split('=');
    if (vpcEndpointId === undefined) return { service };
    const endpoint = ec2.InterfaceVpcEndpoint.fromInterfaceVpcEndpointAttributes(scope, `Existing-${service}`, {
      vpcEndpointId,
      port: 443,
    });
    return { service, endpoint };
  });
}
