import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestStack, type TestStack } from '../support/local-stack.ts';

let site: TestStack;
beforeAll(async () => {
  site = await startTestStack();
});
afterAll(() => site?.stop());

const invalidations = () => site.stack.events.ofKind('invalidation');
const itemsPurged = (): Set<string> => new Set(invalidations().flatMap(({ items }) => items));

describe('many small revalidations become few purges', () => {
  test('one alone is purged before it is answered', async () => {
    const response = await site.revalidate({ tags: ['alone'] });
    expect([response.status, JSON.parse(response.body).purge]).toEqual([200, 'purged']);
    expect(itemsPurged()).toContain('#tag:alone');
  });

  test('one right after another waits, and is purged before it is answered too', async () => {
    const responses = [await site.revalidate({ tags: ['one'] }), await site.revalidate({ tags: ['two'] })];
    expect(responses.map(({ status }) => status)).toEqual([200, 200]);
    expect(itemsPurged()).toContain('#tag:two');
  });

  test('200 in a burst make at most 5, and none is lost', async () => {
    site.clock.advance(60_000);
    const before = invalidations().length;
    const tags = Array.from({ length: 200 }, (_, i) => `burst-${i}`);
    const responses = await Promise.all(tags.map((tag) => site.revalidate({ tags: [tag] })));
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200, 202]));
    await site.settled();
    const purged = itemsPurged();
    expect(tags.filter((tag) => !purged.has(`#tag:${tag}`))).toEqual([]);
    expect(invalidations().length - before).toBeLessThanOrEqual(5);
  });

  test('what CloudFront throttles is queued and arrives', async () => {
    site.clock.advance(60_000);
    // A bucket that the first call empties, and that has the next one after ten seconds.
    site.stack.cloudFrontApi.throttle({ burst: 1, perSecond: 0.1 });
    const [first, second] = [await site.revalidate({ tags: ['first'] }), await site.revalidate({ tags: ['second'] })];
    expect([first.status, second.status]).toEqual([200, 202]);
    await site.settled();
    expect(itemsPurged()).toContain('#tag:second');
    site.stack.cloudFrontApi.throttle(undefined);
  });
});
