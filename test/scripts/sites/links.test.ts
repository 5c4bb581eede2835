import { expect, test } from 'vitest';
import { linksOf } from '../../../scripts/sites/links.ts';

const ORIGIN = 'http://127.0.0.1:4321';

function linksIn(body: string, type = 'text/html; charset=utf-8'): readonly string[] {
  const answer = { status: 200, headers: { 'content-type': type }, body: Buffer.from(body) };
  return linksOf(answer, new URL('/blog/a/', ORIGIN), [ORIGIN]);
}

test.each([
  ['a link that is relative', '<a href="../b?x=1#part">b</a>', ['/blog/b?x=1']],
  ['an absolute one, also by https', '<a href="https://127.0.0.1:4321/c">c</a>', ['/c']],
  ['one to elsewhere', '<a href="https://example.com/c">c</a>', []],
  [
    'an image in each of its sizes',
    '<img src="/i.png" srcset="/i-1.png 1x, /i-2.png 2x">',
    ['/i.png', '/i-1.png', '/i-2.png'],
  ],
  ['an entity in a query', '<img src="/_image?href=a&amp;w=1">', ['/_image?href=a&w=1']],
  ['an island', '<astro-island component-url="/_astro/a.js" renderer-url="/_astro/r.js">', ['/_astro/a.js']],
  ['a picture for other sites', '<meta property="og:image" content="/og.png">', ['/og.png']],
  ['a style', '<style>@font-face{src:url("/f.woff")}</style>', ['/f.woff']],
  ['a script that looks like a style', '<script>new URL(e,document.baseURI)</script>', []],
  ['a form that gets', '<form action="/find"><input name="q"></form>', ['/find?q=test']],
  ['a form that posts', '<form action="/login" method="post"><input name="q"></form>', []],
])('%s leads to what a crawler asks for', (_, html, paths) => {
  expect(linksIn(html)).toEqual(paths);
});

test('a sitemap and a style sheet lead on as pages do, an image does not', () => {
  expect(linksIn(`<urlset><url><loc>${ORIGIN}/d/</loc></url></urlset>`, 'application/xml')).toEqual(['/d/']);
  expect(linksIn('a{background:url(b.svg)}', 'text/css')).toEqual(['/blog/a/b.svg']);
  expect(linksIn('<a href="/e">', 'image/svg+xml')).toEqual([]);
});
