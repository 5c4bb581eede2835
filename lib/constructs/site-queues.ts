import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { DeduplicationScope, FifoThroughputLimit, Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { JOB_ATTEMPTS } from '../core/regenerate-page.ts';

export interface SiteQueuesProps {
  /** Timeout of the function that takes jobs. */
  readonly renderTimeout: Duration;
  /** Timeout of the function that takes purges. */
  readonly purgeTimeout: Duration;
}

const COMMON: QueueProps = { enforceSSL: true, encryption: QueueEncryption.SQS_MANAGED };
// SQS keeps a message no longer.
const DEAD_LETTER_RETENTION = Duration.days(14);
/** The functions try dead letters again: what has healed goes, and the alarm with it. */
const DEAD_LETTER_PAUSE = Duration.minutes(15);
/**
 * While CloudFront throttles, each try takes the purge function's patience of 20 seconds: half an hour of somebody else
 * in the account who purges without a pause. While it refuses, a try takes seconds.
 */
const PURGE_ATTEMPTS = 100;

/** Queues for pages to render and for purges, and for those that failed. */
export class SiteQueues extends Construct {
  readonly jobs: Queue;
  readonly jobsDeadLetters: Queue;
  readonly purges: Queue;
  readonly purgesDeadLetters: Queue;
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, props: SiteQueuesProps) {
    super(scope, id);
    this.jobsDeadLetters = new Queue(this, 'JobsDeadLetters', {
      ...COMMON,
      fifo: true,
      retentionPeriod: DEAD_LETTER_RETENTION,
      visibilityTimeout: longer(DEAD_LETTER_PAUSE, visibilityFor(props.renderTimeout)),
    });
    this.jobs = new Queue(this, 'Jobs', {
      ...COMMON,
      fifo: true,
      // Each page is a message group. Only renders of the same page wait for each other.
      deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
      fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
      visibilityTimeout: visibilityFor(props.renderTimeout),
      deadLetterQueue: { queue: this.jobsDeadLetters, maxReceiveCount: JOB_ATTEMPTS },
    });
    this.purgesDeadLetters = new Queue(this, 'PurgesDeadLetters', {
      ...COMMON,
      retentionPeriod: DEAD_LETTER_RETENTION,
      visibilityTimeout: longer(DEAD_LETTER_PAUSE, visibilityFor(props.purgeTimeout)),
    });
    this.purges = new Queue(this, 'Purges', {
      ...COMMON,
      visibilityTimeout: visibilityFor(props.purgeTimeout),
      // If CloudFront throttles, it is tried again. That is no failure.
      deadLetterQueue: { queue: this.purgesDeadLetters, maxReceiveCount: PURGE_ATTEMPTS },
    });
    this.alarms = [
      this.#alarm(
        'JobsDeadLettersAlarm',
        this.jobsDeadLetters,
        'A page could not be regenerated three times in a row. It is tried again every 15 minutes, until it can.',
      ),
      this.#alarm(
        'PurgesDeadLettersAlarm',
        this.purgesDeadLetters,
        'Copies at the edge could not be purged. It is tried again every 15 minutes, until they can.',
      ),
    ];
  }

  #alarm(id: string, queue: Queue, alarmDescription: string): Alarm {
    const eachMinute = { period: Duration.minutes(1), statistic: 'Maximum' };
    return new Alarm(this, id, {
      alarmDescription,
      // Between two tries, a dead letter is not visible.
      metric: new MathExpression({
        expression: 'visible + hidden',
        label: 'Dead letters',
        usingMetrics: {
          visible: queue.metricApproximateNumberOfMessagesVisible(eachMinute),
          hidden: queue.metricApproximateNumberOfMessagesNotVisible(eachMinute),
        },
        period: eachMinute.period,
      }),
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: 1,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}

function longer(a: Duration, b: Duration): Duration {
  return a.toSeconds() > b.toSeconds() ? a : b;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html: at least six times the function's timeout. */
function visibilityFor(timeout: Duration): Duration {
  return Duration.seconds(6 * timeout.toSeconds());
}
