import { expect, test } from 'vitest';
import { candidatesOf } from '../../../lambdas/warm/candidates.ts';
import type { PageKey } from '../../../lib/core/page/page-key.ts';

const stored = (deploymentId: string, pages: Readonly<Record<string, number>>) =>
  Object.entries(pages).map(([pageKey, modifiedAt]) => ({
    key: `deployments/${deploymentId}${pageKey}`,
    bytes: 1,
    modifiedAt,
  }));
const options = { allowQuery: ['page'], isLiveRoute: (pageKey: PageKey) => pageKey.startsWith('/api/') };

test('named pages come first, then what only the deployment before has, then what both have, the newest first', () => {
  const before = stored('one', { '/old/index.html': 1, '/new/index.html': 9, '/both/index.html': 10 });
  const present = stored('two', { '/both/index.html': 20 });
  const named = ['/index.html', '/new/index.html'] as PageKey[];
  expect(candidatesOf(named, before, present, options)).toEqual([
    '/index.html',
    '/new/index.html',
    '/old/index.html',
    '/both/index.html',
  ]);
});

test('what the new build would not store is left out: live routes, and query parameters that are dropped now', () => {
  const before = stored('one', {
    '/api/x/index.html': 1,
    '/list/!(page)(2)': 2,
    '/list/!(sort)(up)': 3,
    '/list/!(page)(2)(sort)(up)': 4,
  });
  expect(candidatesOf([], before, [], options)).toEqual(['/list/!(page)(2)']);
});
