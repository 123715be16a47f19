/** The small apps in `examples/`: each synthesizes as a user would run it, and changes only where its snapshot is reviewed. */
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { Stage, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { cdkEnv } from '../support/cdk';

const ROOT = path.resolve(__dirname, '../..');

beforeAll(() => {
  // What the CDK's command line gives an app of the `context` in cdk.json.
  const { context } = JSON.parse(readFileSync(path.join(ROOT, 'cdk.json'), 'utf8')) as { context: object };
  cdkEnv['CDK_CONTEXT_JSON'] = JSON.stringify(context);
});
afterAll(() => delete cdkEnv['CDK_CONTEXT_JSON']);

const stackOf = (name: string): Stack =>
  jest.requireActual<{ stack: Stack }>(path.join(ROOT, 'examples', `${name}.ts`)).stack;

test.each(['all-in-one', 'foreign-vpc', 'router-only', 'private-only'])('%s', (name) => {
  const stack = stackOf(name);
  const { Resources } = Template.fromStack(stack).toJSON() as { Resources: Record<string, { Type: string }> };
  expect(
    Stage.of(stack)
      ?.synth()
      .getStackByName(stack.stackName)
      .messages.filter(({ level }) => String(level) === 'error'),
  ).toEqual([]);
  const counts: Record<string, number> = {};
  for (const { Type } of Object.values(Resources)) counts[Type] = (counts[Type] ?? 0) + 1;
  expect(counts).toMatchSnapshot();
});
