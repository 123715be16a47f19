import {
  type IPolicyValidationContext,
  type IPolicyValidationPlugin,
  type PolicyValidationPluginReport,
  type PolicyViolation,
  type Stage,
  Validations,
} from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { type Finding, formatPath } from '../../lib/proof/finding';
import { proveResidency } from '../../lib/proof/residency';
import { RULES } from '../../lib/proof/rules';
import { finishedTemplates } from './finished-templates';
import { stageOf } from './stage-of';

const enforced = new WeakSet<Stage>();

/**
 * Fails `cdk synth` when the templates give a function of the sealed lane, or a GPU host, a way out of its network; the
 * message names the way: `SealedRouter → SubnetA → RouteTable3 → NatGateway1 → internet`. It reads finished templates, so
 * it sees every stack of the stage, every override and every aspect.
 *
 * **What it creates:** nothing. **What it costs per month:** nothing.
 *
 * **Limitations:** it sees what is in templates. What is made elsewhere, such as the route tables of an imported VPC, is
 * a warning that says "not seen", which whoever looked can acknowledge. A way out cannot be acknowledged away. Where nothing
 * is sealed it says nothing; `hybrid-llm residency check cdk.out` does.
 *
 * ```ts
 * const stack = new Stack(app, 'Llm');
 * ResidencyProof.enforce(stack);
 * ```
 */
export class ResidencyProof implements IPolicyValidationPlugin {
  /** Holds the proof over all stacks of the stage (or app) that `scope` is in; twice is as good as once. */
  public static enforce(scope: IConstruct): void {
    const stage = stageOf(scope);
    if (enforced.has(stage)) return;
    enforced.add(stage);
    Validations.of(stage).addPlugins(new ResidencyProof());
  }

  public readonly name = 'ResidencyProof';
  public readonly ruleIds?: string[] = RULES.map(({ name }) => name);

  public validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
    const { violations, notSeen } = proveResidency(finishedTemplates(context));
    return {
      success: violations.length === 0,
      violations: [
        // Fatal ones cannot be acknowledged.
        ...violations.map((one) => reported(one, 'fatal', `${formatPath(one.path)}: ${one.found}`, one.fix)),
        ...notSeen.map((one) => reported(one, 'warning', `not seen: ${one.found}`, LOOK)),
      ],
    };
  }
}

const LOOK = 'look at it where it is made, then acknowledge this with what you found';

function reported({ rule, place }: Finding, severity: string, description: string, fix: string): PolicyViolation {
  return {
    ruleName: rule,
    description,
    fix,
    severity,
    violatingResources: [
      {
        locations: [],
        ...(place?.logicalId != null && { resourceLogicalId: place.logicalId }),
        ...(place?.templateFile != null && { templatePath: place.templateFile }),
      },
    ],
  };
}
