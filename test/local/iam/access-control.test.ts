import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StackClock } from '../../../lib/local/clock.ts';
import { AccessControl } from '../../../lib/local/iam/access-control.ts';
import {
  type ObjectAndQueueServices,
  startObjectAndQueueServices,
} from '../../../lib/local/object-and-queue-services.ts';

const ROLE = 'arn:aws:iam::000000000000:role/writer';
const READER = 'arn:aws:iam::000000000000:role/reader';
const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:jobs';

const access = new AccessControl();
const writerKey = access.accessKeyOf(ROLE);
const readerKey = access.accessKeyOf(READER);
access.attach('writer', 'first', [
  { Effect: 'Allow', Action: ['s3:PutObject', 's3:DeleteObject'], Resource: 'arn:aws:s3:::pages/deployments/*' },
  { Effect: 'Allow', Action: 's3:ListBucket', Resource: 'arn:aws:s3:::pages' },
  { Effect: 'Allow', Action: ['sqs:SendMessage', 'sqs:GetQueueUrl'], Resource: QUEUE },
]);
access.attach('reader', 'first', [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::pages/*' }]);

let services: ObjectAndQueueServices;
const clients: { destroy(): void }[] = [];

beforeAll(async () => {
  services = await startObjectAndQueueServices({ clock: new StackClock('standing'), access });
  await services.createBucket('pages');
  await services.createQueue('jobs', {});
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await services?.stop();
});

const options = (accessKeyId: string) => ({
  endpoint: services.url,
  region: 'us-east-1',
  credentials: { accessKeyId, secretAccessKey: 'x' },
  maxAttempts: 1,
});

function s3As(accessKeyId: string): S3Client {
  const client = new S3Client({ ...options(accessKeyId), forcePathStyle: true });
  clients.push(client);
  return client;
}

function sqsAs(accessKeyId: string): SQSClient {
  const client = new SQSClient(options(accessKeyId));
  clients.push(client);
  return client;
}

const put = (Key: string, more = {}) => new PutObjectCommand({ Bucket: 'pages', Key, Body: 'x', ...more });
const denied = (action: string) => ({ name: 'AccessDenied', message: expect.stringContaining(`perform: ${action} `) });

describe('a call that is signed with the key of a role', () => {
  test('has its effect where a policy of the role allows it', async () => {
    await s3As(writerKey).send(put('deployments/1/index.html'));
  });

  test('is denied where none does, with what was missing, and has no effect', async () => {
    await expect(s3As(writerKey).send(put('_isr/ledger.json'))).rejects.toMatchObject(denied('s3:PutObject'));
    const response = await fetch(`${services.url}/pages/_isr/ledger.json`);
    expect(response.status).toBe(404);
  });

  test('needs a permission more for tags, and for a write on a condition', async () => {
    const key = 'deployments/1/index.html';
    await expect(s3As(writerKey).send(put(key, { Tagging: 'a=b' }))).rejects.toMatchObject(
      denied('s3:PutObjectTagging'),
    );
    await expect(s3As(writerKey).send(put(key, { IfMatch: '"x"' }))).rejects.toMatchObject(denied('s3:GetObject'));
  });

  test('is not told that an object is missing when the role may not list the bucket', async () => {
    const asks = (accessKeyId: string) =>
      fetch(`${services.url}/pages/nothing.html`, {
        headers: { authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20261122/us-east-1/s3/aws4_request` },
      });
    expect((await asks(readerKey)).status).toBe(403);
    expect((await asks('the-developer')).status).toBe(404);
  });

  test('is denied by SQS as by S3', async () => {
    const QueueUrl = `${services.url}/000000000000/jobs`;
    await sqsAs(writerKey).send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    await expect(sqsAs(readerKey).send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }))).rejects.toMatchObject(
      denied('sqs:SendMessage'),
    );
    await expect(sqsAs(writerKey).send(new CreateQueueCommand({ QueueName: 'other' }))).rejects.toMatchObject(
      denied('sqs:CreateQueue'),
    );
  });
});

test('a call with any other key is the developer’s, who may do everything', async () => {
  await s3As('local').send(put('_isr/anything'));
});

test('which permissions were needed is known, so that those which nobody needs can go', async () => {
  const fresh = new AccessControl();
  fresh.accessKeyOf(ROLE);
  fresh.attach('writer', 'first', [
    { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: ['arn:aws:s3:::a/*', 'arn:aws:s3:::b/*'] },
    { Effect: 'Allow', Action: 'logs:PutLogEvents', Resource: '*' },
  ]);
  expect(fresh.grants).toHaveLength(4);
  expect(fresh.refusalOfRole(ROLE, [{ action: 's3:GetObject', resource: 'arn:aws:s3:::b/x' }])).toBeUndefined();
  expect(fresh.usedGrants).toEqual([{ role: ROLE, action: 's3:GetObject', resource: 'arn:aws:s3:::b/*' }]);
});

test('a policy for a role that is not there is an error', () => {
  expect(() => new AccessControl().attach('nobody', 'any', [])).toThrow(
    "the role 'nobody', which is not of this stack",
  );
});
