/** No sealed function has a function URL that anybody may call. */
import { ofType } from '../assembly';
import { type Entity, entitiesIn, entityOf } from '../entity';
import type { Finding } from '../finding';
import type { Network } from '../graph';
import { targetsOf } from '../resolve';
import { type Rule, note, notSeen, violation } from '../rule';
import { INTERNET } from '../routes';
import type { TemplateResource } from '../template';

const NAME = 'sealed-function-url';

export const functionUrl: Rule = {
  name: NAME,
  check: (network) =>
    network.things
      .filter(({ kind }) => kind === 'function')
      .flatMap(({ resource }) =>
        ofType(network.assembly, 'AWS::Lambda::Url')
          .filter((url) => functionsOf(network, url).some(({ key }) => key === entityOf(resource).key))
          .flatMap((url) => urlFindings(network, url, resource)),
      ),
};

/** A URL may stand before an alias or a version. */
const functionsOf = ({ assembly }: Network, url: TemplateResource): Entity[] =>
  entitiesIn(assembly, url, 'TargetFunctionArn').flatMap((target) =>
    target.resource !== null && ['AWS::Lambda::Alias', 'AWS::Lambda::Version'].includes(target.resource.type)
      ? entitiesIn(assembly, target.resource, 'FunctionName')
      : [target],
  );

const urlFindings = ({ assembly }: Network, url: TemplateResource, resource: TemplateResource): Finding[] =>
  targetsOf(assembly, url.properties['AuthType'], url.stack).map((auth) => {
    const steps = [INTERNET, url, resource];
    if (auth.kind !== 'text')
      return notSeen(NAME, { steps, found: `AuthType of ${url.logicalId} is decided at the deploy` });
    return auth.text === 'NONE'
      ? violation(NAME, {
          steps,
          at: url,
          found: `${url.logicalId} has AuthType NONE: anybody on the internet may call the sealed function`,
          fix: 'remove the function URL and call the function through the private API, or set AuthType to AWS_IAM',
        })
      : note(NAME, {
          steps,
          found: `${url.logicalId} takes requests from the internet that are signed by this account`,
        });
  });
