/** What EC2 says of instance types, machine images and VPCs. */
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { Hosts, Network, Offering, VpcEndpoint } from './account';
import { type Settings, ifThere } from './sdk-settings';

type Sdk = typeof import('@aws-sdk/client-ec2');

/** Loads the SDK once, when it is first asked. */
function ec2(settings: Settings): () => Promise<{ sdk: Sdk; client: EC2Client }> {
  let loaded: Promise<{ sdk: Sdk; client: EC2Client }> | undefined;
  return () => (loaded ??= import('@aws-sdk/client-ec2').then((sdk) => ({ sdk, client: new sdk.EC2Client(settings) })));
}

export function ec2Hosts(settings: Settings): Hosts {
  const load = ec2(settings);
  return {
    async offerings(instanceTypes) {
      const { sdk, client } = await load();
      const found: Offering[] = [];
      const pages = sdk.paginateDescribeInstanceTypeOfferings(
        { client },
        { LocationType: 'availability-zone', Filters: [{ Name: 'instance-type', Values: [...instanceTypes] }] },
      );
      for await (const { InstanceTypeOfferings = [] } of pages) {
        for (const { InstanceType: instanceType, Location: zone } of InstanceTypeOfferings) {
          if (instanceType !== undefined && zone !== undefined && isZoneOf(settings.region, zone)) {
            found.push({ instanceType, zone });
          }
        }
      }
      return found;
    },
    async spotScore(instanceTypes, hosts) {
      const { sdk, client } = await load();
      const { SpotPlacementScores = [] } = await client.send(
        new sdk.GetSpotPlacementScoresCommand({
          InstanceTypes: [...instanceTypes],
          TargetCapacity: hosts,
          TargetCapacityUnitType: 'units',
          RegionNames: [settings.region],
        }),
      );
      return SpotPlacementScores.find(({ Region }) => Region === settings.region)?.Score ?? null;
    },
    async imageState(amiId) {
      const { sdk, client } = await load();
      const found = await ifThere(['InvalidAMIID.NotFound', 'InvalidAMIID.Unavailable', 'InvalidAMIID.Malformed'], () =>
        client.send(new sdk.DescribeImagesCommand({ ImageIds: [amiId] })),
      );
      return found?.Images?.[0]?.State ?? null;
    },
  };
}

/** Local and Wavelength zones are for those who choose them by name. */
const isZoneOf = (region: string, zone: string): boolean =>
  zone.startsWith(region) && zone.length === region.length + 1;

export function ec2Network(settings: Settings): Network {
  const load = ec2(settings);
  return {
    async vpc(vpcId) {
      const { sdk, client } = await load();
      const found = await ifThere(['InvalidVpcID.NotFound', 'InvalidVpcID.Malformed'], () =>
        client.send(new sdk.DescribeVpcsCommand({ VpcIds: [vpcId] })),
      );
      if (found?.Vpcs?.[0] === undefined) return null;
      const [support, hostnames] = await Promise.all([
        client.send(new sdk.DescribeVpcAttributeCommand({ VpcId: vpcId, Attribute: 'enableDnsSupport' })),
        client.send(new sdk.DescribeVpcAttributeCommand({ VpcId: vpcId, Attribute: 'enableDnsHostnames' })),
      ]);
      return {
        dnsSupport: support.EnableDnsSupport?.Value === true,
        dnsHostnames: hostnames.EnableDnsHostnames?.Value === true,
      };
    },
    async subnetZones(vpcId) {
      const { sdk, client } = await load();
      const zones = new Set<string>();
      for await (const { Subnets = [] } of sdk.paginateDescribeSubnets({ client }, { Filters: inVpc(vpcId) })) {
        for (const { AvailabilityZone } of Subnets) if (AvailabilityZone !== undefined) zones.add(AvailabilityZone);
      }
      return [...zones].sort();
    },
    async endpoints(vpcId) {
      const { sdk, client } = await load();
      const found: VpcEndpoint[] = [];
      for await (const { VpcEndpoints = [] } of sdk.paginateDescribeVpcEndpoints(
        { client },
        { Filters: inVpc(vpcId) },
      )) {
        for (const endpoint of VpcEndpoints) {
          found.push({
            id: endpoint.VpcEndpointId ?? '',
            serviceName: endpoint.ServiceName ?? '',
            type: endpoint.VpcEndpointType ?? '',
            // The API writes it in both cases.
            state: (endpoint.State ?? '').toLowerCase(),
            privateDns: endpoint.PrivateDnsEnabled === true,
            policy: endpoint.PolicyDocument ?? '',
          });
        }
      }
      return found;
    },
  };
}

const inVpc = (vpcId: string): { Name: string; Values: string[] }[] => [{ Name: 'vpc-id', Values: [vpcId] }];
