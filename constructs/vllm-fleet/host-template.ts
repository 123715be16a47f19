import { Size, Tags } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { GPU_HOST_ROLE, ROLE_MARK } from '../../lib/proof/marks';
import { engineMachineImage } from '../../config/catalog/engine';
import { DEPLOYMENT_TAG, FLEET_TAG } from '../../lib/spend/meter-names';
import type { VllmFleetProps } from './vllm-fleet-props';

export interface HostTemplateProps extends Pick<
  VllmFleetProps,
  'machineImage' | 'rootVolumeSize' | 'rootVolumeIops' | 'rootVolumeThroughput'
> {
  readonly deployment: string;
  readonly fleetName: string;
  readonly role: iam.IRole;
  readonly securityGroup: ec2.ISecurityGroup;
  readonly userData: string;
}

/** Of Amazon Linux. */
const ROOT_DEVICE = '/dev/xvda';

/** What a host is. Spot or on-demand is the group's choice, so the template says nothing of it; nor has it a key to log in. */
export function hostTemplate(scope: Construct, id: string, props: HostTemplateProps): ec2.LaunchTemplate {
  const template = new ec2.LaunchTemplate(scope, id, {
    machineImage: props.machineImage ?? ec2.MachineImage.fromSsmParameter(engineMachineImage.ssmParameter),
    userData: ec2.UserData.custom(props.userData),
    role: props.role,
    securityGroup: props.securityGroup,
    // One hop, so that nothing a container forwards gets the role's credentials; on the host a firewall rule keeps the
    // engine, which parses what strangers send, from asking itself.
    requireImdsv2: true,
    httpPutResponseHopLimit: 1,
    blockDevices: [
      {
        deviceName: ROOT_DEVICE,
        volume: ec2.BlockDeviceVolume.ebs((props.rootVolumeSize ?? Size.gibibytes(120)).toGibibytes(), {
          volumeType: ec2.EbsDeviceVolumeType.GP3,
          iops: props.rootVolumeIops ?? 4000,
          throughput: props.rootVolumeThroughput ?? 500,
          encrypted: true,
          deleteOnTermination: true,
        }),
      },
    ],
  });
  Tags.of(template).add(DEPLOYMENT_TAG, props.deployment);
  Tags.of(template).add(FLEET_TAG, props.fleetName);
  // Both signs by which the residency proof knows a host.
  Tags.of(template).add(ROLE_MARK, GPU_HOST_ROLE);
  (template.node.defaultChild as ec2.CfnLaunchTemplate).addMetadata(ROLE_MARK, GPU_HOST_ROLE);
  return template;
}
