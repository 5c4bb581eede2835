import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type LocalStack, runStack } from '../../lib/local/stack/index.ts';
import { appEnvironment, ROOT, runNode } from '../../scripts/build-steps.ts';
import { launchBrowser, whyNoBrowser } from '../browser/chromium.ts';
import { ask, type RawResponse } from '../support/http.ts';
import { forgetEdge } from '../support/origin.ts';
import { pngOf } from '../support/png.ts';
import type { AstroSite } from './astro-site.ts';

/** Run by the file that builds the kitchen site, for that is the longer part. */
export function describeImages(site: () => AstroSite): void {
  describe('images of pages on demand, in the stack', () => {
    let stack: LocalStack;
    let other: Server;
    let port: number;
    let browser: Browser | undefined;
    const asked: string[] = [];

    beforeAll(async () => {
      other = createServer((request, response) => {
        asked.push(request.url ?? '');
        const isBomb = request.url === '/bomb.png';
        response.writeHead(200, { 'content-type': 'image/png', 'cache-control': 'max-age=600' });
        response.end(isBomb ? pngOf(20_000, 20_000) : pngOf(32, 16));
      });
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
      port = (other.address() as AddressInfo).port;
      const assembly = join(site().root, 'cdk.out');
      await runNode([join(ROOT, 'bin/app.ts')], {}, await appEnvironment(site().root, assembly));
      stack = await runStack({ assembly, calm: true });
      if (whyNoBrowser === undefined) browser = await launchBrowser();
    });
    afterAll(async () => {
      await browser?.close();
      await stack?.stop();
      other?.close();
    });
    afterEach(() => {
      for (const lambda of stack.functions) lambda.failWith(undefined);
    });

    const get = (path: string): Promise<RawResponse> => ask(stack.siteUrl, path, {});
    const imageOf = (href: string, parameters = ''): Promise<RawResponse> =>
      get(`/docs/_image?href=${encodeURIComponent(href)}${parameters}`);
    const picture = async (): Promise<Record<'made' | 'original' | 'vector', string>> =>
      JSON.parse((await get('/docs/picture.json')).body);

    test('are answered: of the build, of getImage, of another site, with all that <Picture> offers', async () => {
      const { body } = await get(`/docs/pictures/${port}`);
      const urls = [...body.matchAll(/(?:src|srcset)="(\/docs\/_image[^" ]*)/g)].map(([, url = '']) =>
        url.replaceAll('&amp;', '&'),
      );
      const answers = await Promise.all([...urls, (await picture()).made].map(get));
      const types = answers.map(({ status, headers }) => [status, headers['content-type']]);
      expect(types).toEqual([
        [200, 'image/webp'],
        [200, 'image/avif'],
        [200, 'image/webp'],
        [200, 'image/png'],
        [200, 'image/webp'],
        [200, 'image/png'],
        [200, 'image/jpeg'],
      ]);
    });

    test('are kept for ever when their source has a hash, and come from S3 when the edge forgot them', async () => {
      const { original } = await picture();
      const first = await imageOf(original, '&w=33&f=webp');
      expect(first.headers).toMatchObject({
        'x-isr-cache': 'MISS',
        'cache-control': 'public, max-age=31536000, immutable',
        'content-security-policy': "script-src 'none'; frame-src 'none'; sandbox;",
        'x-content-type-options': 'nosniff',
      });
      expect((await imageOf(original, '&f=webp&w=33&utm_source=x')).headers['x-cache']).toBe('Hit from cloudfront');
      forgetEdge(stack);
      expect((await imageOf(original, '&w=33&f=webp')).headers['x-isr-cache']).toBe('HIT');
    });

    test('come from S3 when the function fails, and are 503 when nothing is stored', async () => {
      const { original } = await picture();
      await imageOf(original, '&w=34');
      forgetEdge(stack);
      stack.function('image').failWith(new Error('the region is down'));
      const stored = await imageOf(original, '&w=34');
      expect([stored.status, stored.headers['content-type']]).toEqual([200, 'image/webp']);
      expect(stored.headers['cache-control']).toBe('public, max-age=31536000, immutable');
      expect((await imageOf(original, '&w=35')).status).toBe(503);
    });

    test("of another site are asked for once, and again when that site's time is over", async () => {
      const url = `http://127.0.0.1:${port}/timed.png`;
      const times = () => asked.filter((each) => each === '/timed.png').length;
      const { headers } = await imageOf(url, '&w=8');
      expect(headers['cache-control']).toMatch(/^public, max-age=(599|600)$/);
      forgetEdge(stack);
      await imageOf(url, '&w=8');
      expect(times()).toBe(1);
      stack.clock.advance(601_000);
      expect((await imageOf(url, '&w=8')).status).toBe(200);
      expect(times()).toBe(2);
    });

    test.each([
      { what: 'no parameter', path: '', status: 400 },
      { what: 'a path that leaves the hashed files', path: 'href=/docs/_astro/../public.png', status: 400 },
      { what: 'the same, encoded twice', path: 'href=/docs/_astro/%252e%252e/public.png', status: 400 },
      { what: 'an endpoint of the site', path: 'href=/docs/picture.json', status: 404 },
      { what: 'a file that the build does not have', path: 'href=/docs/nowhere.png', status: 404 },
      { what: 'pages of a deployment', path: 'href=/docs/_astro/../../../deployments/x', status: 400 },
      { what: 'a file of the machine', path: 'href=file%3A%2F%2F%2Fetc%2Fpasswd', status: 403 },
      { what: 'a site that is not allowed', path: 'href=https%3A%2F%2Fexample.com%2Fa.png', status: 403 },
      { what: 'the same without its scheme', path: 'href=%2F%2Fexample.com%2Fa.png', status: 403 },
      { what: 'a cloud for its credentials', path: 'href=http%3A%2F%2F169.254.169.254%2Flatest', status: 403 },
      { what: 'a width that nobody needs', path: 'href=/docs/public.png&w=100000', status: 400 },
    ])('that ask for $what are refused with $status and a sentence', async ({ path, status }) => {
      const answer = await get(`/docs/_image?${path}`);
      expect(answer.status).toBe(status);
      expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
      expect(answer.body).toMatch(/^.{20,}\n$/);
    });

    test('are refused when they have more pixels than a function has memory for', async () => {
      const answer = await imageOf(`http://127.0.0.1:${port}/bomb.png`, '&w=10');
      expect([answer.status, answer.body]).toEqual([413, expect.stringContaining('400000000 pixels')]);
    });

    test('are refused when no image is there, and an SVG is one only if it stays one', async () => {
      const { vector } = await picture();
      const svg = await get(vector);
      expect([svg.status, svg.headers['content-type']]).toEqual([200, 'image/svg+xml']);
      const rasterized = await get(vector.replace('f=svg', 'f=webp'));
      expect([rasterized.status, rasterized.body]).toEqual([422, expect.stringContaining('dangerouslyProcessSVG')]);
      expect((await imageOf('/docs/public.png', '&f=svg')).status).toBe(403);
    });

    test('of public files are asked for again by browsers', async () => {
      const { headers } = await imageOf('/docs/public.png', '&w=20&f=webp');
      expect(headers['cache-control']).toBe('public, max-age=0, s-maxage=31536000, must-revalidate');
    });

    test('of prerendered pages are files, as the build made them', async () => {
      const source = /src="([^"]+)"/.exec((await get('/docs/gallery')).body)?.[1] ?? '';
      expect(source).toMatch(/^\/docs\/_astro\/square\..*\.webp$/);
      expect((await get(source)).headers['content-type']).toBe('image/webp');
    });

    test('leave sharp out of all functions but one', () => {
      const withPackages = stack.functions.filter(({ codeDirectory }) =>
        existsSync(join(codeDirectory, 'node_modules')),
      );
      expect(withPackages).toEqual([stack.function('image')]);
      expect(existsSync(join(stack.function('image').codeDirectory, 'node_modules/sharp'))).toBe(true);
    });

    test.skipIf(whyNoBrowser !== undefined)('appear in a browser', async () => {
      const page = await (browser as Browser).newPage();
      await page.goto(`${stack.siteUrl}/docs/pictures/${port}`, { waitUntil: 'load' });
      const widths = await page.locator('img').evaluateAll((images) =>
        images.map((image) => {
          const { alt, naturalWidth } = image as unknown as { alt: string; naturalWidth: number };
          return [alt, naturalWidth];
        }),
      );
      expect(widths).toEqual([
        ['local', 100],
        ['picture', 50],
        ['remote', 32],
        ['remote, narrow', 16],
      ]);
    });
  });
}
