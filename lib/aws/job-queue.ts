import { hash } from 'node:crypto';
import type { Job, JobQueue } from '../core/ports.ts';
import type { AwsClient } from './client.ts';
import { callSqs } from './sqs.ts';

/** A FIFO queue. Each page has a group, so jobs of one page are done one after the other. Each version has an id. */
export function createJobQueue(aws: AwsClient, queueUrl: string, deploymentId: string): JobQueue {
  return {
    async requestRegeneration(pageKey, version) {
      const job: Job = { pageKey, deploymentId, version };
      await callSqs(aws, 'SendMessage', queueUrl, {
        MessageBody: JSON.stringify(job),
        MessageGroupId: digest(deploymentId + pageKey),
        // SQS drops a message with an id of the last 5 minutes. With the version in it, a page that is regenerated twice
        // in that time keeps its second message.
        MessageDeduplicationId: digest(`${deploymentId}${pageKey} ${version}`),
      });
    },
  };
}

const digest = (text: string): string => hash('sha256', text);
