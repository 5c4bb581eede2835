import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ContentApi, startContentApi } from '../../examples/content-api/index.ts';
import { IsrSite } from '../../lib/index.ts';
import { StackClock } from '../../lib/local/clock.ts';
import { type LocalStack, runStack } from '../../lib/local/stack/index.ts';
import { ask, type RawResponse } from '../support/http.ts';
import { testAssembly } from '../support/local-stack.ts';
import { contentClock, passUntil } from '../support/passing-time.ts';
import { readFixture } from './samples.ts';

const RULES = [{ when: { type: 'post' }, paths: ['/blog/{slug}'], tags: ['post:{id}'] }];
const PUSHED = 'hello.en';
const scratch = mkdtempSync(join(tmpdir(), 'isr-webhooks-'));

let stack: LocalStack;
let contentApi: ContentApi;

beforeAll(async () => {
  const assembly = synthesize(join(await testAssembly(), '../astro-blog'));
  const clock = new StackClock('standing');
  contentApi = await startContentApi({ port: 0, clock: contentClock(clock) });
  stack = await runStack({ assembly, clock, calm: true, parameters: { ContentApiUrl: contentApi.url } });
});

afterAll(async () => {
  await stack?.stop();
  await contentApi?.close();
  rmSync(scratch, { recursive: true, force: true });
});

describe('a signed webhook to the running stack', () => {
  test('shows the edited post to the next reader', async () => {
    const slug = contentApi.slugs[0] ?? '';
    expect((await ask(stack.siteUrl, `/blog/${slug}`)).status).toBe(200);
    contentApi.edit(slug, { title: 'Edited in the CMS' });
    expect((await ask(stack.siteUrl, `/blog/${slug}`)).body).not.toContain('Edited in the CMS');
    const body = JSON.stringify({ event: 'publish', type: 'post', id: '1', slug });

    const response = await post('cms', body, signedNow(body));

    expect(JSON.parse(response.body)).toMatchObject({ pages: [{ path: `/blog/${slug}`, outcome: 'rendered' }] });
    expect(response.status).toBe(200);
    expect((await ask(stack.siteUrl, `/blog/${slug}`)).body).toContain('Edited in the CMS');
  });

  test('is done once', async () => {
    const body = readFixture('github', 'push.json').toString();
    const headers = {
      'x-github-event': 'push',
      'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
      'x-hub-signature-256': `sha256=${hmac(stack.secret('GithubSecret'), body)}`,
    };
    const first = await post('github', body, headers);
    expect(JSON.parse(first.body).pages.map(({ path }: { path: string }) => path)).toContain(`/blog/${PUSHED}`);
    expect(JSON.parse((await post('github', body, headers)).body)).toEqual({ replayed: true });
  });

  test('is refused when it is old, though nobody changed it', async () => {
    const body = JSON.stringify({ type: 'post', id: '1', slug: 'x' });
    const headers = signedNow(body);
    stack.clock.advance(301_000);
    expect((await post('cms', body, headers)).status).toBe(401);
  });

  test('shows the new text in the end, though the CDN of the vendor still had the old one', async () => {
    const slug = contentApi.slugs[1] ?? '';
    await ask(stack.siteUrl, `/blog/${slug}`);
    const body = JSON.stringify({ event: 'publish', type: 'post', id: '2', slug });
    const response = await post('slow', body, { 'x-signature': hmac(stack.secret('SlowSecret'), body) });
    expect(JSON.parse(response.body)).toMatchObject({ pages: [{ path: `/blog/${slug}`, outcome: 'unchanged' }] });

    contentApi.edit(slug, { title: 'Late in the CDN' });
    expect((await ask(stack.siteUrl, `/blog/${slug}`)).body).not.toContain('Late in the CDN');
    stack.clock.advance(20_000);
    await passUntil(stack, stack.settled());

    expect((await ask(stack.siteUrl, `/blog/${slug}`)).body).toContain('Late in the CDN');
  });

  test.each([
    ['3,010 tags', { tags: numbered(3010), slugs: [] }, 200],
    ['long tags and paths', { tags: numbered(1490).map((tag) => tag.padEnd(300, 'ü')), slugs: numbered(20) }, 202],
  ])('of %s, more than one call carries, is purged and not refused until it is dead', async (_what, named, status) => {
    stack.clock.advance(60_000);
    const slug = contentApi.slugs[2] ?? '';
    await ask(stack.siteUrl, `/blog/${slug}`);
    expect((await ask(stack.siteUrl, `/blog/${slug}`)).headers['x-cache']).toBe('Hit from cloudfront');
    // Then the queue makes the purge: somebody else has just used up what the account may call.
    if (status === 202) await useUpCalls();
    expect((await postSigned('bulk', { ...named, tags: [...named.tags, `post:${slug}`] })).status).toBe(status);
    await passUntil(stack, stack.settled());
    stack.cloudFrontApi.throttle(undefined);
    expect((await ask(stack.siteUrl, `/blog/${slug}`)).headers['x-cache']).toBe('Miss from cloudfront');
    expect(stack.events.ofKind('log').filter(({ line }) => line.includes('will be purged later'))).toEqual([]);
  });

  test('needs no token, and a token is no signature', async () => {
    expect((await post('cms', '{}', { authorization: 'Bearer 115556d774a8115556d774a8115556d774a8' })).status).toBe(
      401,
    );
    expect((await post('nobody', '{}', {})).status).toBe(404);
  });
});

/** The example's site, with secrets that the stack itself makes. */
function synthesize(buildDirectory: string): string {
  const app = new App({ outdir: join(scratch, 'cdk.out'), analyticsReporting: false });
  const stack = new Stack(app, 'Webhooks');
  const timestamp = { timestampHeader: 'X-Time' };
  const site = new IsrSite(stack, 'Site', {
    buildDirectory,
    webhooks: {
      cms: { vendor: 'generic', secret: new Secret(stack, 'CmsSecret').secretValue, rules: RULES, ...timestamp },
      slow: {
        vendor: 'generic',
        secret: new Secret(stack, 'SlowSecret').secretValue,
        rules: RULES,
        settleSeconds: 20,
      },
      bulk: {
        vendor: 'generic',
        secret: new Secret(stack, 'BulkSecret').secretValue,
        rules: [{ tags: ['{data.tags}'], paths: ['/blog/{data.slugs}'] }],
      },
      github: {
        secret: new Secret(stack, 'GithubSecret').secretValue,
        rules: [{ when: { type: 'file', event: 'update' }, paths: ['/blog/{slug}'] }],
      },
    },
  });
  site.addEnvironment('CONTENT_API_URL', new CfnParameter(stack, 'ContentApiUrl').valueAsString);
  app.synth();
  return app.outdir;
}

function post(name: string, body: string, headers: Readonly<Record<string, string>>): Promise<RawResponse> {
  const json = { 'content-type': 'application/json' };
  const request = { method: 'POST', headers: { ...json, ...headers }, body };
  return passUntil(stack, ask(stack.functionUrl('revalidate'), `/webhooks/${name}`, request));
}

const numbered = (count: number): string[] => Array.from({ length: count }, (_, i) => `n${i}`);

/** So that the next call is throttled, and the one after it, in ten seconds, is not. */
async function useUpCalls(): Promise<void> {
  stack.cloudFrontApi.throttle({ burst: 1, perSecond: 0.1 });
  await postSigned('bulk', { tags: ['other'], slugs: [] });
}

function postSigned(name: 'bulk', payload: object): Promise<RawResponse> {
  const body = JSON.stringify(payload);
  return post(name, body, { 'x-signature': hmac(stack.secret('BulkSecret'), body) });
}

function signedNow(body: string): Record<string, string> {
  const time = String(stack.clock.now());
  return { 'x-time': time, 'x-signature': hmac(stack.secret('CmsSecret'), `${time}.${body}`) };
}

function hmac(secret: string, content: string): string {
  return createHmac('sha256', secret).update(content).digest('hex');
}
