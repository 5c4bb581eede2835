import { describe, expect, test } from 'vitest';
import type { Fields, VendorOptions } from '../../lib/webhooks/vendor.ts';
import { VENDORS, type VendorName } from '../../lib/webhooks/vendors.ts';
import { createReceiver } from './receiver.ts';
import { readFixture, requestOf, SAMPLES, SECRET, titleOf } from './samples.ts';

const topic = (name: string) => ({ 'x-contentful-topic': `ContentManagement.${name}` });
const hello = '5KsDBWseXY6QegucYAoacS';
const sanityId = '4b3c7a6e-7f3c-4f0b-8c0e-9c1f0d5d2a11';
const ghostPost = { type: 'post', id: '6682b8a8e10cc04306284331', slug: 'hello-world' };

type Case = [
  vendor: VendorName,
  fixture: string,
  headers: Readonly<Record<string, string>>,
  changes: readonly Fields[],
  options?: VendorOptions,
];

/** A field that is not named is not sent. */
const CASES: readonly Case[] = [
  [
    'contentful',
    'entry-publish.json',
    topic('Entry.publish'),
    [
      { event: 'publish', type: 'post', id: hello, locale: 'en-US', slug: 'hello-world' },
      { event: 'publish', type: 'post', id: hello, locale: 'de', slug: 'hallo-welt' },
    ],
  ],
  ['contentful', 'entry-unpublish.json', topic('Entry.unpublish'), [{ event: 'unpublish', type: 'post', id: hello }]],
  [
    'contentful',
    'entry-publish.json',
    topic('Entry.auto_save'),
    [{ event: 'draft', type: 'post', id: hello }],
    { slugField: 'none' },
  ],
  ['contentful', 'entry-publish.json', topic('ContentType.publish'), []],
  [
    'sanity',
    'document-update.json',
    { 'sanity-operation': 'update' },
    [{ event: 'update', type: 'post', id: sanityId, slug: 'hello-world' }],
  ],
  [
    'sanity',
    'projection-delete.json',
    { 'sanity-operation': 'delete' },
    [{ event: 'delete', type: 'post', id: sanityId, previousSlug: 'hello-world' }],
  ],
  [
    'sanity',
    'draft.json',
    { 'sanity-operation': 'create' },
    [{ event: 'draft', type: 'post', id: '4b3c7a6e', slug: 'hello-world' }],
  ],
  [
    'storyblok',
    'story-published.json',
    {},
    [{ event: 'publish', type: 'story', id: '654321', path: 'blog/test', slug: 'test' }],
  ],
  [
    'storyblok',
    'story-deleted.json',
    {},
    [{ event: 'delete', type: 'story', id: '654321', path: 'blog/test', slug: 'test' }],
  ],
  ['storyblok', 'datasource-entries-updated.json', {}, [{ event: 'update', type: 'datasource', id: 'labels' }]],
  ['strapi', 'entry-update.json', {}, [{ event: 'update', type: 'address', id: '1' }]],
  [
    'strapi',
    'entry-update.json',
    {},
    [{ event: 'update', type: 'address', id: '1', slug: 'Paris' }],
    { slugField: 'city' },
  ],
  [
    'strapi',
    'entry-unpublish.json',
    {},
    [{ event: 'unpublish', type: 'address', id: 'znrlzntu9ei5onjvwfaalu2v', slug: 'paris', locale: 'fr' }],
  ],
  ['strapi', 'media-delete.json', {}, [{ event: 'delete', type: 'media', id: '11' }]],
  [
    'wordpress',
    'plugin-update.json',
    {},
    [
      {
        event: 'update',
        type: 'post',
        id: '42',
        slug: 'hello-again',
        path: '/2024/05/hello-again/',
        previousSlug: 'hello-world',
        previousPath: '/2024/05/hello-world/',
      },
    ],
  ],
  [
    'wordpress',
    'woocommerce-product-updated.json',
    {
      'x-wc-webhook-topic': 'product.updated',
      'x-wc-webhook-resource': 'product',
      'x-wc-webhook-event': 'updated',
    },
    [{ event: 'update', type: 'product', id: '93', slug: 'ninja-silhouette', path: '/product/ninja-silhouette/' }],
  ],
  [
    'wordpress',
    'wp-webhooks-post-trash.json',
    {},
    [{ event: 'delete', type: 'post', id: '1234', slug: 'hello-world', path: '/hello-world/' }],
  ],
  ['ghost', 'post-published.json', {}, [{ event: 'publish', ...ghostPost, path: '/hello-world/' }]],
  [
    'ghost',
    'post-published-edited.json',
    {},
    [{ event: 'update', ...ghostPost, slug: 'hello-again', path: '/hello-again/', previousSlug: 'hello-world' }],
  ],
  ['ghost', 'post-unpublished.json', {}, [{ event: 'unpublish', ...ghostPost, path: '/p/5f3ab9d2/' }]],
  [
    'ghost',
    'post-deleted.json',
    {},
    [{ event: 'delete', ...ghostPost, previousSlug: 'hello-world', previousPath: '/hello-world/' }],
  ],
  [
    'ghost',
    'tag-edited.json',
    {},
    [
      {
        event: 'update',
        type: 'tag',
        id: '6682b8a8e10cc04306284330',
        slug: 'test',
        path: '/404/',
        previousSlug: 'old',
      },
    ],
  ],
  [
    'shopify',
    'products-update.json',
    { 'x-shopify-topic': 'products/update' },
    [{ event: 'update', type: 'product', id: '9554194432293', slug: 't-shirt' }],
  ],
  [
    'shopify',
    'products-delete.json',
    { 'x-shopify-topic': 'products/delete' },
    [{ event: 'delete', type: 'product', id: '9554194432293' }],
  ],
  [
    'datocms',
    'item-publish.json',
    {},
    [
      { event: 'publish', type: 'post', id: '348295724', locale: 'en', slug: 'hello', previousSlug: ['hi', 'ciao'] },
      { event: 'publish', type: 'post', id: '348295724', locale: 'it', slug: 'ciao', previousSlug: ['hi', 'ciao'] },
    ],
  ],
  [
    'datocms',
    'cache-tags-invalidate.json',
    {},
    [{ event: 'invalidate', type: 'cda_cache_tags', id: 'cda_cache_tags', previousSlug: [] }],
  ],
  [
    'hygraph',
    'publish.json',
    {},
    [
      { event: 'publish', type: 'Post', id: 'gcms-model-id-1234', locale: 'en', slug: 'hello' },
      { event: 'publish', type: 'Post', id: 'gcms-model-id-1234', locale: 'de', slug: 'hallo' },
    ],
  ],
  ['hygraph', 'update-draft.json', {}, [{ event: 'update', type: 'Post', id: 'gcms-model-id-1234', slug: 'hello' }]],
  [
    'prismic',
    'api-update.json',
    {},
    [{ event: 'publish', type: 'document', id: ['X2lWxxIAACMAVnVK', 'X2lXVxIAACMAVngp'] }],
  ],
  ['prismic', 'release-update.json', {}, [{ event: 'draft', type: 'document', id: [] }]],
  ['prismic', 'test-trigger.json', {}, [{ event: 'test-trigger' }]],
  ['directus', 'items-create.json', {}, [{ event: 'create', type: 'articles', id: ['7'], slug: 'hello' }]],
  ['directus', 'items-update.json', {}, [{ event: 'unpublish', type: 'articles', id: ['7', '9'] }]],
  ['directus', 'items-delete.json', {}, [{ event: 'delete', type: 'articles', id: ['7'] }]],
  [
    'github',
    'push.json',
    { 'x-github-event': 'push' },
    [
      ['update', 'content/blog/new.md', 'new'],
      ['update', 'content/blog/hello.en.md', 'hello.en'],
      ['delete', 'content/blog/old.md', 'old'],
    ].map(([event, path, slug]) => ({ event, type: 'file', id: path, path, slug })),
  ],
  ['github', 'ping.json', { 'x-github-event': 'ping' }, [{ event: 'ping', type: 'ping' }]],
  [
    'generic',
    'nested.json',
    {},
    [{ ...none(), event: ['article.changed'], id: ['7'], path: ['/blog/hello/'], slug: ['a', 'b'] }],
    { fields: { event: 'what', id: 'entry.uuid', path: 'entry.path', slug: 'entry.labels.name' } },
  ],
];

test.each(CASES)('%s/%s %o says %j', (vendor, fixture, headers, changes, options = {}) => {
  const body = readFixture(vendor, fixture);
  const request = { path: '/', query: '', headers, body };
  const found = VENDORS[vendor].changesIn(request, JSON.parse(body.toString()), options);
  expect(found).toEqual(changes);
});

test('a push to another branch than the default one is a draft', () => {
  const payload = { ...JSON.parse(readFixture('github', 'push.json').toString()), ref: 'refs/heads/draft' };
  const request = { path: '/', query: '', headers: { 'x-github-event': 'push' }, body: Buffer.of() };
  const events = VENDORS.github.changesIn(request, payload, {}).map(({ event }) => event);
  expect(events).toEqual(['draft', 'draft', 'draft']);
});

describe('without rules', () => {
  const TAGS: Readonly<Record<string, readonly string[]>> = {
    'contentful/entry-publish.json': ['post', `post:${hello}`],
    'sanity/document-update.json': ['post', `post:${sanityId}`],
    'storyblok/story-published.json': ['story', 'story:654321'],
    'strapi/entry-update.json': ['address', 'address:1'],
    'wordpress/plugin-update.json': ['post', 'post:42'],
    'wordpress/woocommerce-product-updated.json': ['product', 'product:93'],
    'ghost/post-published.json': ['post', 'post:6682b8a8e10cc04306284331'],
    'shopify/products-update.json': ['product', 'product:9554194432293'],
    'datocms/item-publish.json': ['post', 'post:348295724'],
    'datocms/cache-tags-invalidate.json with user': ['N*r;L', '6-KZ@', 't#k[uP'],
    'hygraph/publish.json': ['Post', 'Post:gcms-model-id-1234'],
    'prismic/api-update.json': ['document', 'document:X2lWxxIAACMAVnVK', 'document:X2lXVxIAACMAVngp'],
    'directus/items-create.json with header': ['articles', 'articles:7'],
    'github/push.json': [
      'file',
      'file:content/blog/new.md',
      'file:content/blog/hello.en.md',
      'file:content/blog/old.md',
    ],
    'generic/post-published.json': ['post', 'post:7'],
  };

  test.each(SAMPLES.filter((sample) => titleOf(sample) in TAGS).map((sample) => [titleOf(sample), sample] as const))(
    '%s revalidates the tags of the type and of the entry',
    async (title, sample) => {
      const receiver = createReceiver({ [sample.vendor]: sample.settings ?? {} }, [sample.secret ?? SECRET]);
      await receiver.post(sample.vendor, requestOf(sample));
      expect(receiver.revalidations).toEqual([{ pages: [], tags: TAGS[title], prefixes: [], all: false }]);
    },
  );
});

function none(): Record<string, string[]> {
  return { event: [], type: [], id: [], slug: [], path: [], previousSlug: [], previousPath: [], locale: [] };
}
