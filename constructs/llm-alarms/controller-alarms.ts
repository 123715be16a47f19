/** Alarms on the controller of fleets: without it nothing is woken, replaced or ended. */
import { Duration } from 'aws-cdk-lib';
import type { FleetController } from '../vllm-fleet/fleet-controller';
import type { AlarmFactory } from './alarm-factory';

const QUARTER_HOUR = Duration.minutes(15);
const FIVE_MINUTES = Duration.minutes(5);

export function addControllerAlarms(
  alarms: AlarmFactory,
  deployment: string,
  controller: FleetController,
  index: number,
): void {
  const which = index === 0 ? '' : `-${index + 1}`;
  alarms.add(
    `ControllerErrors${which}`,
    {
      metric: controller.function.metricErrors({ period: QUARTER_HOUR }),
      description: `The fleet controller of ${deployment} fails: its log says of which fleet. Hosts are started, replaced and ended late or not at all.`,
    },
    // The next minute repairs what one run left.
    3,
  );
  alarms.add(
    `ControllerSilent${which}`,
    {
      metric: controller.function.metricInvocations({ period: FIVE_MINUTES }),
      description: `The fleet controller of ${deployment} does not run: nothing wakes, replaces or ends hosts.`,
      missed: true,
    },
    1,
  );
}
