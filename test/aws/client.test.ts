import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createAwsClient } from '../../lib/aws/client.ts';
import { createCloudFront } from '../../lib/aws/cloudfront.ts';
import { CREDENTIALS } from '../contracts/credentials.ts';

interface Canned {
  readonly status: number;
  readonly body?: string;
}

let server: Server;
let url: string;
let responses: Canned[];
let received: string[];

beforeEach(async () => {
  process.env.AWS_ACCESS_KEY_ID = CREDENTIALS.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = CREDENTIALS.secretAccessKey;
  responses = [];
  received = [];
  server = createServer(async (request, response) => {
    received.push(Buffer.concat(await request.toArray()).toString());
    const { status, body } = responses.shift() ?? { status: 200 };
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => server.close());

const client = () => createAwsClient({ region: 'us-east-1', endpoints: { s3: url, cloudfront: url } });
const refusal = (code: string): string => `<ErrorResponse><Error><Code>${code}</Code></Error></ErrorResponse>`;

test.each([500, 503, 429])('a call that is answered %i is made again', async (status) => {
  responses = [{ status }, { status }, { status: 200 }];
  expect(await client()({ service: 's3', method: 'GET', path: '/a' })).toMatchObject({ status: 200 });
  expect(received).toHaveLength(3);
});

test('a call that is refused is not made again', async () => {
  responses = [{ status: 403 }];
  expect(await client()({ service: 's3', method: 'GET', path: '/a' })).toMatchObject({ status: 403 });
  expect(received).toHaveLength(1);
});

describe('purging', () => {
  let forgotten: number;
  beforeEach(() => {
    forgotten = 0;
  });
  const address = { get: async () => ({ distributionId: 'E1' }), forget: () => void forgotten++ };
  const cdn = () => createCloudFront(client(), address);

  test('is done once CloudFront took it, in one call for all items', async () => {
    responses = [{ status: 201, body: '<Invalidation><Id>I2J0I21PCUYOIK</Id></Invalidation>' }];
    const purged = { outcome: 'purged', invalidation: 'I2J0I21PCUYOIK' };
    expect(await cdn().purge(['#path:/a&b', '/<x>/*'])).toEqual(purged);
    expect(received).toHaveLength(1);
    expect(received[0]).toContain('<Path>#path:/a&#38;b</Path><Path>/&#60;x&#62;/*</Path>');
  });

  test.each(['Throttling', 'TooManyInvalidationsInProgress'])('may be tried again after %s', async (code) => {
    responses = [{ status: 400, body: refusal(code) }];
    expect(await cdn().purge(['#tag:a'])).toEqual({ outcome: 'throttled' });
    expect(forgotten).toBe(0);
  });

  test.each([
    ['Completed', true],
    ['InProgress', false],
  ])('that is %s has taken effect everywhere: %s', async (status, isComplete) => {
    responses = [{ status: 200, body: `<Invalidation><Id>I1</Id><Status>${status}</Status></Invalidation>` }];
    expect(await cdn().isComplete('I1')).toBe(isComplete);
  });

  test('of which CloudFront says nothing for the moment may be asked about again', async () => {
    responses = [{ status: 400, body: refusal('Throttling') }];
    expect(await cdn().isComplete('I1')).toBe(false);
    responses = [{ status: 403, body: refusal('AccessDenied') }];
    await expect(cdn().isComplete('I1')).rejects.toThrow(/distribution E1: cloudfront answered 403/);
  });

  test('is an error when CloudFront refuses it', async () => {
    responses = [{ status: 403, body: refusal('AccessDenied') }];
    await expect(cdn().purge(['#tag:a'])).rejects.toThrow(/cannot purge from distribution E1: cloudfront answered 403/);
  });

  test('asks anew which distribution there is when one refused: it may have been replaced', async () => {
    responses = [{ status: 404, body: refusal('NoSuchDistribution') }];
    await expect(cdn().purge(['#tag:a'])).rejects.toThrow();
    expect(forgotten).toBe(1);
  });
});
