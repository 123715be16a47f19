import { Stage } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** The stage or app that a construct is in, or is. */
export function stageOf(scope: IConstruct): Stage {
  const stage = Stage.isStage(scope) ? scope : Stage.of(scope);
  if (stage === undefined) {
    throw new Error(`${scope.node.path} is in no stage or app: expected one whose templates can be looked at`);
  }
  return stage;
}
