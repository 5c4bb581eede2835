import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { LambdaError } from '../../lib/local/lambda/lambda-error.ts';
import { ask } from '../support/http.ts';
import { startTestStack, type TestStack } from '../support/local-stack.ts';
import { askServe, forgetEdge } from '../support/origin.ts';

const DAY_MS = 86_400_000;
const FIFTEEN_MINUTES_MS = 15 * 60_000 + 1000;
const THROTTLED = new LambdaError('throttled', 'TooManyRequestsException', 'Rate Exceeded.');
const CRASHED = new LambdaError('function', 'Runtime.ExitError', 'Runtime exited with error: signal: killed');
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
  const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }),
  );
  client.destroy();
  const { ApproximateNumberOfMessages: visible, ApproximateNumberOfMessagesNotVisible: hidden } = Attributes ?? {};
  return Number(visible) + Number(hidden);
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
    // The first render, three attempts of the job, and one as it is put aside.
    expect(site.contentApi.reads(slug)).toBe(5);
    expect((await askServe(site.stack, `/blog/${slug}`)).body).toBe(old);
  });

  test('ten dead letters for one page go when the site is back, and do not keep the alarm on for 14 days', async () => {
    const slug = freshSlug();
    await site.get(`/blog/${slug}`);
    site.clock.advance(DAY_MS + 1000);
    site.contentApi.fail();
    for (let minute = 0; minute < 12; minute++) {
      await askServe(site.stack, `/blog/${slug}`);
      await site.settled();
      site.clock.advance(61_000);
    }
    await site.settled();
    expect(await deadLetters()).toBeGreaterThan(1);
    const readsWhileDown = site.contentApi.reads(slug);
    // However many there are, they are one render of the page.
    site.clock.advance(FIFTEEN_MINUTES_MS);
    await site.settled();
    expect(site.contentApi.reads(slug) - readsWhileDown).toBeLessThanOrEqual(2);
    site.contentApi.fail(false);
    site.contentApi.edit(slug, { title: 'Healed' });
    for (let i = 0; i < 3; i++) {
      site.clock.advance(FIFTEEN_MINUTES_MS);
      await site.settled();
    }
    expect(await deadLetters()).toBe(0);
    forgetEdge(site.stack);
    const healed = await askServe(site.stack, `/blog/${slug}`);
    // Nobody had to ask for it.
    expect([healed.headers['x-isr-cache'], healed.body.includes('Healed')]).toEqual(['HIT', true]);
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

describe('what a viewer gets of a page that is not stored while serve fails', () => {
  test.each([
    ['is throttled', THROTTLED],
    ['crashes', CRASHED],
    ['is unavailable', new Error('the region is down')],
  ])('no 403 AccessDenied, but a page that says when to come back: serve %s', async (_name, failure) => {
    site.stack.function('serve').failWith(failure);
    const path = `/blog/${freshSlug()}`;
    const unavailable = await site.get(path);
    expect(unavailable.status).toBe(503);
    expect(unavailable.headers).toMatchObject({
      'retry-after': '30',
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
    });
    expect(unavailable.body).toContain('<h1>This page is not available right now</h1>');
    expect(unavailable.body).not.toMatch(/https?:|src=|AccessDenied/);
    const head = await site.ask(path, { method: 'HEAD' });
    expect([head.status, head.headers['retry-after'], head.body]).toEqual([503, '30', '']);

    site.stack.function('serve').failWith(undefined);
    expect((await site.get(path)).status).toBe(200);
  });

  test('a page that S3 gives says nothing of coming back', async () => {
    const path = `/blog/${freshSlug()}`;
    await site.get(path);
    site.stack.function('serve').failWith(THROTTLED);
    forgetEdge(site.stack);
    const { status, headers } = await site.get(path);
    expect([status, headers['retry-after'], headers['cache-control']]).toEqual([
      200,
      undefined,
      'public, max-age=0, must-revalidate',
    ]);
  });

  test.each([
    ['is throttled', THROTTLED, 429],
    ['crashes', CRASHED, 502],
  ])("a live route whose function %s gets Lambda's own words, never S3's", async (_name, failure, status) => {
    site.stack.function('live').failWith(failure);
    const response = await site.get('/ssr');
    expect(response.status).toBe(status);
    expect(response.body).not.toContain('<');
    expect((await site.get('/isr')).status).toBe(200);
  });
});

describe('the distribution that gives stored pages while functions fail', () => {
  const failOverUrl = (): string => {
    const [url] = [...site.stack.distributionUrls.values()].filter((each) => each !== site.stack.siteUrl);
    return url ?? '';
  };
  const page = (path: string): string =>
    `/deployments/${site.stack.function('serve').environment.ISR_DEPLOYMENT_ID}${path}`;

  test('refuses everybody but the distribution of the site', async () => {
    await site.get('/isr');
    const secret = site.stack.secret('OriginSecret');
    for (const given of [undefined, '', 'guess', secret.slice(1), `${secret}x`]) {
      const headers: Record<string, string> = given === undefined ? {} : { 'x-isr-origin-secret': given };
      expect((await ask(failOverUrl(), page('/isr/index.html'), { headers })).status).toBe(403);
    }
    const known = { headers: { 'x-isr-origin-secret': secret } };
    expect((await ask(failOverUrl(), page('/isr/index.html'), known)).status).toBe(200);
  });

  test.each(['/_isr/ledger.json', '/?list-type=2', '/', '/?prefix=_isr', '/assets/_astro/x.js'])(
    'may read pages and nothing else of the bucket, not %s either',
    async (path) => {
      const headers = { 'x-isr-origin-secret': site.stack.secret('OriginSecret') };
      const response = await ask(failOverUrl(), path, { headers });
      expect(response.status).toBe(503);
      expect(response.body).not.toContain('<?xml');
    },
  );
});

describe('a hashed file that is not there', () => {
  const gone = '/_astro/gone.abc123.js';

  test.each([gone, '/_astro/', '/_astro/?list-type=2', '/_astro/?prefix=_isr', '/_astro/..%2f..%2f?list-type=2'])(
    '%s is a 404, no 403 AccessDenied and no listing',
    async (path) => {
      const missing = await site.get(path);
      expect([missing.status, missing.body]).toEqual([404, 'There is no such file.\n']);
      expect(missing.headers['content-type']).toBe('text/plain; charset=utf-8');
    },
  );

  test('is asked for again after ten seconds', async () => {
    expect((await site.get(gone)).headers['cache-control']).toBe('public, max-age=0, s-maxage=10');
    const head = await site.ask(gone, { method: 'HEAD' });
    expect([head.status, head.body]).toEqual([404, '']);
  });

  test('leaves files that are there to S3, with every function failing', async () => {
    const css = /\/_astro\/[^"]+\.css/.exec((await site.get('/')).body)?.[0] ?? '';
    for (const lambda of site.stack.functions) lambda.failWith(new Error('the region is down'));
    forgetEdge(site.stack);
    expect((await site.get(css)).status).toBe(200);
    expect((await site.get(gone)).body).not.toContain('AccessDenied');
  });
});
