/** A VPC that the config names and that has not the subnets that are needed: a mistake of the config, told as one. */
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import { type SubnetSetting, UnfitVpcError } from '../private-network/foreign-vpc';
import { ConfigError } from './config-source';

export function fitting<T>(vpc: ec2.IVpc, vpcId: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof UnfitVpcError)) throw error;
    const { isolatedSubnets, privateSubnets, publicSubnets } = vpc;
    throw new ConfigError(
      `network.vpcId: got ${vpcId}, a VPC with ${isolatedSubnets.length} isolated, ${privateSubnets.length} private and ${publicSubnets.length} public subnets; ${NEEDED[error.setting]}, then run \`npx cdk context --clear\`, since what was looked up is kept; or remove \`network.vpcId\` for a new VPC`,
      { cause: error },
    );
  }
}

/** What is right, and what to do. */
const NEEDED: Readonly<Record<SubnetSetting, string>> = {
  isolatedSubnets:
    'expected isolated ones, whose route table leads to no gateway, for the GPU hosts and the sealed lane; add one in each zone',
  openSubnets:
    'expected private ones, whose route table leads to a NAT gateway, for the open lane; add them, or set `network.egress: none` or `lanes: [sealed]`',
  endpointAzs:
    'expected isolated ones in as many zones as `network.endpointAzs` says; lower it, or add isolated subnets',
};
