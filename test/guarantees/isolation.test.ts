import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAwsClient } from '../../lib/aws/client.ts';
import { openS3Bucket } from '../../lib/aws/s3-bucket.ts';
import { CREDENTIALS } from '../contracts/credentials.ts';
import { built } from '../support/built.ts';
import { type EchoStack, startEchoStack, TOKEN } from '../support/echo-site/stack.ts';
import { ask, type RawResponse } from '../support/http.ts';
import { askServe, forgetEdge } from '../support/origin.ts';

const BROWSER = {
  cookie: 'session=secret; __prerender_bypass=wrong',
  authorization: 'Basic secret',
  'user-agent': 'secret-browser',
  'accept-language': 'x-secret',
  'x-forwarded-host': 'evil.example',
  'x-forwarded-for': '203.0.113.7',
  'x-isr-draft': TOKEN,
  'x-isr-viewer-address': '203.0.113.7',
  'x-prerender-revalidate': 'not-the-token',
  referer: 'https://evil.example/secret',
};

let site: EchoStack;
let host: string;
beforeAll(async () => {
  site = await startEchoStack(await built('echo-one'));
  host = new URL(site.stack.siteUrl).host;
});
afterAll(() => site?.stop());

const get = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<RawResponse> =>
  ask(site.stack.siteUrl, path, { headers });

describe('guarantee 6: a cached page depends on deployment, path and allowed query alone', () => {
  test('the site is given nothing of the viewer who asked first', async () => {
    const response = await get('/echo/first?utm=secret&page=2', BROWSER);
    expect(response.headers['x-isr-cache']).toBe('MISS');
    const seen = JSON.parse(response.body);
    expect(seen).toMatchObject({ method: 'GET', url: `https://${host}/echo/first?page=2`, clientAddress: '127.0.0.1' });
    expect(response.body).not.toMatch(/secret|evil|203\.0\.113|not-the-token|a-token/);
    expect(Object.keys(seen.headers)).toEqual(['accept']);
  });

  test('not even the host that they asked for', async () => {
    const response = await get('/echo/host', { host: 'evil.example:1337' });
    expect(response.headers['x-isr-cache']).toBe('MISS');
    expect(JSON.parse(response.body).url).toBe(`https://${host}/echo/host`);
  });

  test('so every viewer gets the same bytes, from the edge and from the origin', async () => {
    const first = await get('/echo/same', BROWSER);
    const second = await get('/echo/same', { cookie: 'session=another' });
    forgetEdge(site.stack);
    const third = await get('/echo/same');
    expect(new Set([first.body, second.body, third.body]).size).toBe(1);
  });

  test('an unlisted query parameter makes no page of its own, a listed one does', async () => {
    const renderedFor = async (path: string) => JSON.parse((await get(path)).body).url;
    await get('/echo/query');
    expect(await renderedFor('/echo/query?utm_source=x&fbclid=y')).toBe(`https://${host}/echo/query`);
    expect(await renderedFor('/echo/query?utm=1&page=3')).toBe(`https://${host}/echo/query?page=3`);
  });

  test('a token that does not match neither renders nor makes a copy of its own', async () => {
    const plain = await get('/echo/token');
    const wrong = await get('/echo/token', { 'x-prerender-revalidate': 'x'.repeat(32) });
    expect(wrong.headers['x-cache']).toBe('Hit from cloudfront');
    expect(wrong.body).toBe(plain.body);
  });
});

describe('guarantee 6: the function behind the edge believes no one either', () => {
  const wrong = 'x'.repeat(36);

  test.each(['x-isr-draft', 'x-prerender-revalidate'])('a wrong token in %s does not render', async (name) => {
    await askServe(site.stack, '/echo/wrong');
    const response = await askServe(site.stack, '/echo/wrong', { [name]: wrong });
    expect(response.headers['x-isr-cache']).toBe('HIT');
  });

  test('who asks for a deployment that is not there gets the page of ours, which no cache keeps for it', async () => {
    const uri = '/deployments/fedcba9876543210/echo/other/index.html';
    const ours = { authorization: 'AWS4-HMAC-SHA256 Credential=local' };
    for (const state of ['MISS', 'HIT']) {
      const { headers } = await ask(site.stack.functionUrl('serve'), uri, { headers: ours });
      expect([headers['x-isr-cache'], headers['cache-control']]).toEqual([state, 'private, no-store']);
    }
    expect((await askServe(site.stack, '/echo/other')).headers['x-isr-cache']).toBe('HIT');
  });

  test('what is stored of another deployment is served as it is, for a moment', async () => {
    process.env.AWS_ACCESS_KEY_ID = CREDENTIALS.accessKeyId;
    process.env.AWS_SECRET_ACCESS_KEY = CREDENTIALS.secretAccessKey;
    const { AWS_ENDPOINT_URL_S3: s3 = '' } = site.stack.endpoints;
    const objects = openS3Bucket(site.stack.bucketName, createAwsClient({ region: 'us-east-1', endpoints: { s3 } }));
    await objects.put('deployments/fedcba9876543210/echo/kept/index.html', 'kept', {
      headers: { 'content-type': 'text/html' },
    });
    const response = await ask(site.stack.functionUrl('serve'), '/deployments/fedcba9876543210/echo/kept/index.html', {
      headers: { authorization: 'AWS4-HMAC-SHA256 Credential=local' },
    });
    expect([response.body, response.headers['x-isr-cache']]).toEqual(['kept', 'STALE']);
    expect(response.headers['cache-control']).toContain('s-maxage=2,');
  });

  test('what was revalidated since is not served of another deployment either', async () => {
    const rendered = await askServe(site.stack, '/echo/revalidated');
    const { AWS_ENDPOINT_URL_S3: s3 = '' } = site.stack.endpoints;
    const objects = openS3Bucket(site.stack.bucketName, createAwsClient({ region: 'us-east-1', endpoints: { s3 } }));
    const deployment = site.stack.function('serve').environment.ISR_DEPLOYMENT_ID;
    const object = await objects.get(`deployments/${deployment}/echo/revalidated/index.html`);
    const { 'content-type': type = '', 'x-amz-meta-isr': facts = '' } = object?.headers ?? {};
    const other = '/deployments/fedcba9876543210/echo/revalidated/index.html';
    await objects.put(other.slice(1), object?.body ?? '', {
      headers: { 'content-type': type, 'x-amz-meta-isr': facts },
    });
    const askForOther = () =>
      ask(site.stack.functionUrl('serve'), other, { headers: { authorization: 'AWS4-HMAC-SHA256 Credential=local' } });
    const before = await askForOther();
    expect([before.body.trimEnd(), before.headers['x-isr-cache']]).toEqual([rendered.body.trimEnd(), 'STALE']);

    const headers = { authorization: `Bearer ${TOKEN}` };
    const body = JSON.stringify({ prefixes: ['/echo/'] });
    await site.pass(ask(site.stack.functionUrl('revalidate'), '/', { method: 'POST', headers, body }));
    const after = await askForOther();
    expect([after.headers['x-isr-cache'], after.headers['cache-control']]).toEqual([
      'REVALIDATED',
      'private, no-store',
    ]);
  });

  test('a viewer who names the entity tag gets 304 without a body, who names another gets the page', async () => {
    const page = await get('/echo/etag');
    const etag = page.headers.etag ?? '';
    const same = await get('/echo/etag', { 'if-none-match': `"other", W/${etag}` });
    expect([same.status, same.body, same.headers.etag]).toEqual([304, '', etag]);
    const other = await get('/echo/etag', { 'if-none-match': '"other"' });
    expect([other.status, other.body]).toEqual([200, page.body]);
  });

  test('serve never tells the edge that a copy is still right: its tags could get lost, and no purge would reach it', async () => {
    const page = await askServe(site.stack, '/echo/etag');
    const same = await askServe(site.stack, '/echo/etag', { 'if-none-match': page.headers.etag ?? '' });
    expect([same.status, same.body]).toEqual([200, page.body]);
  });
});

describe('guarantee 6: nothing private is ever stored', () => {
  test('a cookie that viewers do not get is named once in the log and each time in the response, without its value', async () => {
    for (const path of ['/cookie', '/cookie']) {
      const { headers } = await get(path);
      expect(headers['cache-status']).toContain('detail="set-cookie: session"');
      expect(headers).not.toHaveProperty('set-cookie');
    }
    const lines = site.stack.events.ofKind('log').map(({ line }) => line);
    expect(
      lines.filter((line) =>
        line.includes("'/cookie/index.html' is not stored (set-cookie: session, which viewers do not get)"),
      ),
    ).toHaveLength(1);
    expect(lines.filter((line) => line.includes('session=') || line.includes('secret'))).toEqual([]);
  });

  test.each(['/cookie', '/private', '/vary'])('%s is rendered for each request', async (path) => {
    const responses = [await get(path), await get(path), await askServe(site.stack, path)];
    expect(new Set(responses.map(({ body }) => body)).size).toBe(3);
    expect(new Set(responses.map(({ headers }) => headers['x-isr-cache']))).toEqual(new Set(['BYPASS']));
    expect(responses.map(({ headers }) => headers['cache-control'])).toEqual(Array(3).fill('private, no-store'));
    expect(responses[0]?.headers).not.toHaveProperty('set-cookie');
  });

  test('nor is a live route, however its path is written', async () => {
    const paths = ['/live/a', '/%6Cive/a', '/l%69ve/a'];
    const bodies = [];
    for (const path of [...paths, ...paths]) bodies.push((await get(path)).body);
    expect(new Set(bodies).size).toBe(6);
  });

  test('a page that asks for a cookie is said in the log, once for its route, and not when it is a draft', async () => {
    const lines = (): string[] =>
      site.stack.events
        .ofKind('log')
        .map(({ line }) => line)
        .filter((line) => line.includes('viewerReads'));
    await get('/reads/a', { cookie: `__prerender_bypass=${TOKEN}` });
    expect(lines()).toEqual([]);
    await get('/reads/a');
    await get('/reads/b');
    expect(lines().map((line) => JSON.parse(line.slice(line.indexOf('{'))).message)).toEqual([
      "the page at /reads/[what] read the cookie `cart`, which no stored page gets; list '/reads/[what]' in isr.exclude, and it is rendered for each viewer",
      'middleware read the cookie `lang`, which no stored page gets; pages that depend on it belong into isr.exclude',
    ]);
  });

  test('draft mode renders for one viewer and stores nothing', async () => {
    const published = await get('/echo/draft');
    const drafts = [1, 2].map(() => get('/echo/draft', { cookie: `__prerender_bypass=${TOKEN}` }));
    for (const draft of await Promise.all(drafts)) {
      expect(draft.headers['x-isr-cache']).toBe('BYPASS');
      expect(JSON.parse(draft.body).headers.cookie).toBe(`__prerender_bypass=${TOKEN}`);
    }
    const after = await get('/echo/draft');
    expect(after.headers['x-cache']).toBe('Hit from cloudfront');
    expect(after.body).toBe(published.body);
  });
});
