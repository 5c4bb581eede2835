import { expect, test } from 'vitest';
import { warmFileOf } from '../../lib/constructs/warm-up.ts';
import { keyOf } from '../fakes/world.ts';
import { MANIFEST, synthesize } from './fixture.ts';

const withWarm = (warm: readonly string[] | 'sitemap', changes: object = {}) =>
  warmFileOf({ ...MANIFEST, ...changes, isr: { ...MANIFEST.isr, warm } });

test('paths that are to be warm are handed over as page keys, with their query', () => {
  expect(withWarm(['/', '/blog/', '/list?page=2']).pageKeys).toEqual([keyOf('/'), keyOf('/blog'), '/list/!(page)(2)']);
  expect(warmFileOf(MANIFEST)).toEqual({ pageKeys: [], sitemaps: [], hasHtmlEndings: false });
});

test('a sitemap is looked for below the base of the site', () => {
  expect(withWarm('sitemap', { base: '/docs' })).toMatchObject({
    pageKeys: [],
    sitemaps: ['/docs/sitemap-index.xml', '/docs/sitemap.xml'],
  });
});

test('the bounds of the warm-up are those of the props', () => {
  const { template } = synthesize({ warmPages: 0, warmConcurrency: 3 });
  template.hasResourceProperties('AWS::Lambda::Function', {
    Description: 'Renders pages of a deployment before it is served.',
    Environment: { Variables: { ISR_WARM_PAGES: '0', ISR_WARM_CONCURRENCY: '3', ISR_WARM_TIMEOUT_MS: '300000' } },
  });
});
