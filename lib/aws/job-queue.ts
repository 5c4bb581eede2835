import { createHash } from 'node:crypto';
import type { Job, JobQueue } from '../core/ports.ts';
import type { AwsClient } from './client.ts';
import { callSqs } from './sqs.ts';

/** A FIFO queue: one group a page, so that one page is never rendered twice at a time; one id a version. */
export function createJobQueue(aws: AwsClient, queueUrl: string, deploymentId: string): JobQueue {
  return {
    async requestRegeneration(pageKey, version) {
      const job: Job = { pageKey, deploymentId, version };
      await callSqs(aws, 'SendMessage', queueUrl, {
        MessageBody: JSON.stringify(job),
        MessageGroupId: digest(deploymentId + pageKey),
        // SQS keeps an id for 5 minutes, so it carries the version: a page regenerated twice in that time would
        // otherwise lose its second message.
        MessageDeduplicationId: digest(`${deploymentId}${pageKey} ${version}`),
      });
    },
  };
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
