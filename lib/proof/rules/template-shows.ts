/** Tells what of the templates themselves is not what CloudFormation will deploy, or acts beyond them. */
import { ofType } from '../assembly';
import type { Finding } from '../finding';
import type { Network } from '../graph';
import { type Rule, notSeen } from '../rule';
import { fileNameOf, listOf } from '../template';

const NAME = 'template-shows';

export const templateShows: Rule = {
  name: NAME,
  check: (network) => [...transforms(network), ...nestedElsewhere(network), ...customResources(network)],
};

const transforms = ({ assembly }: Network): Finding[] =>
  assembly.stacks
    .map((stack) => ({
      stack,
      names: [
        ...listOf(stack.template.Transform).map((one) => (typeof one === 'string' ? one : JSON.stringify(one))),
        ...Object.keys(stack.template.Resources ?? {}).filter((name) => name.startsWith('Fn::')),
      ],
    }))
    .filter(({ names }) => names.length > 0)
    .map(({ stack, names }) =>
      notSeen(NAME, { steps: [], found: `what ${names.join(', ')} makes of ${fileNameOf(stack)} at the deploy` }),
    );

const nestedElsewhere = ({ assembly }: Network): Finding[] =>
  ofType(assembly, 'AWS::CloudFormation::Stack')
    .filter(
      ({ stack, logicalId }) =>
        !assembly.stacks.some(({ parent }) => parent?.stack === stack && parent.logicalId === logicalId),
    )
    .map((one) => notSeen(NAME, { steps: [one], found: `the template of the nested stack ${one.logicalId}` }));

const customResources = ({ assembly }: Network): Finding[] =>
  assembly.resources
    .filter(({ type }) => type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource')
    .map((one) =>
      notSeen(NAME, {
        steps: [one],
        found: `what the custom resource ${one.logicalId} (${one.type}) does at the deploy`,
      }),
    );
