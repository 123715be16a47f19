import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { RouterLane } from './llm-router-props';

export interface RouterMetricOptions extends cloudwatch.MetricOptions {
  /** @default - the open lane, or the only one */
  readonly lane?: RouterLane;
}
