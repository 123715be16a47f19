import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';

/** A fleet whose replicas the meter counts. Its hosts are found by their tags. */
export interface MeteredFleet {
  /** Logical name of the fleet. */
  readonly name: string;
  /** The table its replicas are in. */
  readonly table: dynamodb.ITable;
}
