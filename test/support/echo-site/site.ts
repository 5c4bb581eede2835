// A site that tells what it was given, and whose responses the test's content server decides.
import { readFile } from 'node:fs/promises';
import type { SiteContext, SiteFetch } from '../../../lib/core/site.ts';

export const fetch: SiteFetch = async (request, context) => {
  const { pathname, search } = new URL(request.url);
  if (/^\/(?:members\/)?echo/.test(pathname)) return echo(request, context.clientAddress);
  // `/itself/echo/a` shows what the site answers to its own request for `/echo/a`.
  const ownPath = /^(?:\/live)?\/itself(\/.*)/.exec(pathname)?.[1];
  if (ownPath !== undefined) return globalThis.fetch(new URL(ownPath, request.url));
  if (pathname === '/cookie') return page(String(performance.now()), { 'set-cookie': 'session=secret' });
  if (pathname === '/private') return page(String(performance.now()), { 'cache-control': 'private, max-age=60' });
  if (pathname === '/vary') return page(String(performance.now()), { vary: '*' });
  if (pathname.endsWith('/to-elsewhere'))
    return new Response(null, { status: 302, headers: { location: '/elsewhere' } });
  if (pathname.startsWith('/reads/')) {
    context.onViewerReads?.({ route: '/reads/[what]', page: ['cookie cart'], middleware: ['cookie lang'] });
    return page(context.kind, {});
  }
  if (pathname === '/live/revalidate') {
    const { searchParams } = new URL(request.url);
    await context.revalidate?.({ paths: searchParams.getAll('path'), tags: searchParams.getAll('tag') });
    return page('done', {});
  }
  if (pathname.endsWith('/included')) return page(await readFile('data/included.txt', 'utf8'), {});
  if (pathname === '/live/session') return countVisits(request, context);
  if (pathname.startsWith('/live/content/')) return content(pathname + search);
  // CloudFront chooses a behavior by the normalized path and sends the path as it was written.
  if (decodeURIComponent(pathname).startsWith('/live/'))
    return page(`${context.kind} ${String(performance.now())}`, {});
  return content(pathname + search);
};

async function content(path: string): Promise<Response> {
  const response = await globalThis.fetch(`${process.env.CONTENT_API_URL}${path}`);
  // What code of a user can do to a sandbox.
  if (response.headers.has('x-test-exit')) process.exit(1);
  return response;
}

async function echo(request: Request, clientAddress: string): Promise<Response> {
  const seen = {
    url: request.url,
    method: request.method,
    headers: Object.fromEntries(request.headers),
    clientAddress,
  };
  return Response.json(seen, { headers: { 'cache-control': 's-maxage=60' } });
}

function page(body: string, headers: Record<string, string>): Response {
  return new Response(body, { headers: { 'content-type': 'text/html', ...headers } });
}

async function countVisits(request: Request, { sessions }: SiteContext): Promise<Response> {
  const id = request.headers.get('x-session') ?? '';
  const visits = 1 + Number((await sessions?.read(id)) ?? 0);
  if (request.method === 'DELETE') await sessions?.remove(id);
  else await sessions?.write(id, String(visits));
  return Response.json({ visits, hasStore: sessions !== undefined });
}
