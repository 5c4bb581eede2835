import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createAwsClient } from '../../lib/aws/client.ts';
import { createCloudFrontEdge, createDirectEdge } from '../../lib/aws/cloudfront-edge.ts';
import { purgeInTurn } from '../../lib/aws/purge-in-turn.ts';
import { CREDENTIALS } from '../contracts/credentials.ts';
import { VirtualClock } from '../fakes/virtual-clock.ts';

interface Canned {
  readonly status: number;
  readonly body?: string;
}

let server: Server;
let url: string;
let answers: Canned[];
let received: string[];

beforeEach(async () => {
  process.env.AWS_ACCESS_KEY_ID = CREDENTIALS.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = CREDENTIALS.secretAccessKey;
  answers = [];
  received = [];
  server = createServer(async (request, response) => {
    received.push(Buffer.concat(await request.toArray()).toString());
    const { status, body } = answers.shift() ?? { status: 200 };
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => server.close());

const client = () => createAwsClient({ region: 'us-east-1', endpoints: { s3: url, cloudfront: url } });
const refusal = (code: string): string => `<ErrorResponse><Error><Code>${code}</Code></Error></ErrorResponse>`;

test.each([500, 503, 429])('a call that is answered %i is made again', async (status) => {
  answers = [{ status }, { status }, { status: 200 }];
  expect(await client()({ service: 's3', method: 'GET', path: '/a' })).toMatchObject({ status: 200 });
  expect(received).toHaveLength(3);
});

test('a call that is refused is not made again', async () => {
  answers = [{ status: 403 }];
  expect(await client()({ service: 's3', method: 'GET', path: '/a' })).toMatchObject({ status: 403 });
  expect(received).toHaveLength(1);
});

describe('purging', () => {
  const queued: (readonly string[])[] = [];
  const queue = {
    async purge(items: readonly string[]) {
      queued.push(items);
      return 'queued' as const;
    },
  };
  const alwaysFree = { directTurn: async () => 0, waitingTime: async () => 0 };
  const inTurn = () => ({ edge: createCloudFrontEdge(client(), 'E1'), pacer: alwaysFree, clock: new VirtualClock() });
  const direct = () => createDirectEdge(createCloudFrontEdge(client(), 'E1'), alwaysFree, new VirtualClock(), queue);
  beforeEach(() => queued.splice(0));

  test('is done once CloudFront took it, in one call for all items', async () => {
    answers = [{ status: 201 }];
    expect(await direct().purge(['#path:/a&b', '/<x>/*'])).toBe('purged');
    expect(received).toHaveLength(1);
    expect(received[0]).toContain('<Path>#path:/a&#38;b</Path><Path>/&#60;x&#62;/*</Path>');
    expect(queued).toEqual([]);
  });

  test.each(['Throttling', 'TooManyInvalidationsInProgress'])('is queued when CloudFront answers %s', async (code) => {
    answers = [{ status: 400, body: refusal(code) }];
    expect(await direct().purge(['#tag:a'])).toBe('queued');
    expect(queued).toEqual([['#tag:a']]);
  });

  test('that CloudFront refuses is queued as well: the page is stored already, so it must not be forgotten', async () => {
    answers = [{ status: 403, body: refusal('AccessDenied') }];
    expect(await direct().purge(['#tag:a'])).toBe('queued');
    expect(queued).toEqual([['#tag:a']]);
  });

  test('that is carried for others is an error when CloudFront refuses it, so that its messages come again', async () => {
    answers = [{ status: 403, body: refusal('AccessDenied') }];
    await expect(purgeInTurn(async () => ['#tag:a'], 20_000, inTurn())).rejects.toThrow(
      /cannot purge from distribution E1: cloudfront answered 403/,
    );
  });

  test('that is carried for others waits while CloudFront throttles', async () => {
    answers = [{ status: 400, body: refusal('Throttling') }, { status: 201 }];
    await purgeInTurn(async () => ['#tag:a'], 20_000, inTurn());
    expect(received).toHaveLength(2);
  });
});
