/** When a fleet that sleeps is woken. */
export enum WakePolicy {
  /** A request that may not leave the VPC wakes it at once, any other when waiting has cost as much elsewhere as waking does. */
  FAIR = 'fair',
  /** Every request wakes it. */
  ALWAYS = 'always',
  /** Only schedules and people do. */
  NEVER = 'never',
}

/** A span of the week in which at least so many replicas are kept. */
export interface FleetSchedule {
  /** A day, or a span such as `mon-fri`. */
  readonly days: string;
  /** Time of day, such as `08:00`. */
  readonly from: string;
  /** Time of day; `24:00` is the end of the day. */
  readonly to: string;
  /** @default 'UTC' */
  readonly tz?: string;
  /** Replicas. */
  readonly min: number;
}

/**
 * How many replicas there should be, of which sort. The groups take `maxReplicas`, `spot` and `reservations` from it;
 * the rest is for whatever sets their desired capacity.
 */
export interface FleetScalingProps {
  /**
   * Replicas that are kept whatever the load.
   *
   * @default 0
   */
  readonly minReplicas?: number;

  /**
   * Hard maximum of each of the two groups. Whatever sets their desired capacity keeps the sum of both to it.
   *
   * @default 4
   */
  readonly maxReplicas?: number;

  /**
   * Minutes without a request after which replicas above the minimum go.
   *
   * @default 20
   */
  readonly idleMinutes?: number;

  /**
   * What wakes the fleet when it has gone to sleep.
   *
   * @default WakePolicy.FAIR
   */
  readonly wake?: WakePolicy;

  /**
   * Times of the week with another minimum.
   *
   * @default - none
   */
  readonly schedules?: FleetSchedule[];

  /**
   * Whether spot instances are used. They cost about a third and may be taken away with two minutes' notice.
   *
   * @default true
   */
  readonly spot?: boolean;

  /**
   * Replicas that are on-demand whatever the spot market offers.
   *
   * @default 0
   */
  readonly onDemandBase?: number;

  /**
   * Spot replicas beyond what the load needs, so that losing one is not felt.
   *
   * @default 0
   */
  readonly extraSpot?: number;

  /**
   * Instead of `extraSpot`: one more spot replica while one was lost to an interruption in the last six hours.
   *
   * @default false
   */
  readonly spareAfterInterruption?: boolean;

  /**
   * Whether on-demand instances stand in while there is no spot capacity.
   *
   * @default true
   */
  readonly onDemandFallback?: boolean;

  /**
   * Ids of capacity reservations (`cr-…`) that on-demand instances are launched into first.
   *
   * @default - none
   */
  readonly reservations?: string[];
}

/** `FleetScalingProps` with every default filled in. */
export interface FleetScaling {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly idleMinutes: number;
  readonly wake: WakePolicy;
  readonly schedules: FleetSchedule[];
  readonly spot: boolean;
  readonly onDemandBase: number;
  readonly extraSpot: number;
  readonly spareAfterInterruption: boolean;
  readonly onDemandFallback: boolean;
  readonly reservations: string[];
}

export const scalingOf = (props: FleetScalingProps): FleetScaling => ({
  minReplicas: props.minReplicas ?? 0,
  maxReplicas: props.maxReplicas ?? 4,
  idleMinutes: props.idleMinutes ?? 20,
  wake: props.wake ?? WakePolicy.FAIR,
  schedules: props.schedules ?? [],
  spot: props.spot ?? true,
  onDemandBase: props.onDemandBase ?? 0,
  extraSpot: props.extraSpot ?? 0,
  spareAfterInterruption: props.spareAfterInterruption ?? false,
  onDemandFallback: props.onDemandFallback ?? true,
  reservations: props.reservations ?? [],
});
