import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestStack, type TestStack } from '../support/local-stack.ts';

let site: TestStack;
beforeAll(async () => {
  // Two edge locations, which a purge reaches after seconds.
  site = await startTestStack({ calm: false });
});
afterAll(() => site?.stop());

/** What one location of the edge gives. */
const at = (location: string, path: string) => site.get(path, { 'x-amz-cf-pop': location });
const LOCATIONS = ['LOCAL1-C1', 'LOCAL2-C1'] as const;

describe('who waits is told when nobody gets the old page any more', () => {
  test.each([
    ['whose purge is accepted at once', undefined],
    // The next call is one too many, for ten seconds.
    ['whose purge is queued', { burst: 1, perSecond: 0.1 }],
  ])('of a page %s', async (_how, rule) => {
    site.clock.advance(60_000);
    const slug = site.contentApi.slugs[rule === undefined ? 0 : 1] ?? '';
    for (const location of LOCATIONS) await at(location, `/blog/${slug}`);
    site.contentApi.edit(slug, { title: 'Live everywhere' });
    site.stack.cloudFrontApi.throttle(rule);
    if (rule !== undefined) await site.revalidate({ tags: ['other'] });
    const begun = site.clock.now();
    const { status, body } = await site.revalidate({ paths: [`/blog/${slug}`], wait: true });
    const { purge, milliseconds, invalidation, everywhere } = JSON.parse(body);
    site.stack.cloudFrontApi.throttle(undefined);
    expect({ status, purge, everywhere }).toMatchObject({
      status: 200,
      purge: 'purged',
      everywhere: { confirmed: true },
    });
    expect(everywhere.seconds).toBeCloseTo((site.clock.now() - begun) / 1000, 0);
    expect(milliseconds).toBeLessThanOrEqual(everywhere.seconds * 1000 + 50);
    expect(invalidation).toMatch(/^I[0-9A-F]{13}$/);
    for (const location of LOCATIONS) {
      const { headers, body: page } = await at(location, `/blog/${slug}`);
      expect([headers['x-amz-cf-pop'], page.includes('Live everywhere')]).toEqual([location, true]);
    }
  });

  test('and is not told so while CloudFront takes no purge at all: the function answers before it is ended', async () => {
    site.clock.advance(60_000);
    site.stack.cloudFrontApi.throttle({ burst: 0, perSecond: 0 });
    const begun = site.clock.now();
    const { status, body } = await site.revalidate({ tags: ['stuck'], wait: true });
    expect([status, JSON.parse(body).everywhere]).toEqual([
      202,
      { confirmed: false, seconds: expect.any(Number), reason: expect.stringMatching(/still queued/) },
    ]);
    expect(site.clock.now() - begun).toBeLessThan(300_000);
    site.stack.cloudFrontApi.throttle(undefined);
    await site.settled();
    site.clock.advance(60_000);
    await site.settled();
    expect(site.stack.events.ofKind('invalidation').flatMap(({ items }) => items)).toContain('#tag:stuck');
  });
});
