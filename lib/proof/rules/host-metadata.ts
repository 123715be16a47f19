/** GPU hosts ask for a session token (IMDSv2) and answer at hop limit 1, so that a container cannot take the host's role. */
import { entityOf } from '../entity';
import type { Network } from '../graph';
import { inside, textsOf } from '../resolve';
import { type Rule, violation } from '../rule';
import type { TemplateResource } from '../template';

const NAME = 'sealed-host-metadata';

export const hostMetadata: Rule = {
  name: NAME,
  check: (network) => {
    const hosts = network.things.filter(({ kind }) => ['hosts', 'instance', 'launch-template'].includes(kind));
    const launched = hosts.flatMap(({ launchTemplates }) => launchTemplates);
    const bare = hosts.filter(({ kind, launchTemplates }) => kind === 'instance' && launchTemplates.length === 0);
    const places = [
      ...new Map(launched.map((one) => [one.key, { from: one.resource, keys: ['LaunchTemplateData'] }])).values(),
      ...bare.map(({ resource }) => ({ from: resource, keys: [] })),
    ];
    return places.flatMap(({ from, keys }) => {
      if (from === null || protectedBy(network, from, keys)) return [];
      const host = hosts.find(({ launchTemplates }) => launchTemplates.some(({ key }) => key === entityOf(from).key));
      return [
        violation(NAME, {
          steps: host === undefined || host.resource === from ? [from] : [host.resource, from],
          found: `${from.logicalId} lets the engine's container reach the host's credentials`,
          fix: "set MetadataOptions to { HttpTokens: 'required', HttpPutResponseHopLimit: 1 }",
        }),
      ];
    });
  },
};

function protectedBy({ assembly }: Network, from: TemplateResource, keys: readonly string[]): boolean {
  const always = (name: string, wanted: string): boolean => {
    const values = inside(assembly, from, ...keys, 'MetadataOptions', name).map(({ value, stack }) =>
      textsOf(assembly, value, stack),
    );
    return values.length > 0 && values.every((texts) => texts.length > 0 && texts.every((text) => text === wanted));
  };
  return (
    always('HttpEndpoint', 'disabled') || (always('HttpTokens', 'required') && always('HttpPutResponseHopLimit', '1'))
  );
}
