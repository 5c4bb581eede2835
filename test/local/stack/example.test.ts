import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestStack, type TestStack } from '../../support/local-stack.ts';

let site: TestStack;

beforeAll(async () => {
  site = await startTestStack();
});

afterAll(() => site?.stop());

describe("the example's template", () => {
  test('lets functions run before it has a distribution, without a warning', () => {
    expect(site.stack.events.ofKind('log').filter(({ line }) => line.includes('Warning'))).toEqual([]);
  });

  test('serves a page: first rendered, then from the edge', async () => {
    const first = await site.get('/blog');
    const second = await site.get('/blog');
    expect(first.status).toBe(200);
    expect(first.headers).toMatchObject({ 'x-cache': 'Miss from cloudfront', 'x-isr-cache': 'MISS' });
    expect(second.headers['x-cache']).toBe('Hit from cloudfront');
    expect(second.body).toBe(first.body);
  });

  test('regenerates an expired page in the background, through the queue', async () => {
    await site.get('/isr');
    site.clock.advance(25 * 3_600_000);
    expect((await site.get('/isr')).headers['x-isr-cache']).toBe('STALE');
    await site.settled();
    expect(site.stack.events.ofKind('job')).toContainEqual(expect.objectContaining({ messages: 1, failures: 0 }));
  });

  test('revalidates through the revalidate URL, down to the edge', async () => {
    const [slug = ''] = site.contentApi.slugs;
    await site.get(`/blog/${slug}`);
    site.contentApi.edit(slug, { title: 'Edited in a test' });
    const response = await site.revalidate({ paths: [`/blog/${slug}`] });
    expect(response.status).toBe(200);
    expect((await site.get(`/blog/${slug}`)).body).toContain('Edited in a test');
  });

  test('serves prerendered pages, public files and hashed assets from the uploads', async () => {
    const about = await site.get('/about');
    expect(about.headers['x-isr-cache']).toBe('PRERENDERED');
    expect((await site.get('/robots.txt')).headers['content-type']).toBe('text/plain; charset=utf-8');
    expect((await site.get('/favicon.svg')).headers['content-type']).toBe('image/svg+xml');
  });

  test('gives live routes to the live function, with the secret of the stack', async () => {
    expect((await site.get('/ssr')).status).toBe(200);
    // Who does not come through CloudFront does not know the secret.
    const direct = await fetch(`${site.stack.functionUrl('live')}ssr`);
    expect(direct.status).toBe(403);
  });

  test('serves what is stored from the bucket while Lambda is down', async () => {
    const stack = site.stack;
    stack.function('serve').failWith(new Error('Lambda is down'));
    stack.distribution.invalidate(['/*'], 'test');
    expect((await site.get('/blog')).status).toBe(200);
    stack.function('serve').failWith();
  });

  test('tells its user the secrets that it made', () => {
    const { environment } = site.stack.function('revalidate');
    expect(site.stack.secret('WebhookSecret')).toMatch(/^[A-Za-z0-9]{48}$/);
    expect(site.stack.secret('WebhookSecret')).toBe(environment.ISR_WEBHOOK_SECRET_CMS);
    expect(() => site.stack.secret('password')).toThrow(/no secret 'password' in the stack; it has .*WebhookSecret/);
  });

  test('names a function that it does not have', () => {
    expect(() => site.stack.function('resize')).toThrow(/no function 'resize' in the stack; it has .*Serve/);
  });
});
