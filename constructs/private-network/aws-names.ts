import type { GatewayService, InterfaceService } from './endpoint-policies';

/**
 * Names under which AWS services of one region answer. A wildcard is harmless where AWS alone runs the zone below it: whoever
 * looks a made-up name up there tells it to AWS and to nobody else.
 */
const NAMES: Readonly<Record<GatewayService | InterfaceService, readonly string[]>> = {
  // The AL2023 repositories and the layers of ECR's images are buckets too.
  s3: ['s3.REGION', '*.s3.REGION', 's3.dualstack.REGION', '*.s3.dualstack.REGION'],
  // The second one starts with the account's number; newer SDKs prefer it.
  dynamodb: ['dynamodb.REGION', '*.ddb.REGION'],
  'bedrock-runtime': ['bedrock-runtime.REGION'],
  'ecr.api': ['api.ecr.REGION'],
  'ecr.dkr': ['*.dkr.ecr.REGION'],
  'execute-api': ['*.execute-api.REGION'],
  secretsmanager: ['secretsmanager.REGION'],
};

/** Names that instances have inside a VPC, in us-east-1 and everywhere else. */
export const INSTANCE_NAMES: readonly string[] = ['ec2.internal', '*.ec2.internal', '*.compute.internal'];

/** Names that an interface endpoint has besides those of its service. */
export const endpointNames = (region: string, suffix: string): string => `*.${region}.vpce.${suffix}`;

/** @param suffix what names of AWS end in, such as `amazonaws.com` */
export function namesOfService(service: string, region: string, suffix: string): string[] {
  const known: Readonly<Record<string, readonly string[]>> = NAMES;
  return (known[service] ?? [`${service}.REGION`]).map((name) => name.replace('REGION', `${region}.${suffix}`));
}
