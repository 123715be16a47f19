import { Annotations } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';

const ISOLATED: ec2.SubnetSelection = { subnetType: ec2.SubnetType.PRIVATE_ISOLATED };
const OPEN: ec2.SubnetSelection = { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS };

export type SubnetSetting = 'isolatedSubnets' | 'openSubnets' | 'endpointAzs';

/** A VPC has not the subnets that a setting asks for. */
export class UnfitVpcError extends Error {
  constructor(
    readonly setting: SubnetSetting,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Subnets of somebody else's VPC for the GPU hosts and the sealed lane. */
export function selectIsolated(
  scope: Construct,
  vpc: ec2.IVpc,
  selection: ec2.SubnetSelection = ISOLATED,
): ec2.ISubnet[] {
  const subnets = select(vpc, selection, 'isolatedSubnets');
  const outward = subnets.filter((subnet) => [...vpc.publicSubnets, ...vpc.privateSubnets].includes(subnet));
  if (outward.length > 0) {
    Annotations.of(scope).addWarningV2(
      'cdk-hybrid-llm:PrivateNetwork.notIsolated',
      `expected isolated subnets, got ${outward.map(({ node }) => node.id).join(', ')}, which the VPC counts among those with ` +
        'a way out: nothing that runs there is sealed; choose subnets of type PRIVATE_ISOLATED',
    );
  }
  return subnets;
}

/** Subnets of somebody else's VPC for the open lane. */
export const selectOpen = (vpc: ec2.IVpc, selection: ec2.SubnetSelection = OPEN): ec2.ISubnet[] =>
  select(vpc, selection, 'openSubnets');

function select(vpc: ec2.IVpc, selection: ec2.SubnetSelection, prop: SubnetSetting): ec2.ISubnet[] {
  const { subnets, isPendingLookup } = selected(vpc, selection, prop);
  if (subnets.length === 0 && isPendingLookup !== true) {
    throw new UnfitVpcError(prop, `expected ${prop} to select subnets of ${vpc.node.path}, got none; choose others`);
  }
  return subnets;
}

/** CDK throws where a VPC has no subnet of a type, and cannot know which property to set instead. */
function selected(vpc: ec2.IVpc, selection: ec2.SubnetSelection, prop: SubnetSetting): ec2.SelectedSubnets {
  try {
    return vpc.selectSubnets(selection);
  } catch (error) {
    const cure = prop === 'openSubnets' ? '; choose others, or Egress.NONE for an open lane without a way out' : '';
    const told = `expected ${prop} to select subnets of ${vpc.node.path}: ${(error as Error).message}${cure}`;
    throw new UnfitVpcError(prop, told, { cause: error });
  }
}
