import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createAwsClient } from '../../../lib/aws/client.ts';
import { createS3PageStore } from '../../../lib/aws/page-store.ts';
import { openS3Bucket } from '../../../lib/aws/s3-bucket.ts';
import { StackClock } from '../../../lib/local/clock.ts';
import {
  type ObjectAndQueueServices,
  startObjectAndQueueServices,
} from '../../../lib/local/object-and-queue-services.ts';
import { ROOT } from '../../../scripts/build-steps.ts';
import { CREDENTIALS } from '../../contracts/credentials.ts';
import { keyOf } from '../../fakes/world.ts';
import { testAssembly } from '../../support/local-stack.ts';

const DEPLOYMENT = '0123456789abcdef';
let server: ObjectAndQueueServices;

interface Head {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
}

beforeAll(async () => {
  await testAssembly();
  server = await startObjectAndQueueServices({ clock: new StackClock(), credentials: CREDENTIALS });
  await server.createBucket('pages');
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL_S3: server.url,
    ISR_BUCKET: 'pages',
    ISR_DEPLOYMENT_ID: DEPLOYMENT,
    ISR_TRAILING_SLASH: 'ignore',
    ISR_EXPIRATION: '60',
    ISR_TOKEN_HASHES: '',
    ISR_ALLOW_QUERY: '',
    ISR_JOBS_QUEUE_URL: 'http://127.0.0.1:9/jobs',
    ISR_PURGE_QUEUE_URL: 'http://127.0.0.1:9/purges',
    ISR_RENDER_TIMEOUT_MS: '1000',
    ISR_JOB_TIMEOUT_MS: '1000',
  });
});
afterAll(() => server.stop());

/** The bundle as it is deployed, but without the site: whoever asked for it would get an error. */
async function serve(uri: string): Promise<Head> {
  let head: Head = { statusCode: 0, headers: {} };
  const from = (stream: PassThrough, given: Head): PassThrough => {
    head = given;
    return stream;
  };
  const awslambda = { streamifyResponse: (handler: unknown) => handler, HttpResponseStream: { from } };
  vi.stubGlobal('awslambda', awslambda);
  const { handler } = await import(pathToFileURL(join(ROOT, 'dist/lambdas/serve/index.mjs')).href);
  const requestContext = { domainName: 'example.com', http: { method: 'GET' } };
  await handler(
    { rawPath: `/deployments/${DEPLOYMENT}${uri}`, headers: {}, requestContext },
    new PassThrough().resume(),
  );
  return head;
}

test('a hit does not load the site, a miss does', async () => {
  const aws = createAwsClient({ region: 'us-east-1', endpoints: { s3: server.url } });
  const pages = createS3PageStore(openS3Bucket('pages', aws), { deploymentId: DEPLOYMENT });
  const facts = { status: 200, headers: { 'content-type': 'text/html' }, renderedAt: Date.now(), expiration: 60 };
  await pages.write(
    { ...facts, tags: [], ledgerSequence: 0, bodyHash: '', pageKey: keyOf('/a'), body: Buffer.from('a') },
    {
      absent: true,
    },
  );
  expect(await serve('/a/index.html')).toMatchObject({ statusCode: 200, headers: { 'x-isr-cache': 'HIT' } });
  expect(await serve('/b/index.html')).toMatchObject({ statusCode: 500, headers: { 'x-isr-cache': 'BYPASS' } });
});
