import { Annotations } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { admitPublisher } from './admit-publisher';
import type { AlarmThreshold } from './alarm-threshold';

/** What all alarms of one construct share. */
export interface AlarmDefaults {
  readonly topics: readonly sns.ITopic[];
  readonly runbookUrl: string | undefined;
}

export interface AlarmSpec {
  readonly metric: cloudwatch.IMetric;
  /** What rings and where to look: the text of the notification. */
  readonly description: string;
  /** Periods of the metric in a row. @default 1 */
  readonly periods?: number;
  /** Whether silence is the fault: the alarm then rings below its threshold and without any value. @default false */
  readonly missed?: boolean;
}

/** Makes alarms that tell somebody when they ring and when it is over. */
export class AlarmFactory {
  readonly alarms: cloudwatch.Alarm[] = [];
  /** How many of them tell nobody. */
  silent = 0;

  constructor(
    private readonly scope: Construct,
    private readonly defaults: AlarmDefaults,
  ) {}

  /** One alarm for each severity. */
  addEach(
    id: string,
    spec: AlarmSpec,
    thresholds: { readonly [severity: string]: AlarmThreshold },
  ): cloudwatch.Alarm[] {
    return Object.entries(thresholds).map(([severity, threshold]) =>
      this.add(`${id}-${severity}`, spec, threshold.above, threshold),
    );
  }

  add(id: string, spec: AlarmSpec, threshold: number, own: Omit<AlarmThreshold, 'above'> = {}): cloudwatch.Alarm {
    const runbookUrl = own.runbookUrl ?? this.defaults.runbookUrl;
    const missed = spec.missed === true;
    const alarm = new cloudwatch.Alarm(this.scope, id, {
      metric: spec.metric,
      alarmDescription: runbookUrl === undefined ? spec.description : `${spec.description} Runbook: ${runbookUrl}`,
      threshold,
      comparisonOperator: missed
        ? cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
        : cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: own.periods ?? spec.periods ?? 1,
      treatMissingData: missed ? cloudwatch.TreatMissingData.BREACHING : cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    this.alarms.push(alarm);
    this.tell(alarm, own.topics ?? this.defaults.topics);
    return alarm;
  }

  private tell(alarm: cloudwatch.Alarm, topics: readonly sns.ITopic[]): void {
    if (topics.length === 0) this.silent += 1;
    for (const topic of topics) {
      this.admit(topic);
      const action = { bind: () => ({ alarmActionArn: topic.topicArn }) };
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
    }
  }

  /** Of a topic from elsewhere without a key nothing is said: unless somebody changed it, its policy admits alarms. */
  private admit(topic: sns.ITopic): void {
    if (admitPublisher(topic, 'cloudwatch.amazonaws.com') !== 'key-from-elsewhere') return;
    Annotations.of(this.scope).addWarningV2(
      'cdk-hybrid-llm:LlmAlarms.topicKey',
      `topics: the key of ${topic.node.path} is not of this app, so its policy is left alone: it has to admit cloudwatch.amazonaws.com (kms:Decrypt and kms:GenerateDataKey*), or the alarms tell nobody`,
    );
  }
}
