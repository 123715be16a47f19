/** One row a fleet: its hosts, how many of them answer, and what they cost. */
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { FleetMetrics } from '../metrics/fleet-metrics';

const WIDTH = 12;

export function fleetWidgets(deployment: string, fleet: string): cloudwatch.IWidget[] {
  const metrics = new FleetMetrics(deployment, fleet);
  return [
    new cloudwatch.GraphWidget({
      title: `Hosts of ${fleet}`,
      width: WIDTH,
      left: [metrics.hosts({ label: 'cost money' }), metrics.readyReplicas({ label: 'answer' })],
      leftYAxis: { min: 0 },
    }),
    new cloudwatch.GraphWidget({
      title: `US dollars per hour of ${fleet}`,
      width: WIDTH,
      left: [metrics.gpuUsdPerHour({ label: 'hosts that run now' })],
      leftYAxis: { min: 0 },
    }),
  ];
}
