/** A VPC that is there already answers names, and its endpoints let pass what ours would. */
import type { Config } from '../../../config/schema';
import type { VpcEndpoint } from '../account';
import type { DoctorCheck } from '../check';
import { NEEDED_ACTIONS, type Service, isGateway, neededServices } from '../endpoint-needs';
import { lets } from '../endpoint-policy';
import { type DoctorFinding, failed, ok, warning } from '../finding';
import { look } from '../look';

const PERMISSIONS = ['ec2:DescribeVpcs', 'ec2:DescribeVpcAttribute', 'ec2:DescribeVpcEndpoints'];

export const endpoints: DoctorCheck = {
  name: 'endpoints',
  looksAt: 'a VPC that the config names: its DNS, and the endpoints in it with their private names and policies',
  permissions: PERMISSIONS,
  remedy: '`aws ec2 modify-vpc-endpoint …`, `aws ec2 modify-vpc-attribute …`, or `network.endpoints` in the config',
  run: async ({ config }, { network }) => {
    const { vpcId, endpoints: listed = [] } = config.network;
    if (vpcId === undefined) {
      if (listed.length === 0) return [];
      return [warning('network.endpoints', 'they are used with `network.vpcId` only', 'add `vpcId`, or remove them')];
    }
    const about = `VPC ${vpcId}`;
    const looked = await look(about, PERMISSIONS.join(' and '), () =>
      Promise.all([network.vpc(vpcId), network.endpoints(vpcId)]),
    );
    if ('unseen' in looked) return [looked.unseen];
    const [vpc, there] = looked.seen;
    if (vpc === null)
      return [failed(about, `does not exist in ${config.region}`, 'set `network.vpcId` to one that does')];
    const dns = vpc.dnsSupport && vpc.dnsHostnames;
    return [
      dns
        ? ok(about, 'exists and answers private names')
        : failed(
            about,
            'has no DNS support or no DNS host names',
            `aws ec2 modify-vpc-attribute --vpc-id ${vpcId} --enable-dns-hostnames (and --enable-dns-support)`,
          ),
      ...listed.flatMap((entry) => listedFindings(config, entry, there)),
      ...neededServices(config).flatMap((service) => unlistedFindings(config, service, listed, there)),
    ];
  },
};

const EXECUTE_API = 'execute-api';

/** An entry of `network.endpoints`: `ecr.api`, or `execute-api=vpce-…`. */
function listedFindings({ region }: Config, entry: string, there: readonly VpcEndpoint[]): DoctorFinding[] {
  const [service = '', id] = entry.split('=');
  const about = `endpoint ${entry}`;
  const found = there.find((one) => (id === undefined ? isFor(one, service) : one.id === id));
  if (found === undefined || !isFor(found, service)) {
    const what = found === undefined ? 'is not in the VPC' : `is one of ${found.serviceName}`;
    return [
      failed(
        about,
        what,
        `remove it from \`network.endpoints\`, so that ours is made in ${region}; or write its right id`,
      ),
    ];
  }
  if (found.state !== 'available') {
    return [failed(about, `is ${found.state}`, `look at it in the console: VPC → Endpoints → ${found.id}`)];
  }
  if (service === EXECUTE_API && id === undefined) {
    return [failed(about, 'its id is needed, for URLs and the API name it', `write ${EXECUTE_API}=${found.id}`)];
  }
  // The API is reached by the endpoint's own name, for its private names would answer for every API.
  if (!isGateway(service) && service !== EXECUTE_API && !found.privateDns) {
    const fix = `aws ec2 modify-vpc-endpoint --vpc-endpoint-id ${found.id} --private-dns-enabled --region ${region}`;
    return [failed(about, 'has no private DNS, so that hosts do not find it', fix)];
  }
  return [policyFinding(about, service, found, region)];
}

function policyFinding(about: string, service: string, endpoint: VpcEndpoint, region: string): DoctorFinding {
  const actions = NEEDED_ACTIONS[service as Service] ?? [];
  const answers = actions.map((action) => ({ action, answer: lets(endpoint.policy, action) }));
  const fix = `let its policy pass them: aws ec2 modify-vpc-endpoint --vpc-endpoint-id ${endpoint.id} --policy-document file://policy.json --region ${region}`;
  const refused = answers.filter(({ answer }) => answer === 'no').map(({ action }) => action);
  if (refused.length > 0) return failed(about, `its policy refuses ${refused.join(', ')}`, fix);
  const narrowed = answers.filter(({ answer }) => answer === 'narrowed').map(({ action }) => action);
  if (narrowed.length > 0) {
    const bearer =
      service === EXECUTE_API
        ? '; callers with a key are anonymous to it, so a condition on the principal refuses them'
        : '';
    return warning(about, `its policy narrows ${narrowed.join(', ')}: see that it admits what is ours${bearer}`, fix);
  }
  return ok(about, 'is available, and its policy lets pass what is needed');
}

/** A second endpoint with the same private names cannot be made. */
function unlistedFindings(
  { network }: Config,
  service: Service,
  listed: readonly string[],
  there: readonly VpcEndpoint[],
): DoctorFinding[] {
  if (listed.some((entry) => entry.split('=')[0] === service)) return [];
  const [found] = there.filter((one) => isFor(one, service));
  // That of the API is made without private names.
  if (found === undefined || service === EXECUTE_API) return [];
  const entry = isGateway(service) ? service : `${service}=${found.id}`;
  const fix = `add ${entry} to \`network.endpoints\``;
  const about = `endpoint ${service}`;
  if (isGateway(service)) {
    return [
      warning(about, `${network.vpcId} has ${found.id}; where it serves the same subnets a second cannot be made`, fix),
    ];
  }
  return found.privateDns
    ? [failed(about, `${network.vpcId} has ${found.id}, whose private names keep a second from being made`, fix)]
    : [];
}

const isFor = ({ serviceName }: VpcEndpoint, service: string): boolean =>
  serviceName.replace(/^(com|cn\.com)\.amazonaws\.[a-z0-9-]+\./, '') === service;
