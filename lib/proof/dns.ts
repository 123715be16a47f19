/** The DNS firewall of a VPC: its rules in the order in which they are asked. */
import { type Assembly, type Placed, ofType } from './assembly';
import { type Entity, entitiesIn, entitiesOf, entityOf } from './entity';
import { branchesOf, shapesOf, textsOf } from './resolve';
import { type TemplateResource, isObject } from './template';

export interface DnsRule {
  /** The rule group's name; `null`: the group is made elsewhere, and so are its rules. */
  readonly group: string | null;
  readonly priority: number;
  /** Otherwise it lets names through: an alert does, too. */
  readonly blocks: boolean;
  /** `null`: the list is made elsewhere, or stands in a file. */
  readonly domains: readonly string[] | null;
  /** Whatever the deploy decides, every name is meant. */
  readonly everyName: boolean;
  /** Whether it is for queries of every type. */
  readonly everyType: boolean;
}

/** Stands for rules that the templates do not show, or whose order they do not. */
const UNKNOWN: DnsRule = { group: null, priority: 0, blocks: false, domains: null, everyName: false, everyType: false };

/**
 * Empty: no template gives the VPC a firewall.
 *
 * @param conditions of what must be sealed: an association that exists under another one may be missing where they are
 */
export function dnsRulesOf(assembly: Assembly, vpc: Entity, conditions: readonly (string | null)[]): DnsRule[] {
  const associations = ofType(assembly, 'AWS::Route53Resolver::FirewallRuleGroupAssociation')
    .filter((one) => entitiesIn(assembly, one, 'VpcId').some(({ key }) => key === vpc.key))
    .filter(({ condition }) => condition === null || conditions.every((other) => other === condition))
    .map((one) => ({ one, priority: numberOf(assembly, one, 'Priority') }));
  const rules = associations
    .toSorted((one, other) => one.priority - other.priority)
    .flatMap(({ one }) => entitiesIn(assembly, one, 'FirewallRuleGroupId'))
    .flatMap(({ resource }) => (resource === null ? [UNKNOWN] : rulesOf(assembly, resource)));
  const ordered = associations.length < 2 || associations.every(({ priority }) => !Number.isNaN(priority));
  return ordered ? rules : [UNKNOWN, ...rules];
}

/** Whether the firewall lets everything through when it cannot decide. Unless somebody says so, it does not. */
export const failsOpen = (assembly: Assembly, vpc: Entity): boolean =>
  ofType(assembly, 'AWS::Route53Resolver::FirewallConfig').some(
    (one) =>
      entitiesIn(assembly, one, 'ResourceId').some(({ key }) => key === vpc.key) &&
      textsOf(assembly, one.properties['FirewallFailOpen'], one.stack).some((text) => text !== 'DISABLED'),
  );

/** A VPC whose resolver is off resolves nothing. */
export const hasResolver = (assembly: Assembly, { resource }: Entity): boolean =>
  resource === null || textsOf(assembly, resource.properties['EnableDnsSupport'], resource.stack).join() !== 'false';

const rulesOf = (assembly: Assembly, group: TemplateResource): DnsRule[] =>
  shapesOf(assembly, { value: group.properties['FirewallRules'], stack: group.stack })
    .flatMap((place) => ruleOf(assembly, entityOf(group).label, place))
    .toSorted((one, other) => one.priority - other.priority);

function ruleOf(assembly: Assembly, group: string, { value, stack }: Placed): DnsRule[] {
  if (!isObject(value)) return [];
  const text = (name: string): string => textsOf(assembly, value[name], stack).join();
  const lists = entitiesOf(assembly, value['FirewallDomainListId'], stack);
  if (!/^\d+$/.test(text('Priority'))) return [UNKNOWN];
  return [
    {
      group,
      priority: Number(text('Priority')),
      blocks: text('Action') === 'BLOCK',
      domains: domainsOf(assembly, lists),
      everyName: lists.length === 1 && lists.every((list) => isEveryName(assembly, list)),
      everyType: text('Qtype') === '',
    },
  ];
}

function domainsOf(assembly: Assembly, lists: readonly Entity[]): string[] | null {
  const all = lists.map(({ resource }) =>
    resource === null ? [] : textsOf(assembly, resource.properties['Domains'], resource.stack),
  );
  return all.length === 0 || all.some((domains) => domains.length === 0) ? null : all.flat();
}

const isEveryName = (assembly: Assembly, { resource }: Entity): boolean =>
  resource !== null &&
  branchesOf(assembly, resource.properties['Domains'], resource.stack).every(({ value, stack }) =>
    textsOf(assembly, value, stack).includes('*'),
  );

const numberOf = (assembly: Assembly, { properties, stack }: TemplateResource, name: string): number =>
  Number(textsOf(assembly, properties[name], stack).join());
