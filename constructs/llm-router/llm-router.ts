import { Annotations, Stack, Token } from 'aws-cdk-lib';
import type * as apigateway from 'aws-cdk-lib/aws-apigateway';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct, type IConstruct } from 'constructs';
import { ENVIRONMENT } from '../../lib/plan/environment';
import type { RouterPlan } from '../../lib/plan/types';
import { deploymentName } from '../deployment-name';
import { RouterMetrics } from '../metrics';
import { bindBackends } from './bind-backends';
import { openFronts } from './fronts';
import { KeysTable } from './keys-table';
import { LaneFunction } from './lane-function';
import { LedgerTable } from './ledger-table';
import { type LlmRouterProps, RouterLane } from './llm-router-props';
import { networkInterfacePolicy } from './network-interface-policy';
import { type RouterSurroundings, routerConfig } from './router-config';
import { RouterFront } from './router-front';
import type { RouterMetricOptions } from './router-metric-options';
import { type Problem, checkPolicy, hasError } from './router-plans';
import { surroundingsProblems } from './surroundings-problems';
import { grantBooking, grantKeyLookup } from './table-grants';

const MARK = Symbol.for('cdk-hybrid-llm.LlmRouter');

/**
 * One OpenAI-compatible endpoint over fleets and closed providers, with rules that say which request goes where.
 *
 * Creates a function for each lane with a role and a log group of its own, a table of callers' keys, a ledger, and a
 * front: inside a VPC a streaming private REST API, elsewhere function URLs. The policy is checked at synth by the same
 * code as the config file's, and becomes `plan.json` beside each function's code.
 *
 * **Costs** nothing while idle but the `execute-api` endpoint of a private API ($7.30 a month and zone) and cents for
 * backups. A million requests cost $3.50 at API Gateway; a function of 1 GiB that streams for 20 seconds costs $0.00027.
 *
 * **Limitations**: a request's body holds at most 6 MB, and an answer streams for at most 15 minutes. A stream holds a
 * function environment until it ends (see `reservedConcurrency`). Values known at deploy only cannot be part of the
 * policy.
 *
 * ```ts
 * const openai = new ClosedProvider({
 *   provider: 'openai',
 *   secret: secretsmanager.Secret.fromSecretNameV2(this, 'OpenAiKey', 'acme/openai'),
 *   agreement: { kind: AgreementKind.DPA, reference: 'OA-2026-03' },
 * });
 * new LlmRouter(this, 'Router', {
 *   models: { gpt: { backend: openai, model: 'gpt-5.4-mini' } },
 *   routes: [{ name: 'default', to: ['gpt'] }],
 * });
 * ```
 */
export class LlmRouter extends Construct {
  /** Whether a construct is a router, of whatever copy of this package. */
  static isLlmRouter(construct: IConstruct): construct is LlmRouter {
    return MARK in construct;
  }

  /** The deployment's name in metrics. */
  readonly deployment: string;
  /** Lanes of this router. */
  readonly lanes: RouterLane[];
  readonly keysTable: dynamodb.ITable;
  readonly ledger: dynamodb.ITable;
  /** Of the open lane, with `connections` where there is a network. Absent: there is no such lane. */
  readonly openFunction?: lambda.IFunction;
  /** Of the sealed lane, with `connections`. Absent: there is no such lane. */
  readonly sealedFunction?: lambda.IFunction;
  /** Admitted at the private API's endpoint. Absent: there is no private API. */
  readonly clientSecurityGroup?: ec2.ISecurityGroup;
  /** The first API among the fronts. Absent: all are function URLs. */
  readonly api?: apigateway.RestApi;
  /** Base URL of the open lane by the first front, as OpenAI's SDK takes it. A private API's needs no private DNS. */
  readonly url?: string;
  /** Base URL of the sealed lane. */
  readonly sealedUrl?: string;

  private readonly hasFunctionUrl: boolean;

  constructor(scope: Construct, id: string, props: LlmRouterProps) {
    super(scope, id);
    Object.defineProperty(this, MARK, { value: true });
    const surroundings = surroundingsOf(this, props);
    this.deployment = surroundings.deployment;
    this.lanes = [...surroundings.lanes];
    this.warnOfNamesakes();

    const { plans, problems } = checkPolicy(routerConfig(props, surroundings), this.lanes);
    const misfits = surroundingsProblems(props, surroundings);
    const told = props._alreadyTold ?? [];
    for (const problem of [...misfits, ...problems]) {
      if (problem.severity === 'error' || !told.includes(problem.code)) this.report(problem);
    }

    const tableProps = { removalPolicy: props.removalPolicy };
    this.keysTable = props.keysTable ?? new KeysTable(this, 'Keys', tableProps);
    this.ledger = props.ledger ?? new LedgerTable(this, 'Ledger', tableProps);
    const { open, sealed } = this.laneFunctions(props, hasError(misfits) ? null : plans);
    this.openFunction = open;
    this.sealedFunction = sealed;

    const { network } = props;
    const fronts = props.fronts ?? [network === undefined ? RouterFront.functionUrl() : RouterFront.privateApi()];
    this.hasFunctionUrl = fronts.some(({ _kind }) => _kind === 'function-url');
    const ways = openFronts(this, {
      deployment: this.deployment,
      fronts,
      openFunction: open,
      sealedFunction: sealed,
      network,
      clientSecurityGroup: props.clientSecurityGroup,
    });
    this.api = ways.find((way) => way.api !== undefined)?.api;
    this.clientSecurityGroup = ways.find((way) => way.clientSecurityGroup !== undefined)?.clientSecurityGroup;
    this.url = ways[0]?.url;
    this.sealedUrl = ways[0]?.sealedUrl;
  }

  /** Lets a principal of this account call the functions with its own AWS login, past any API. */
  grantInvoke(grantee: iam.IGrantable): iam.Grant {
    const functions = [this.openFunction, this.sealedFunction].filter((one) => one !== undefined);
    return iam.Grant.addToPrincipal({
      grantee,
      actions: ['lambda:InvokeFunction', ...(this.hasFunctionUrl ? ['lambda:InvokeFunctionUrl'] : [])],
      resourceArns: functions.map(({ functionArn }) => functionArn),
    });
  }

  /** Requests, answered or not. Sum over 5 minutes. */
  metricRequests({ lane, ...options }: RouterMetricOptions = {}): cloudwatch.Metric {
    return this.metrics(lane).requests(options);
  }

  /** Requests that failed or whose answer broke off. Sum over 5 minutes. */
  metricErrors({ lane, ...options }: RouterMetricOptions = {}): cloudwatch.Metric {
    return this.metrics(lane).errors(options);
  }

  /** Attempts that failed before another target answered. Sum over 5 minutes. */
  metricFallbacks({ lane, ...options }: RouterMetricOptions = {}): cloudwatch.Metric {
    return this.metrics(lane).fallbacks(options);
  }

  /** Answers that broke off after they had begun. Sum over 5 minutes. */
  metricTruncatedStreams({ lane, ...options }: RouterMetricOptions = {}): cloudwatch.Metric {
    return this.metrics(lane).truncatedStreams(options);
  }

  /** Milliseconds until the first token of a streamed answer. 95th percentile over 5 minutes. */
  metricTimeToFirstToken({ lane, ...options }: RouterMetricOptions = {}): cloudwatch.Metric {
    return this.metrics(lane).timeToFirstToken(options);
  }

  /** Milliseconds from request to end of answer. 95th percentile over 5 minutes. */
  metricDuration({ lane, ...options }: RouterMetricOptions = {}): cloudwatch.Metric {
    return this.metrics(lane).duration(options);
  }

  /** US dollars for tokens of closed providers. Sum over 5 minutes. */
  metricCostUsd({ lane, ...options }: RouterMetricOptions = {}): cloudwatch.Metric {
    return this.metrics(lane).costUsd(options);
  }

  private metrics(lane?: RouterLane): RouterMetrics {
    const first = this.lanes.includes(RouterLane.OPEN) ? RouterLane.OPEN : RouterLane.SEALED;
    return new RouterMetrics(this.deployment, lane ?? first);
  }

  private laneFunctions(props: LlmRouterProps, plans: ReadonlyMap<RouterLane, RouterPlan> | null): LaneFunctions {
    const networkInterfaces = props.network && networkInterfacePolicy(this);
    const make = (lane: RouterLane, id: string): lambda.Function | undefined => {
      if (!this.lanes.includes(lane)) return undefined;
      const plan = plans?.get(lane) ?? null;
      const laneFunction = new LaneFunction(this, id, {
        lane,
        plan,
        deployment: this.deployment,
        environment: {
          [ENVIRONMENT.deployment]: this.deployment,
          [ENVIRONMENT.keysTable]: this.keysTable.tableName,
          [ENVIRONMENT.ledgerTable]: this.ledger.tableName,
        },
        networkInterfaces,
        settings: props,
      });
      grantKeyLookup(this.keysTable, laneFunction.function);
      grantBooking(this.ledger, laneFunction.function);
      if (plan !== null) bindBackends({ lane, laneFunction, plan, settings: props });
      return laneFunction.function;
    };
    return { open: make(RouterLane.OPEN, 'Open'), sealed: make(RouterLane.SEALED, 'Sealed') };
  }

  private report({ severity, code, message }: Problem): void {
    if (severity === 'error') Annotations.of(this).addError(`${message} (${code})`);
    else Annotations.of(this).addWarningV2(`cdk-hybrid-llm:LlmRouter.${camelCase(code)}`, message);
  }

  private warnOfNamesakes(): void {
    const others = Stack.of(this)
      .node.findAll()
      .filter((one) => one !== this && LlmRouter.isLlmRouter(one));
    if (others.every((one) => (one as LlmRouter).deployment !== this.deployment)) return;
    Annotations.of(this).addWarningV2(
      'cdk-hybrid-llm:LlmRouter.sameDeployment',
      `deployment: got ${this.deployment} for two routers of a stack; expected a name for each, or their metrics are one; pass \`deployment\``,
    );
  }
}

interface LaneFunctions {
  readonly open?: lambda.Function;
  readonly sealed?: lambda.Function;
}

function surroundingsOf(scope: Construct, props: LlmRouterProps): RouterSurroundings {
  const { region } = Stack.of(scope);
  return {
    deployment: props.deployment ?? deploymentName(Stack.of(scope)),
    region: Token.isUnresolved(region) ? null : region,
    lanes: props.lanes ?? defaultLanes(props),
  };
}

function defaultLanes({ network, models }: LlmRouterProps): RouterLane[] {
  const hasFleet = Object.values(models).some(({ backend }) => backend.description.fleet !== undefined);
  if (network === undefined || !hasFleet) return [RouterLane.OPEN];
  return network.openSubnets === undefined ? [RouterLane.SEALED] : [RouterLane.OPEN, RouterLane.SEALED];
}

const camelCase = (kebab: string): string => kebab.replace(/-./g, ([, letter = '']) => letter.toUpperCase());
