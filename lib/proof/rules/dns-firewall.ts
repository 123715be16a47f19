/** Names that sealed things can look up are listed, and every other one is blocked: a resolver answers without any route. */
import { type DnsRule, dnsRulesOf, failsOpen, hasResolver } from '../dns';
import type { Entity } from '../entity';
import type { Finding } from '../finding';
import { type Network, sealedVpcs } from '../graph';
import { type Rule, note, notSeen, violation } from '../rule';
import type { SealedThing } from '../sealed';

const NAME = 'sealed-dns';
const RESOLVER = "the VPC's resolver";
const NAME_SERVERS = 'name servers on the internet';

export const dnsFirewall: Rule = {
  name: NAME,
  check: (network) =>
    sealedVpcs(network)
      .filter(({ vpc }) => hasResolver(network.assembly, vpc))
      .flatMap(({ vpc, thing }) => vpcFindings(network, vpc, thing)),
};

interface Say {
  wrong(found: string, fix: string): Finding;
  unseen(found: string): Finding;
  tell(found: string): Finding;
}

function vpcFindings({ assembly, things }: Network, vpc: Entity, thing: SealedThing): Finding[] {
  const steps = [thing.resource, vpc, RESOLVER, NAME_SERVERS];
  const say: Say = {
    wrong: (found, fix) => violation(NAME, { steps, found, fix }),
    unseen: (found) => notSeen(NAME, { steps, found }),
    tell: (found) => note(NAME, { steps, found }),
  };
  const rules = dnsRulesOf(
    assembly,
    vpc,
    things.map(({ resource }) => resource.condition),
  );
  if (rules.length === 0) {
    return vpc.resource === null
      ? [say.unseen(`which names can be looked up in ${vpc.label}, a VPC made elsewhere`)]
      : [say.wrong('the VPC has no DNS firewall', 'associate a firewall rule group whose last rule blocks *')];
  }
  const fails = failsOpen(assembly, vpc)
    ? [say.wrong('the DNS firewall lets everything through when it fails', 'set FirewallFailOpen to DISABLED')]
    : [];
  return [...fails, ...walk(rules, say)];
}

/** In the order in which the firewall asks them, until one blocks everything. */
function walk(rules: readonly DnsRule[], say: Say): Finding[] {
  const end = rules.findIndex(({ blocks, everyName, everyType }) => blocks && everyName && everyType);
  const asked = (end === -1 ? rules : rules.slice(0, end)).filter(({ blocks }) => !blocks);
  const names = asked.flatMap(({ domains }) => domains ?? []);
  const unknown = asked.some(({ group }) => group === null);
  return [
    ...asked.flatMap((rule) => letThrough(rule, say)),
    ...(names.length === 0 ? [] : [say.tell(`names that can be looked up: ${names.join(', ')}`)]),
    ...(end === -1 && !unknown
      ? [
          say.wrong(
            'no rule of the DNS firewall blocks *',
            'end the rules with one that blocks * for every type of query',
          ),
        ]
      : []),
  ];
}

function letThrough({ group, priority, domains }: DnsRule, say: Say): Finding[] {
  if (group === null) return [say.unseen('rules of the DNS firewall that are made elsewhere, or whose order is')];
  if (domains === null) {
    return [say.unseen(`the names that rule ${priority} of ${group} lets through: their list is made elsewhere`)];
  }
  const broad = domains.filter(isBroad);
  const zones = domains.filter((domain) => domain.startsWith('*.') && !isBroad(domain) && !isRunByAws(domain));
  return [
    ...(broad.length === 0
      ? []
      : [
          say.wrong(
            `rule ${priority} of ${group} lets ${broad.join(', ')} through`,
            'list the names that are needed, and block the rest',
          ),
        ]),
    ...(zones.length === 0
      ? []
      : [say.unseen(`who runs ${zones.join(', ')} and so reads every name that is looked up below it`)]),
  ];
}

/** A whole top-level domain is everybody's: data can be written into the names below it. */
const isBroad = (domain: string): boolean => /^\*(\.[^.]+)?\.?$/.test(domain);

/** Whoever makes up a name there tells it to AWS and to nobody else. */
const ZONES_OF_AWS = [
  'amazonaws.com',
  'amazonaws.com.cn',
  '${AWS::URLSuffix}',
  'api.aws',
  'ec2.internal',
  'compute.internal',
];

const isRunByAws = (domain: string): boolean => ZONES_OF_AWS.some((zone) => domain.endsWith(`.${zone}`));
