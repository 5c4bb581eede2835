import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { built } from '../support/built.ts';
import { type EchoStack, startEchoStack, TOKEN } from '../support/echo-site/stack.ts';
import { ask, type RawResponse } from '../support/http.ts';

let site: EchoStack;
beforeAll(async () => {
  site = await startEchoStack(await built('echo-one'));
});
afterAll(() => site?.stop());

const get = (path: string, cookie?: string, method = 'GET'): Promise<RawResponse> =>
  site.pass(ask(site.stack.siteUrl, path, { method, headers: cookie === undefined ? {} : { cookie } }));

describe('middleware that a site names for a folder', () => {
  test('runs at each request: nobody gets what it said to another', async () => {
    expect((await get('/members/echo/a', 'member=ann')).status).toBe(200);
    const refused = await get('/members/echo/a');
    expect([refused.status, refused.headers.location]).toEqual([302, '/login']);
    expect(refused.headers['cache-control']).toBe('private, no-store');
    const ben = await get('/members/echo/a', 'member=ben');
    expect([ben.status, ben.headers['x-member'], ben.headers['set-cookie']]).toEqual([200, 'ben', 'seen=ben']);
    expect(ben.headers['cache-control']).toBe('private, no-store');
    expect(ben.headers['x-cache']).toBe('Miss from cloudfront');
  });

  test('lets through to a page that is stored once for all, and knows none of them', async () => {
    const first = await get('/members/echo/b?page=2&x=1', 'member=ann');
    const second = await get('/members/echo/b?x=2&page=2', 'member=ben');
    expect([first.headers['x-isr-cache'], second.headers['x-isr-cache']]).toEqual(['MISS', 'HIT']);
    expect(second.body).toBe(first.body);
    expect(first.body).not.toMatch(/ann|ben|member=/);
    expect(JSON.parse(first.body)).toMatchObject({ clientAddress: '127.0.0.1', headers: { accept: '*/*' } });
  });

  test('lets through to a page that a revalidation reaches', async () => {
    void site.next().then((request) => request.respond('old'));
    expect((await get('/members/c', 'member=ann')).body).toBe('old');
    void site.next().then((request) => request.respond('new'));
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` };
    const body = JSON.stringify({ paths: ['/members/c'] });
    await site.pass(ask(site.stack.functionUrl('revalidate'), '/', { method: 'POST', headers, body }));
    const after = await get('/members/c', 'member=ann');
    expect([after.headers['x-isr-cache'], after.body]).toEqual(['HIT', 'new']);
  });

  test.each([
    '/%6dembers/echo/d',
    '//members/echo/d',
    '/./members/echo/d',
    '/x/../members/echo/d',
    '/x/%2e%2e/members/echo/d',
    '/members\\echo/d',
    '/%256dembers/echo/d',
    '/%25256dembers/echo/d',
    '/live/../members/echo/d',
    '/live/%2e%2e/members/echo/d',
    '/members/echo//d',
    '/members/echo/d/index.html',
    '/members/../members/echo/d',
    '/x/..\\members/echo/d',
  ])('cannot be gone round by %s', async (path) => {
    await get('/members/echo/d', 'member=ann');
    const { status, body } = await get(path);
    expect([302, 404]).toContain(status);
    expect(body).not.toContain('clientAddress');
  });

  test('lets nobody in when it fails', async () => {
    const { status, headers } = await get('/members/echo/a', 'member=broken');
    expect([status, headers['cache-control']]).toEqual([500, 'private, no-store']);
  });

  test('has pages behind it that are read only, and a HEAD has no body', async () => {
    expect((await get('/members/echo/a', 'member=ann', 'POST')).status).toBe(405);
    const { status, body } = await get('/members/echo/a', 'member=ann', 'HEAD');
    expect([status, body]).toEqual([200, '']);
  });

  test('does not run for other pages', async () => {
    expect((await get('/echo/a')).status).toBe(200);
    expect((await get('/echo/members/a')).status).toBe(200);
  });
});
