// A site that tells what it was given, and whose responses the test's content server decides.
import type { SiteFetch } from '../../../lib/core/site.ts';

export const fetch: SiteFetch = async (request, context) => {
  const { pathname, search } = new URL(request.url);
  if (pathname.startsWith('/echo')) return echo(request, context.clientAddress);
  if (pathname === '/cookie') return page(String(performance.now()), { 'set-cookie': 'session=secret' });
  if (pathname === '/private') return page(String(performance.now()), { 'cache-control': 'private, max-age=60' });
  if (pathname === '/vary') return page(String(performance.now()), { vary: '*' });
  if (pathname === '/live/revalidate') {
    const { searchParams } = new URL(request.url);
    await context.revalidate?.({ paths: searchParams.getAll('path'), tags: searchParams.getAll('tag') });
    return page('done', {});
  }
  if (pathname.startsWith('/live/content/')) return content(pathname + search);
  // CloudFront chooses a behavior by the normalized path and sends the path as it was written.
  if (decodeURIComponent(pathname).startsWith('/live/'))
    return page(`${context.kind} ${String(performance.now())}`, {});
  return content(pathname + search);
};

function content(path: string): Promise<Response> {
  return globalThis.fetch(`${process.env.CONTENT_API_URL}${path}`);
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
