/** Two fleets of one name and deployment are one to whatever counts hosts, dollars and log lines. */
import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

interface Fleet extends IConstruct {
  readonly fleetName: string;
  readonly deployment: string;
}

/** Of whatever copy of this package. */
const MARK = Symbol.for('cdk-hybrid-llm.VllmFleet');

/** Counts the fleet among those of its stack; what is wrong if there is another of its name there, nested stacks included. */
export function namesakeMistakes(fleet: Fleet): string[] {
  Object.defineProperty(fleet, MARK, { value: true });
  const { fleetName, deployment } = fleet;
  const other = outermost(Stack.of(fleet))
    .node.findAll()
    .filter((one): one is Fleet => one !== fleet && MARK in one)
    .find((one) => one.fleetName === fleetName && one.deployment === deployment);
  if (other === undefined) return [];
  return [
    `fleetName expected a name for each fleet of the deployment ${deployment}, got ${fleetName} here and at ${other.node.path}: their hosts, spend and logs would be one; pass another fleetName`,
  ];
}

const outermost = (stack: Stack): Stack =>
  stack.nestedStackParent === undefined ? stack : outermost(stack.nestedStackParent);
