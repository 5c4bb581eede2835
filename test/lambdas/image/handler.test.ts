import { hash } from 'node:crypto';
import { PassThrough } from 'node:stream';
import type { LambdaFunctionURLEvent } from 'aws-lambda';
import { beforeEach, expect, test, vi } from 'vitest';
import { createImages } from '../../../lambdas/image/handler.ts';
import type { SiteSandbox } from '../../../lambdas/shared/sandbox.ts';
import type { AwsClient } from '../../../lib/aws/client.ts';
import type { ImageConfig } from '../../../lib/handover/image-config.ts';
import { variantKey } from '../../../lib/images/image-query.ts';
import type { ImageService } from '../../../lib/images/image-service.ts';
import { VirtualClock } from '../../fakes/virtual-clock.ts';

interface Head {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
}

const CONFIG: ImageConfig = {
  rules: {
    parameters: ['f', 'href', 'w'],
    widths: [],
    assets: '/_astro/',
    sharedPrefix: 'images/v',
    ownPrefix: 'images/v-two',
  },
  minimumTtlSeconds: 60,
  files: { '/logo.png': 'logo.png' },
};

let head: Head;
beforeEach(() => {
  const from = (stream: PassThrough, given: Head): PassThrough => {
    head = given;
    return stream;
  };
  vi.stubGlobal('awslambda', { HttpResponseStream: { from } });
});

/** A bucket that has each source, and no variant. */
const aws: AwsClient = async ({ method, path }) => {
  const isSource = /^\/(?:assets|deployments)\//.test(path);
  const status = method === 'GET' && path.startsWith('/images/') ? 404 : 200;
  return { status, headers: { etag: '"e"' }, body: Buffer.from(isSource ? 'source' : '<ListBucketResult/>') };
};

const service: ImageService = {
  maxPixels: 100,
  isAllowed: () => true,
  namesHost: () => false,
  measure: async () => ({ pixels: 1 }),
  transform: async () => ({ bytes: Buffer.from('made'), contentType: 'image/webp' }),
};

const sandbox: SiteSandbox = {
  environment: { ISR_BUCKET: 'site', ISR_DEPLOYMENT_ID: 'two' },
  aws,
  clock: new VirtualClock(),
  log: () => undefined,
  loadSite: () => Promise.reject(new Error('the site is not needed')),
  assetJson:
    <T>() =>
    () =>
      CONFIG as T,
  assetModule: async <T>() => service as T,
  startTimer: () => () => undefined,
};

/** Asked by the edge function of a deployment. */
async function ask(href: string, ownPrefix: string): Promise<Head> {
  const parameters = [{ name: 'href', value: href }];
  const hashText = (text: string): string => hash('sha256', text, 'hex');
  const rawPath = `/${variantKey(parameters, { ...CONFIG.rules, ownPrefix }, hashText)}`;
  const rawQueryString = `image=${encodeURIComponent(`href=${encodeURIComponent(href)}`)}`;
  const event = { rawPath, rawQueryString, headers: {}, requestContext: { http: { method: 'GET' } } };
  await createImages(sandbox)(event as unknown as LambdaFunctionURLEvent, new PassThrough().resume());
  return head;
}

test('what the edge asks for in the name of another deployment is not kept as its own', async () => {
  expect((await ask('/logo.png', 'images/v-two')).headers['cache-control']).toMatch(/s-maxage=31536000/);
  const other = await ask('/logo.png', 'images/v-one');
  expect(other).toMatchObject({ statusCode: 200, headers: { 'cache-control': 'private, no-store' } });
  expect((await ask('/_astro/a.png', 'images/v-one')).headers['cache-control']).toMatch(/immutable/);
});
