import { type FixtureOptions, MINIMAL_SITE } from './assembly-fixture.ts';

/** Sleeps for a minute at each message, and fails those that say so. */
const WORKER = `
import { setTimeout as sleep } from 'node:timers/promises';
export const handler = async ({ Records }) => {
  const sleeping = sleep(60_000);
  console.log('asleep');
  await sleeping;
  if (Records.some(({ body }) => body === 'fail')) throw new Error('as asked');
};`;

const CONSUME = {
  Effect: 'Allow',
  Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
  Resource: { 'Fn::GetAtt': ['Jobs', 'Arn'] },
};

/** A function, `worker`, that works on the messages of the queue `jobs`. */
export const WORKER_FIXTURE: FixtureOptions = {
  assets: { worker: { 'index.mjs': WORKER } },
  resources: {
    ...MINIMAL_SITE,
    Jobs: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'jobs', VisibilityTimeout: 300 } },
    WorkerRole: {
      Type: 'AWS::IAM::Role',
      Properties: {
        Policies: [{ PolicyName: 'consume', PolicyDocument: { Version: '2012-10-17', Statement: CONSUME } }],
      },
    },
    Worker: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'worker',
        Role: { 'Fn::GetAtt': ['WorkerRole', 'Arn'] },
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Code: { S3Bucket: 'cdk-assets', S3Key: 'worker.zip' },
        Timeout: 120,
      },
    },
    Mapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { EventSourceArn: { 'Fn::GetAtt': ['Jobs', 'Arn'] }, FunctionName: { Ref: 'Worker' }, BatchSize: 1 },
    },
  },
};
