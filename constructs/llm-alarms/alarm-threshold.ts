import type * as sns from 'aws-cdk-lib/aws-sns';

/** When an alarm rings, and whom it tells. */
export interface AlarmThreshold {
  /** The alarm rings above this value. */
  readonly above: number;

  /**
   * So many of the alarm's periods in a row have to be above it.
   *
   * @default - as many as the alarm says, else 1
   */
  readonly periods?: number;

  /**
   * Topics that this alarm tells instead of the others'.
   *
   * @default - those of all alarms
   */
  readonly topics?: sns.ITopic[];

  /**
   * Address of what to do when it rings.
   *
   * @default - the address given for all alarms
   */
  readonly runbookUrl?: string;
}
