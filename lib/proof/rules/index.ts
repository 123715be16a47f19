/** All rules of the residency proof. */
import type { Rule } from '../rule';
import { attachments } from './attachments';
import { dnsFirewall } from './dns-firewall';
import { egress } from './egress';
import { foreignVpc } from './foreign-vpc';
import { functionUrl } from './function-url';
import { gatewayEndpoint } from './gateway-endpoint';
import { hostMetadata } from './host-metadata';
import { inVpc } from './in-vpc';
import { interfaceEndpointGroups } from './interface-endpoint-groups';
import { interfaceEndpointPolicy } from './interface-endpoint-policy';
import { interfaceEndpointService } from './interface-endpoint-service';
import { knownKind } from './known-kind';
import { mark } from './mark';
import { neighbour } from './neighbour';
import { publicAddress } from './public-address';
import { routeOut } from './route-out';
import { routeTable } from './route-table';
import { templateShows } from './template-shows';

export const RULES: readonly Rule[] = [
  mark,
  inVpc,
  routeOut,
  routeTable,
  publicAddress,
  neighbour,
  attachments,
  dnsFirewall,
  gatewayEndpoint,
  interfaceEndpointPolicy,
  interfaceEndpointGroups,
  interfaceEndpointService,
  functionUrl,
  hostMetadata,
  egress,
  knownKind,
  foreignVpc,
  templateShows,
];
