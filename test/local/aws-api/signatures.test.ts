import { createHash, createHmac } from 'node:crypto';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { CREDENTIALS } from '../../contracts/credentials.ts';
import { objectsOf, start } from '../started-services.ts';

describe('signatures', () => {
  const wrong = { ...CREDENTIALS, secretAccessKey: 'wrong' };

  async function signed(key: string, credentials: typeof CREDENTIALS): Promise<Request> {
    const server = await start({ credentials: CREDENTIALS });
    const objects = await objectsOf(server);
    await objects.put(key, 'x');
    return signedGet(`${server.url}/pages/${key}`, credentials);
  }

  test('are refused when made with another secret', async () => {
    const server = await start({ credentials: CREDENTIALS });
    const config = { endpoint: server.url, region: 'us-east-1', credentials: wrong, maxAttempts: 1 };
    const { url } = await server.createQueue('jobs', {});
    const Bucket = 'pages';
    await server.createBucket(Bucket);

    const put = new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' });
    const send = new SendMessageCommand({ QueueUrl: url, MessageBody: 'x' });

    const refusal = { name: 'SignatureDoesNotMatch', $metadata: { httpStatusCode: 403 } };
    await expect(new S3Client(config).send(put)).rejects.toMatchObject(refusal);
    await expect(new SQSClient(config).send(send)).rejects.toMatchObject(refusal);
  });

  test('are refused when made over an encoding of the key that is not canonical', async () => {
    expect((await fetch(await signed('plain', CREDENTIALS))).status).toBe(200);
    // Parentheses may stand in a URL as they are; AWS signs %28 and %29.
    expect((await fetch(await signed('a(1)', CREDENTIALS))).status).toBe(403);
  });

  test('are not looked at without credentials, or in requests that have none', async () => {
    const lax = await objectsOf(await start());
    const strict = await objectsOf(await start({ credentials: CREDENTIALS }));

    expect((await lax.fetch('a', { headers: { authorization: 'Basic eDp5' } })).status).toBe(404);
    expect((await strict.fetch('a', { headers: { authorization: 'Basic eDp5' } })).status).toBe(403);
    expect((await strict.fetch('a')).status).toBe(404);
  });
});

/** Signs the path just as it is written, as a careless client does. */
function signedGet(url: string, { accessKeyId, secretAccessKey }: typeof CREDENTIALS): Request {
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const { host, pathname } = new URL(url);
  const headers = { host, 'x-amz-content-sha256': sha256(''), 'x-amz-date': '20261122T000000Z' };
  const names = Object.keys(headers).join(';');
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const request = ['GET', pathname, '', lines.join(''), names, sha256('')].join('\n');
  const scope = ['20261122', 'us-east-1', 's3', 'aws4_request'];
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope.join('/'), sha256(request)].join('\n');
  const key = scope.reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  const credential = `${accessKeyId}/${scope.join('/')}`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${hmac(key, toSign).toString('hex')}`;
  return new Request(url, { headers: { ...headers, authorization } });
}
