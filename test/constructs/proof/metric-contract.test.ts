/** The contract between alarms and what publishes their metrics, as `cdk synth` holds it. */
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { MetricContract } from '../../../constructs/proof';
import { testApp, testStack } from '../../support/cdk';

function synthWith(metricName: string, dimensionsMap: Record<string, string>): () => unknown {
  const app = testApp({ 'aws:cdk:enable-path-metadata': true });
  const stack = testStack(undefined, app);
  const metric = new cloudwatch.Metric({ namespace: 'HybridLlm', metricName, dimensionsMap });
  metric.createAlarm(stack, 'Alarm', { threshold: 1, evaluationPeriods: 1 });
  new cloudwatch.Dashboard(stack, 'Board', { widgets: [[new cloudwatch.GraphWidget({ left: [metric] })]] });
  MetricContract.enforce(stack);
  MetricContract.enforce(app);
  return () => app.synth();
}

test('synth goes through where alarm and dashboard ask for what the router publishes', () => {
  expect(synthWith('TimeToFirstToken', { Deployment: 'acme', Lane: 'open' })).not.toThrow();
});

test('synth fails on a metric that nothing publishes, and names the nearest', () => {
  expect(synthWith('TimeToFirstTokens', { Deployment: 'acme', Lane: 'open' })).toThrow(
    /Test\/Alarm asks for HybridLlm TimeToFirstTokens by Deployment, Lane, which nothing publishes; the nearest is HybridLlm TimeToFirstToken by Deployment, Lane/,
  );
});

test('synth fails on a dimension that the metric does not have', () => {
  expect(synthWith('TimeToFirstToken', { Deployment: 'acme' })).toThrow(
    /Test\/Board asks for HybridLlm TimeToFirstToken by Deployment, which nothing publishes/,
  );
});
