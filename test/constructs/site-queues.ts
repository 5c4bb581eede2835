import { Duration } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import { plainSite, type SynthesizedSite, synthesize } from './fixture.ts';

let synthesized: SynthesizedSite;
beforeAll(async () => {
  synthesized = await plainSite();
});

describe('jobs', () => {
  test('are FIFO per page and deduplicated per page, at high throughput', () => {
    expect(queueOf('Jobs')).toMatchObject({
      FifoQueue: true,
      DeduplicationScope: 'messageGroup',
      FifoThroughputLimit: 'perMessageGroupId',
    });
  });

  test('go to a FIFO dead-letter queue after three failures', () => {
    expect(queueOf('Jobs').RedrivePolicy).toMatchObject({ maxReceiveCount: 3 });
    expect(JSON.stringify(queueOf('Jobs').RedrivePolicy)).toContain('SiteQueuesJobsDeadLetters');
    expect(queueOf('JobsDeadLetters')).toMatchObject({ FifoQueue: true, MessageRetentionPeriod: 1_209_600 });
  });

  test.each([5, 30, 120])(
    'stay invisible for six times as long as the function may take (render timeout %i s)',
    (seconds) => {
      const { template } = synthesize({ renderTimeout: Duration.seconds(seconds) });
      const render = Object.entries(template.findResources('AWS::Lambda::Function')).find(([id]) =>
        /^SiteFunctionsRender[0-9A-F]{8}$/.test(id),
      );
      const timeout: number = render?.[1].Properties.Timeout;
      expect(timeout).toBeGreaterThan(seconds);
      template.hasResourceProperties('AWS::SQS::Queue', {
        DeduplicationScope: 'messageGroup',
        VisibilityTimeout: 6 * timeout,
      });
    },
  );

  test('are taken one by one, each failing on its own', () => {
    synthesized.template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 1,
      EventSourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^SiteQueuesJobs'), 'Arn'] },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: Match.absent(),
    });
  });

  test('are taken by no more functions at once than wanted', () => {
    synthesize({ renderConcurrency: 5 }).template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 1,
      ScalingConfig: { MaximumConcurrency: 5 },
    });
  });
});

describe('purges', () => {
  test('do not wait to be merged: the function itself takes along what waits', () => {
    synthesized.template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 10,
      MaximumBatchingWindowInSeconds: Match.absent(),
      ScalingConfig: { MaximumConcurrency: 2 },
      EventSourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^SiteQueuesPurges'), 'Arn'] },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });

  test('that CloudFront throttles are tried for long, then kept', () => {
    expect(queueOf('Purges')).not.toHaveProperty('FifoQueue');
    expect(queueOf('Purges').RedrivePolicy).toMatchObject({ maxReceiveCount: 100 });
    expect(queueOf('PurgesDeadLetters')).toMatchObject({ MessageRetentionPeriod: 1_209_600 });
  });
});

test.each(['JobsDeadLetters', 'PurgesDeadLetters'])('the first message in %s raises an alarm', (name) => {
  const QueueName = { 'Fn::GetAtt': [Match.stringLikeRegexp(`^SiteQueues${name}`), 'QueueName'] };
  const Dimensions = [{ Name: 'QueueName', Value: QueueName }];
  const metricOf = (MetricName: string) => Match.objectLike({ MetricStat: { Metric: { MetricName, Dimensions } } });
  synthesized.template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    // Also between two tries, when it is not visible.
    Metrics: Match.arrayWith([
      Match.objectLike({ Expression: 'visible + hidden' }),
      metricOf('ApproximateNumberOfMessagesVisible'),
      metricOf('ApproximateNumberOfMessagesNotVisible'),
    ]),
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    TreatMissingData: 'notBreaching',
  });
  expect(synthesized.site.alarms).toHaveLength(2);
});

test.each([
  ['JobsDeadLetters', 'Render', 1],
  ['PurgesDeadLetters', 'Purge', 10],
])('%s are tried again by %s every 15 minutes, so that the alarm ends when they have healed', (name, taker, size) => {
  synthesized.template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    BatchSize: size,
    EventSourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp(`^SiteQueues${name}`), 'Arn'] },
    FunctionName: { Ref: Match.stringLikeRegexp(`^SiteFunctions${taker}`) },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
  expect(queueOf(name)).toMatchObject({ VisibilityTimeout: 900 });
  expect(queueOf(name)).not.toHaveProperty('RedrivePolicy');
});

test('every queue is encrypted and refuses requests without TLS', () => {
  const queues = Object.values(synthesized.template.findResources('AWS::SQS::Queue'));
  expect(queues).toHaveLength(4);
  for (const queue of queues) expect(queue.Properties.SqsManagedSseEnabled).toBe(true);
  synthesized.template.resourceCountIs('AWS::SQS::QueuePolicy', 4);
});

function queueOf(name: string) {
  const queues = Object.entries(synthesized.template.findResources('AWS::SQS::Queue'));
  const found = queues.filter(([id]) => new RegExp(`^SiteQueues${name}[0-9A-F]{8}$`).test(id));
  expect(found).toHaveLength(1);
  return found[0]?.[1].Properties;
}
