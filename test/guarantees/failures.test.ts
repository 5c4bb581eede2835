import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startTestStack, type TestStack } from '../support/local-stack.ts';
import { askServe, forgetEdge } from '../support/origin.ts';

const DAY_MS = 86_400_000;
let site: TestStack;
const slugs: string[] = [];

beforeAll(async () => {
  site = await startTestStack();
  slugs.push(...site.contentApi.slugs);
});
afterEach(() => {
  site.contentApi.fail(false);
  for (const lambda of site.stack.functions) lambda.failWith(undefined);
});
afterAll(() => site?.stop());

const freshSlug = (): string => slugs.pop() ?? '';
/** What S3 holds of a text has blanks at its end, which mean nothing in any of these: docs/decisions/0007. */
const asRead = (text: string): string => text.trimEnd();

async function deadLetters(): Promise<number> {
  const [, QueueUrl] = [...site.stack.queueUrls].find(([name]) => /jobsdeadletters/i.test(name)) ?? [];
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new SQSClient({
    region: 'us-east-1',
    endpoint: site.stack.endpoints.AWS_ENDPOINT_URL_SQS,
    credentials,
  });
  const AttributeNames = ['ApproximateNumberOfMessages'] as const;
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }),
  );
  client.destroy();
  return Number(Attributes?.ApproximateNumberOfMessages);
}

describe('guarantee 5: a failed render never replaces or loses a page, and is retried', () => {
  test('the old page is served while the site fails, and the new one when it does not any more', async () => {
    const slug = freshSlug();
    const old = (await site.get(`/blog/${slug}`)).body;
    site.clock.advance(DAY_MS + 1000);
    site.contentApi.edit(slug, { title: 'After the failure' });
    site.contentApi.fail();
    expect((await askServe(site.stack, `/blog/${slug}`)).body).toBe(old);
    await site.settled();
    expect(site.contentApi.reads(slug)).toBe(2);

    const failed = await askServe(site.stack, `/blog/${slug}`);
    expect(failed.body).toBe(old);
    expect(failed.headers['x-isr-cache']).toBe('STALE');
    expect(Number(/s-maxage=(\d+)/.exec(failed.headers['cache-control'] ?? '')?.[1])).toBeLessThanOrEqual(30);

    site.contentApi.fail(false);
    site.clock.advance(31_000);
    await site.settled();
    expect((await askServe(site.stack, `/blog/${slug}`)).body).toContain('After the failure');
  });

  test('a job that failed three times waits among the dead letters, and the page is still served', async () => {
    const slug = freshSlug();
    const old = (await site.get(`/blog/${slug}`)).body;
    const before = await deadLetters();
    site.clock.advance(DAY_MS + 1000);
    site.contentApi.fail();
    await askServe(site.stack, `/blog/${slug}`);
    for (let attempt = 0; attempt < 4; attempt++) {
      await site.settled();
      site.clock.advance(31_000);
    }
    await site.settled();
    expect(await deadLetters()).toBe(before + 1);
    expect(site.contentApi.reads(slug)).toBe(4);
    expect((await askServe(site.stack, `/blog/${slug}`)).body).toBe(old);
  });

  test('a revalidation of a page that cannot be rendered says so, and the old page stays', async () => {
    const slug = freshSlug();
    const old = (await site.get(`/blog/${slug}`)).body;
    site.contentApi.fail();
    const response = await site.revalidate({ paths: [`/blog/${slug}`] });
    expect(response.status).toBe(502);
    expect(JSON.parse(response.body).pages).toMatchObject([
      { path: `/blog/${slug}`, outcome: 'failed', reason: 'the site answered 500' },
    ]);
    const served = await site.get(`/blog/${slug}`);
    expect([served.status, served.body]).toEqual([200, old]);
  });

  test('a page that was never rendered is answered with the site’s own error, which is not stored', async () => {
    const slug = freshSlug();
    site.contentApi.fail();
    expect((await site.get(`/blog/${slug}`)).status).toBe(500);
    site.contentApi.fail(false);
    expect((await site.get(`/blog/${slug}`)).status).toBe(200);
  });
});

describe('guarantee 8: with every Lambda failing, each page already rendered is still served', () => {
  test.each([
    [
      'unavailable',
      () => {
        for (const lambda of site.stack.functions) lambda.failWith(new Error('the region is down'));
      },
    ],
  ])('every Lambda %s', async (_name, breakThem) => {
    const slug = freshSlug();
    const paths = ['/', '/isr', '/about', `/blog/${slug}`, '/rss.xml', '/favicon.svg'];
    const before = await Promise.all(paths.map((path) => site.get(path)));
    breakThem();
    forgetEdge(site.stack);
    const after = await Promise.all(paths.map((path) => site.get(path)));
    expect(after.map(({ status }) => status)).toEqual(paths.map(() => 200));
    expect(after.map(({ body }) => asRead(body))).toEqual(before.map(({ body }) => asRead(body)));
    expect(after.map(({ headers }) => headers['content-type'])).toEqual(
      before.map(({ headers }) => headers['content-type']),
    );
    expect(
      after.flatMap(({ headers }) => Object.keys(headers)).filter((name) => name.startsWith('x-amz-meta')),
    ).toEqual([]);
  });

  test('also long after it expired', async () => {
    const slug = freshSlug();
    const before = await site.get(`/blog/${slug}`);
    for (const lambda of site.stack.functions) lambda.failWith(new Error('the region is down'));
    site.clock.advance(30 * DAY_MS);
    forgetEdge(site.stack);
    const after = await site.get(`/blog/${slug}`);
    expect([after.status, asRead(after.body)]).toEqual([200, asRead(before.body)]);
  });

  test('and a function that crashes is no different', async () => {
    const slug = freshSlug();
    const before = await site.get(`/blog/${slug}`);
    const bucketGone = new Error('Runtime exited with error: signal: killed');
    site.stack.function('serve').failWith(bucketGone);
    forgetEdge(site.stack);
    expect(asRead((await site.get(`/blog/${slug}`)).body)).toBe(asRead(before.body));
  });
});
