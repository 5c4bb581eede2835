import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAwsClient } from '../../../lib/aws/client.ts';
import { listObjects } from '../../../lib/aws/s3-listing.ts';
import { type RunningStack, startRunningStack } from '../support/running-stack.ts';

let running: RunningStack;

beforeAll(async () => {
  running = await startRunningStack();
});

afterAll(() => running?.stop());

const isr = (...argv: string[]) => running.run(...argv);

/** Keys of the bucket, as somebody sees them who looks into it. */
async function keys(): Promise<string[]> {
  const { bucketName, endpoints } = running.site.stack;
  const aws = createAwsClient({
    region: 'us-east-1',
    endpoints: { s3: endpoints.AWS_ENDPOINT_URL_S3 ?? '' },
    credentials: async () => ({ accessKeyId: 'nobody', secretAccessKey: 'of the stack' }),
  });
  const found: string[] = [];
  for await (const objects of listObjects(aws, bucketName, '')) found.push(...objects.map(({ key }) => key));
  return found;
}

test('removes the page with its variants, and no other, and the edge asks for it again', async () => {
  const { site } = running;
  for (const path of ['/blog', '/blog?page=2', '/', '/isr']) await site.pass(site.get(path));
  const before = await keys();
  const { code, host } = await isr('forget', '/blog', '--json');
  expect([code, host.complained]).toEqual([0, []]);
  const gone = before.filter((key) => /^deployments\/\w+\/blog\/(index\.html|!\()/.test(key));
  expect(gone.length).toBeGreaterThan(0);
  const said = JSON.parse(host.said.join('\n'));
  expect(said.pages.toSorted()).toEqual(gone.toSorted());
  expect((await keys()).toSorted()).toEqual(before.filter((key) => !gone.includes(key)).toSorted());
  const again = await site.pass(site.get('/blog'));
  expect([again.headers['x-cache'], again.headers['x-isr-cache']]).toEqual(['Miss from cloudfront', 'MISS']);
  expect((await site.get('/isr')).headers['x-cache']).toBe('Hit from cloudfront');
});

test('says what it removed, and that nothing was there', async () => {
  await running.site.pass(running.site.get('/blog'));
  const removed = await isr('forget', '/blog');
  expect(removed.host.said[0]).toBe('1 stored page of /blog removed, from 1 deployment');
  expect(removed.host.said.at(-1)).toMatch(/^invalidation \w+ was accepted/);
  const nothing = await isr('forget', '/blog/');
  expect([nothing.code, nothing.host.said[0]]).toEqual([0, '0 stored pages of /blog removed, from 0 deployments']);
});

test.each([
  [['forget'], 'name a page'],
  [['forget', 'blog'], 'a slash'],
  [['forget', '/blog?page=2'], 'without a query'],
])('%j is misuse', async (argv, words) => {
  const { code, host } = await isr(...argv);
  expect(code).toBe(2);
  expect(host.complained.join('\n')).toContain(words);
});
