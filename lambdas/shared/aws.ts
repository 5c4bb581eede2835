import { type AwsClient, createAwsClient } from '../../lib/aws/client.ts';
import type { Environment } from '../../lib/basics/environment.ts';
import type { Clock, Log } from '../../lib/core/ports.ts';

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

export const log: Log = (level, message, details) => {
  console.log(JSON.stringify({ level, message, ...details }));
};

/** As every AWS SDK reads them: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html */
export function awsClientFrom(environment: Environment): AwsClient {
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
