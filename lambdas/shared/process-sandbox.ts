import { setTimeout as sleep } from 'node:timers/promises';
import { type AwsClient, createAwsClient } from '../../lib/aws/client.ts';
import type { Environment } from '../../lib/basics/environment.ts';
import type { Sandbox } from './sandbox.ts';

/** The sandbox that this process is. */
export function processSandbox(): Sandbox {
  return {
    environment: process.env,
    aws: awsClientFrom(process.env),
    clock: {
      now: () => Date.now(),
      sleep,
    },
    log: (level, message, details) => {
      console.log(JSON.stringify({ level, message, ...details }));
    },
  };
}

/** As every AWS SDK reads them: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html */
function awsClientFrom(environment: Environment): AwsClient {
  const endpoints = {
    s3: environment.AWS_ENDPOINT_URL_S3 ?? environment.AWS_ENDPOINT_URL,
    sqs: environment.AWS_ENDPOINT_URL_SQS ?? environment.AWS_ENDPOINT_URL,
    cloudfront: environment.AWS_ENDPOINT_URL_CLOUDFRONT ?? environment.AWS_ENDPOINT_URL,
  };
  return createAwsClient({
    region: environment.AWS_REGION ?? 'us-east-1',
    endpoints: Object.fromEntries(Object.entries(endpoints).filter(([, url]) => url !== undefined)),
  });
}
