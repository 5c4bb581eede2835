import { expect, test } from 'vitest';
import { boundedReads, sentenceOfReads } from '../../../lib/core/page/viewer-reads.ts';

test.each([
  { names: ['cookie cart', 'header user-agent'], says: 'read the cookie `cart`, the header `user-agent`,' },
  { names: ['address'], says: "read the viewer's address," },
  { names: ['header *', 'query *'], says: "read the viewer's headers, the query," },
  { names: ['cookie a b'], says: 'read the cookie `a b`,' },
])('$names is said in words, with the route to exclude', ({ names, says }) => {
  const sentence = sentenceOfReads({ route: '/cart', names });
  expect(sentence).toContain(says);
  expect(sentence).toContain("list '/cart' in isr.exclude");
});

test('a query parameter that makes no page of its own may become one', () => {
  expect(sentenceOfReads({ route: '/search', names: ['query q'] })).toBe(
    "read the query parameter `q`, which no stored page gets; list the parameter in isr.allowQuery, or '/search' in isr.exclude",
  );
});

test('however much a page asks for, little of it is stored beside the page', () => {
  const names = Array.from({ length: 100 }, (_, index) => `cookie ${index}${'x'.repeat(1000)}`);
  const reads = boundedReads({ route: `/${'long/'.repeat(1000)}`, names });
  expect(JSON.stringify(reads).length).toBeLessThan(500);
});
