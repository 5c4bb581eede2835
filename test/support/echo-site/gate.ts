// Lets in who has a cookie, and says on its way out who that was.
// biome-ignore lint/style/noDefaultExport: the module of isr.middleware has one.
export default async function gate(request: Request, next: () => Promise<Response>): Promise<Response> {
  const member = /member=(\w+)/.exec(request.headers.get('cookie') ?? '')?.[1];
  if (member === 'broken') throw new Error('no such member');
  if (member === undefined) {
    return new Response(null, { status: 302, headers: { location: '/login', 'cache-control': 's-maxage=60' } });
  }
  const response = await next();
  response.headers.set('x-member', member);
  response.headers.append('set-cookie', `seen=${member}`);
  return response;
}
