import {
  type IPolicyValidationContext,
  type IPolicyValidationPlugin,
  type PolicyValidationPluginReport,
  type Stage,
  Validations,
} from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { formatMetricFinding, unknownMetrics } from '../../lib/proof/metrics';
import { METRIC_CONTRACT } from '../../lib/records/metric-contract';
import { finishedTemplates } from './finished-templates';
import { stageOf } from './stage-of';

const enforced = new WeakSet<Stage>();

/**
 * Fails `cdk synth` when an alarm or a dashboard asks for a metric of the namespace `HybridLlm` that nothing publishes, or
 * by dimensions under which it is not published: such an alarm stays silent for ever.
 *
 * **What it creates:** nothing. **What it costs per month:** nothing.
 *
 * **Limitations:** it looks at alarms, anomaly detectors and dashboards, and at no other namespace.
 *
 * ```ts
 * const stack = new Stack(app, 'Llm');
 * MetricContract.enforce(stack);
 * ```
 */
export class MetricContract implements IPolicyValidationPlugin {
  /** Holds the contract over all stacks of the stage (or app) that `scope` is in; twice is as good as once. */
  public static enforce(scope: IConstruct): void {
    const stage = stageOf(scope);
    if (enforced.has(stage)) return;
    enforced.add(stage);
    Validations.of(stage).addPlugins(new MetricContract());
  }

  public readonly name = 'MetricContract';
  public readonly ruleIds?: string[] = ['unknown-metric'];

  public validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
    const findings = unknownMetrics(finishedTemplates(context), METRIC_CONTRACT);
    return {
      success: findings.length === 0,
      violations: findings.map((finding) => ({
        ruleName: 'unknown-metric',
        description: formatMetricFinding(finding),
        fix: 'ask for a metric of lib/records/metric-contract.ts by exactly its dimensions',
        severity: 'error',
        violatingResources: [
          {
            resourceLogicalId: finding.resource.logicalId,
            templatePath: finding.resource.stack.file,
            locations: [],
          },
        ],
      })),
    };
  }
}
