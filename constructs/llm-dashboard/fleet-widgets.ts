/** One row a fleet: its hosts, how many of them answer, what they cost, how busy they are, and what goes wrong with them. */
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { FleetMetrics } from '../metrics/fleet-metrics';

const WIDTH = 6;

export function fleetWidgets(deployment: string, fleet: string): cloudwatch.IWidget[] {
  const metrics = new FleetMetrics(deployment, fleet);
  return [
    new cloudwatch.GraphWidget({
      title: `Hosts of ${fleet}`,
      width: WIDTH,
      left: [
        metrics.hosts({ label: 'cost money' }),
        metrics.wantedReplicas({ label: 'wanted' }),
        metrics.readyReplicas({ label: 'answer' }),
      ],
      leftYAxis: { min: 0 },
    }),
    new cloudwatch.GraphWidget({
      title: `US dollars per hour of ${fleet}`,
      width: WIDTH,
      left: [metrics.gpuUsdPerHour({ label: 'hosts that run now' })],
      leftYAxis: { min: 0 },
    }),
    new cloudwatch.GraphWidget({
      title: `Load of ${fleet}`,
      width: WIDTH,
      left: [
        metrics.runningRequests({ label: 'requests that run' }),
        metrics.waitingRequests({ label: 'requests that wait' }),
      ],
      right: [metrics.kvCacheUse({ label: 'KV cache in per cent' })],
      leftYAxis: { min: 0 },
      rightYAxis: { min: 0, max: 100 },
    }),
    new cloudwatch.GraphWidget({
      title: `What goes wrong in ${fleet}`,
      width: WIDTH,
      left: [
        metrics.missingReplicas({ label: 'missing replicas' }),
        metrics.failedBoots({ label: 'failed boots' }),
        metrics.interruptions({ label: 'interruptions' }),
        metrics.engineFailures({ label: 'engine failures' }),
      ],
      leftYAxis: { min: 0 },
    }),
  ];
}
