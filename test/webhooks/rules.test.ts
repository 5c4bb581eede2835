import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IsrError } from '../../lib/basics/errors.ts';
import { Faults } from '../../lib/basics/faults.ts';
import { requestPathOfPageKey } from '../../lib/core/page/page-key.ts';
import type { WebhookRule } from '../../lib/webhooks/rule.ts';
import { readRules } from '../../lib/webhooks/settings/read-rules.ts';
import type { Fields } from '../../lib/webhooks/vendor.ts';
import { wantedBy } from '../../lib/webhooks/wanted.ts';

const CHANGE: Fields = { event: 'publish', type: 'post', id: '7', slug: 'hello', locale: 'en' };

function read(rules: unknown) {
  const faults = new Faults('the webhooks');
  return faults.accept(readRules(faults.in(undefined).at('rules', rules)), 'INVALID_OPTION');
}

function faultsOf(rules: unknown): IsrError {
  try {
    read(rules);
  } catch (error) {
    if (error instanceof IsrError) return error;
    throw error;
  }
  throw new Error('the rules were accepted');
}

function wanted(rules: readonly WebhookRule[], change: Fields = CHANGE, data: unknown = {}, allowQuery: string[] = []) {
  const { revalidation, skipped } = wantedBy(read(rules), [change], data, { allowQuery });
  return { ...revalidation, skipped: skipped.map(({ why }) => why) };
}

const pages = (paths: string[], change?: Fields, data?: unknown) => wanted([{ paths }], change, data).pages;

describe('templates', () => {
  test('fields go into paths, tags and prefixes', () => {
    const rule = {
      paths: ['/{locale}/blog/{slug}', '/{locale}/blog'],
      tags: ['{type}:{id}'],
      prefixes: ['/{locale}/'],
    };
    expect(wanted([rule])).toEqual({
      pages: ['/en/blog/hello/index.html', '/en/blog/index.html'],
      tags: ['post:7'],
      prefixes: ['/en/'],
      all: false,
      skipped: [],
    });
  });

  test('so does whatever the payload has', () => {
    const data = { post: { authors: [{ slug: 'ann' }, { slug: 'bob' }], year: 2026, isNews: true } };
    const templates = ['/by/{data.post.authors.slug}', '/first/{data.post.authors.0.slug}', '/{data.post.year}'];
    expect(pages(templates, CHANGE, data)).toEqual([
      '/by/ann/index.html',
      '/by/bob/index.html',
      '/first/ann/index.html',
      '/2026/index.html',
    ]);
  });

  test('several values in several places make all pairs, one field twice does not', () => {
    const change = { ...CHANGE, slug: ['a', 'b'], locale: ['en', 'de'] };
    expect(wanted([{ tags: ['{locale}/{slug}', '{slug}={slug}'] }], change).tags).toEqual([
      'en/a',
      'en/b',
      'de/a',
      'de/b',
      'a=a',
      'b=b',
    ]);
  });

  test('a field that is missing leaves out its path or tag, and nothing else', () => {
    const { tags, pages: found, skipped } = wanted([{ paths: ['/{previousSlug}', '/{slug}'], tags: ['{data.x.y}'] }]);
    expect({ tags, found }).toEqual({ tags: [], found: ['/hello/index.html'] });
    expect(skipped).toEqual(['the payload has no previousSlug', 'the payload has no data.x.y']);
  });

  test('null, objects and empty texts are missing, zero and false are not', () => {
    const data = { null: null, object: {}, empty: '', zero: 0, no: false };
    const names = Object.keys(data).map((name) => `{data.${name}}`);
    expect(wanted([{ tags: names }], CHANGE, data).tags).toEqual(['0', 'false']);
  });

  test('only own members count', () => {
    expect(wanted([{ tags: ['{data.constructor.name}', '{data.__proto__.x}', 'a'] }]).tags).toEqual(['a']);
  });

  test('the rest of a path keeps its slashes', () => {
    const at = (path: string) => pages(['/{...path}'], { ...CHANGE, path });
    expect(at('/blog/a b/')).toEqual(['/blog/a b/index.html']);
    expect(at('blog/a')).toEqual(['/blog/a/index.html']);
    expect(at('/')).toEqual(['/index.html']);
  });

  test('query parameters are values of their own', () => {
    const change = { ...CHANGE, slug: 'a&page=3' };
    expect(wanted([{ paths: ['/search?page={slug}'] }], change, {}, ['page']).pages).toEqual([
      '/search/!(page)(a*26page*3D3)',
    ]);
  });

  test('more than 10,000 items are refused rather than cut short', () => {
    const many = Array.from({ length: 101 }, (_, i) => String(i));
    expect(() => wanted([{ tags: ['{slug}-{id}'] }], { ...CHANGE, slug: many, id: many })).toThrow(
      /10201 items are more than 10000/,
    );
  });
});

describe('a value cannot leave its place', () => {
  const odd = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1 }),
    fc.constantFrom(
      '.',
      '..',
      '../..',
      'a/../b',
      '/',
      '//x',
      '%2e%2e',
      '%2F',
      '..%2f',
      '\\',
      '?x=1',
      '#',
      'index.html',
      '\0',
      '\ud800',
    ),
    fc
      .array(fc.constantFrom('.', '/', '%', '2', 'f', 'e', '\\', '?', '#', ';', 'a'), { minLength: 1 })
      .map((c) => c.join('')),
  );

  test('a field is one segment of the path, or the path is left out', () => {
    fc.assert(
      fc.property(odd, (slug) => {
        const { pages: found = [], skipped } = wanted([{ paths: ['/blog/{slug}/comments'] }], { ...CHANGE, slug });
        expect(found.length + skipped.length).toBe(1);
        for (const page of found) {
          const [, blog, segment, ...others] = page.split('/');
          expect({ blog, others }).toEqual({ blog: 'blog', others: ['comments', 'index.html'] });
          const [, , asked = ''] = requestPathOfPageKey(page, 'ignore').split('/');
          expect({ segment, text: decodeURIComponent(asked) }).toEqual({ segment, text: slug.toWellFormed() });
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('two fields beside each other are one segment too', () => {
    fc.assert(
      fc.property(odd, odd, (slug, id) => {
        for (const page of wanted([{ paths: ['/blog/{slug}{id}'] }], { ...CHANGE, slug, id }).pages ?? []) {
          expect(page.startsWith('/blog/')).toBe(true);
          expect(page.split('/').length).toBeLessThanOrEqual(4);
          expect(page).not.toBe('/blog/index.html');
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('the rest of a path stays below what is in front of it', () => {
    fc.assert(
      fc.property(
        fc.array(odd).map((parts) => parts.join('/')),
        (path) => {
          for (const page of wanted([{ paths: ['/docs/{...path}'] }], { ...CHANGE, path }).pages ?? []) {
            expect(page.startsWith('/docs/')).toBe(true);
            expect(page.split('/')).not.toContain('..');
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('a prefix reaches no further than it would with another value', () => {
    fc.assert(
      fc.property(odd, (slug) => {
        for (const prefix of wanted([{ prefixes: ['/blog/{slug}/'] }], { ...CHANGE, slug }).prefixes ?? []) {
          expect(prefix).toMatch(/^\/blog\/[^/]+\/$/);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('a tag takes any value as it is', () => {
    fc.assert(
      fc.property(odd, (slug) => {
        expect(wanted([{ tags: ['post:{slug}'] }], { ...CHANGE, slug }).tags).toEqual([`post:${slug}`]);
      }),
    );
  });
});

describe('conditions', () => {
  test.each<[WebhookRule['when'], boolean]>([
    [undefined, true],
    [{}, true],
    [{ type: 'post' }, true],
    [{ type: 'page' }, false],
    [{ type: ['page', 'post'], event: 'publish' }, true],
    [{ type: 'post', event: 'delete' }, false],
    [{ path: '/x' }, false],
    [{ 'data.flags': 'b' }, true],
    [{ 'data.isDraft': 'false' }, true],
  ])('%j: %s', (when, isWanted) => {
    const data = { flags: ['a', 'b'], isDraft: false };
    expect(wanted([{ when, tags: ['x'] }], CHANGE, data).tags).toEqual(isWanted ? ['x'] : undefined);
  });

  test('every rule that is for a change counts', () => {
    const rules = [{ tags: ['a'] }, { when: { type: 'page' }, tags: ['b'] }, { tags: ['a', 'c'] }, { all: true }];
    expect(wanted(rules)).toMatchObject({ tags: ['a', 'c'], all: true });
  });
});

describe('rules that are not valid', () => {
  test.each<[unknown, string]>([
    [[], "'rules' must be a list of rules that is not empty, got []; leave it out for the defaults"],
    [['x'], "'rules[0]' must be an object such as { paths: ['/blog/{slug}'] }, got 'x'"],
    [[{}], "'rules[0]' must be a rule that names what to revalidate, got {}; give it paths, tags, prefixes or all"],
    [[{ path: ['/'] }], "'rules[0].path' must be a member that is known; use when, paths, tags, prefixes, all"],
    [[{ all: 'yes' }], "'rules[0].all' must be true or false, got 'yes'"],
    [[{ paths: '/' }], "'rules[0].paths' must be a list of strings that is not empty, got '/'"],
    [[{ paths: [] }], "'rules[0].paths' must be a list of strings that is not empty, got []"],
    [[{ paths: [7] }], "'rules[0].paths[0]' must be a string that is not empty, got 7"],
    [[{ paths: ['blog/{slug}'] }], "'rules[0].paths[0]' must be a path that begins with a slash, got 'blog/{slug}'"],
    [
      [{ paths: ['/blog/../{slug}'] }],
      "'rules[0].paths[0]' must be a path without a . or .. segment, got '/blog/../{slug}'",
    ],
    [[{ prefixes: ['/{locale}'] }], "'rules[0].prefixes[0]' must be a path that ends with a slash, got '/{locale}'"],
    [[{ paths: ['/{slug'] }], "'rules[0].paths[0]' must be a template whose braces are in pairs, got '/{slug'"],
    [
      [{ paths: ['/{}'] }],
      "'rules[0].paths[0]' must be a template without {}, which is no field, got '/{}'; use event, type, id, slug, path",
    ],
    [
      [{ tags: ['{data}'] }],
      "'rules[0].tags[0]' must be a template without {data}, which is no field, got '{data}'; use event",
    ],
    [
      [{ tags: ['{...path}'] }],
      "'rules[0].tags[0]' must be a template without {...path}, since only paths and prefixes have parts, got '{...path}'; use {path}",
    ],
    [[{ when: 'post', all: true }], "'rules[0].when' must be an object such as { type: 'post' }, got 'post'"],
    [
      [{ when: { kind: 'post' }, all: true }],
      "'rules[0].when.kind' must be a condition on a field that is known; use event, type, id",
    ],
    [[{ when: { type: 7 }, all: true }], "'rules[0].when.type' must be a string or a list of several, got 7"],
  ])('%j', (rules, message) => {
    expect(faultsOf(rules).message).toContain(message);
  });

  test('are all told at once', () => {
    const { faults } = faultsOf([{ path: [] }, { tags: ['{x}', '{y}{z}'] }]);
    expect(faults.map(({ place }) => place.join('.'))).toEqual([
      'rules.0.path',
      'rules.0',
      'rules.1.tags.0',
      'rules.1.tags.1',
      'rules.1.tags.1',
    ]);
  });
});
