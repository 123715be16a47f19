import { Aws, Lazy, Stack, Token } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import {
  CfnFirewallDomainList,
  CfnFirewallRuleGroup,
  CfnFirewallRuleGroupAssociation,
} from 'aws-cdk-lib/aws-route53resolver';
import { FactName } from 'aws-cdk-lib/region-info';
import { Construct } from 'constructs';
import { endpointNames, INSTANCE_NAMES, namesOfService } from './aws-names';

export interface DnsFirewallProps {
  readonly vpc: ec2.IVpc;
  /** Asked at the end of synthesis: services whose endpoints are used by then. */
  readonly services: () => readonly string[];
  /** Asked at the end of synthesis: further names. */
  readonly domains: () => readonly string[];
}

/** Of a VPC; 100 and below belong to AWS Firewall Manager. */
const ASSOCIATION_PRIORITY = 101;

/**
 * The names that can be resolved in a VPC, and no others: a resolver answers without any route, so a name looked up is a
 * message to whoever runs its zone. It also decides about names in private zones and of endpoints, hence the list of them.
 *
 * When the service itself does not answer, queries fail (SERVFAIL): fail-closed is its default, and CloudFormation has no
 * resource that would say so.
 */
export class DnsFirewall extends Construct {
  constructor(scope: Construct, id: string, props: DnsFirewallProps) {
    super(scope, id);
    const allowed = new CfnFirewallDomainList(this, 'Allowed', {
      domains: Lazy.list({ produce: () => this.allowed(props) }),
    });
    const everything = new CfnFirewallDomainList(this, 'Everything', { domains: ['*'] });
    const group = new CfnFirewallRuleGroup(this, 'Resource', {
      firewallRules: [
        {
          priority: 100,
          action: 'ALLOW',
          firewallDomainListId: allowed.attrId,
          // Providers and S3 alike answer with CNAMEs into zones that change without notice.
          firewallDomainRedirectionAction: 'TRUST_REDIRECTION_DOMAIN',
        },
        { priority: 200, action: 'BLOCK', blockResponse: 'NXDOMAIN', firewallDomainListId: everything.attrId },
      ],
    });
    new CfnFirewallRuleGroupAssociation(this, 'Association', {
      firewallRuleGroupId: group.attrId,
      vpcId: props.vpc.vpcId,
      priority: ASSOCIATION_PRIORITY,
    });
  }

  private allowed({ services, domains }: DnsFirewallProps): string[] {
    const { region } = Stack.of(this);
    const suffix = this.suffix(region);
    const ofAws = ['s3', 'dynamodb', ...services()].flatMap((service) => namesOfService(service, region, suffix));
    return [...new Set([...INSTANCE_NAMES, endpointNames(region, suffix), ...ofAws, ...domains()])];
  }

  /** Written out where the region is known, so that a name of AWS that somebody allows too is seen to be the same. */
  private suffix(region: string): string {
    return Token.isUnresolved(region)
      ? Aws.URL_SUFFIX
      : Stack.of(this).regionalFact(FactName.DOMAIN_SUFFIX, Aws.URL_SUFFIX);
  }
}
