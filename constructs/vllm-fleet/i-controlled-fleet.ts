import type { Duration } from 'aws-cdk-lib';
import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type { IConstruct } from 'constructs';
import type { IModelStore } from '../model-store/i-model-store';
import type { FleetScaling } from './fleet-scaling';

/** What a controller has to know of a fleet. `VllmFleet` is one. */
export interface IControlledFleet extends IConstruct {
  readonly fleetName: string;
  readonly deployment: string;
  readonly scaling: FleetScaling;
  /** Where its hosts write their rows. */
  readonly fleetTable: dynamodb.ITable;
  readonly modelStore: IModelStore;
  /** Folder of its weights in the store's bucket, without slashes at its ends. */
  readonly weightsPrefix: string;
  readonly instanceTypes: string[];
  /** Sequences that one replica serves at once. */
  readonly concurrency: number;
  /** A host that is not ready by then has failed. */
  readonly bootTimeout: Duration;
  readonly spotGroup: autoscaling.CfnAutoScalingGroup;
  readonly onDemandGroup: autoscaling.CfnAutoScalingGroup;
}
