import { RemovalPolicy } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { FLEET_TABLE_KEY, TTL_ATTRIBUTE } from '../../lib/tables/key-schemas';

export interface FleetTableProps {
  /**
   * What becomes of the table with the stack.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * Registry and control plane of any number of fleets: a row for each replica, which its host writes every two seconds, and
 * rows that say what is wanted of a fleet.
 *
 * **Creates** one DynamoDB table, on-demand, with a stream, time to live and point-in-time recovery.
 *
 * **Costs per month** (us-east-1): nothing while no host runs; $0.82 for each replica that runs all month (a write every
 * two seconds at $0.625 a million), and less for the routers' reads.
 *
 * **Limitations**: rows that expire are deleted late, so readers go by the heartbeat in them.
 *
 * ```ts
 * const fleetTable = new FleetTable(this, 'Fleets');
 * new VllmFleet(this, 'small', { network, modelStore, model: 'Qwen/Qwen3-8B', instanceTypes: ['g6e.xlarge'], fleetTable });
 * ```
 */
export class FleetTable extends dynamodb.Table {
  constructor(scope: Construct, id: string, props: FleetTableProps = {}) {
    super(scope, id, {
      partitionKey: { name: FLEET_TABLE_KEY.partition, type: dynamodb.AttributeType.STRING },
      sortKey: { name: FLEET_TABLE_KEY.sort, type: dynamodb.AttributeType.STRING },
      timeToLiveAttribute: TTL_ATTRIBUTE,
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      // Both images, so that a reader can tell a change of state from a heartbeat.
      stream: dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
    });
  }
}
