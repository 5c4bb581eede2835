import { expect, test } from 'vitest';
import type { StoredPage } from '../../../lib/core/page/page.ts';
import { freshPage, passedThrough, renderedPage } from '../../../lib/core/policy/served-page.ts';
import { keyOf } from '../../fakes/world.ts';

const PAGE: StoredPage = {
  pageKey: keyOf('/a'),
  body: Buffer.from('x'),
  status: 200,
  headers: {},
  renderedAt: 0,
  expiration: 60,
  tags: [],
  ledgerSequence: 0,
  bodyHash: 'abc',
  etag: '"1"',
  isPrerendered: false,
};

test.each([
  ['missing', 'MISS', 'cdk-isr; fwd=uri-miss; stored; ttl=9'],
  ['too-stale', 'MISS', 'cdk-isr; fwd=stale; stored; ttl=9'],
  ['invalidated', 'REVALIDATED', 'cdk-isr; fwd=stale; stored; ttl=9'],
] as const)('a page that was %s is labelled %s: only a revalidation says REVALIDATED', (cause, state, status) => {
  expect(renderedPage(PAGE, cause, 9).headers).toMatchObject({ 'x-isr-cache': state, 'cache-status': status });
});

test.each([
  [false, 'HIT'],
  [true, 'PRERENDERED'],
])('a page that was stored before says so: prerendered %s is %s', (isPrerendered, state) => {
  expect(freshPage({ ...PAGE, isPrerendered }, 9).headers['x-isr-cache']).toBe(state);
});

test.each([
  ["the page's maxAge is 0", '"the page\'s maxAge is 0"'],
  ['the page\u2019s maxAge is 0', '"the page\'s maxAge is 0"'],
  ['vary: "a" \\ é', '"vary: \\"a\\" \\\\ ?"'],
])('the reason in cache-status loses nothing: %s', (reason, detail) => {
  const response = { status: 200, headers: new Headers(), body: Buffer.from('x'), hint: undefined };
  expect(passedThrough(response, reason).headers['cache-status']).toBe(`cdk-isr; fwd=miss; detail=${detail}`);
});
