/** Many stacks in one app, so that all of them are synthesized and validated in one go. */
import { Stack, type StackProps } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { Construct } from 'constructs';
import { testApp } from '../../support/cdk';

/** The template of each named stack; `make` fills it. */
export function scenarios<Name extends string>(
  stacks: Readonly<Record<Name, (stack: Stack) => unknown>>,
  props: Partial<Record<Name, StackProps>> = {},
): (name: Name) => Template {
  const app = testApp();
  const made = new Map<Name, Stack>();
  for (const name of Object.keys(stacks) as Name[]) {
    const stack = new Stack(app, name, props[name] ?? { env: { region: 'us-east-1' } });
    stacks[name](stack);
    made.set(name, stack);
  }
  return (name) => Template.fromStack(made.get(name) as Stack);
}

/** Mistakes that a construct has found, without synthesis: an error ends it. */
const messagesOf = (type: string) => (construct: Construct) =>
  construct.node
    .findAll()
    .flatMap(({ node }) => node.metadata)
    .filter((entry) => entry.type === `aws:cdk:${type}`)
    .map(({ data }) => data as string);

export const errorsIn = messagesOf('error');
export const warningsIn = messagesOf('warning');
