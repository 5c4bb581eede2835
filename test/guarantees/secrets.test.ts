import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestStack, type TestStack, testAssembly } from '../support/local-stack.ts';

let site: TestStack;
beforeAll(async () => {
  site = await startTestStack();
});
afterAll(() => site?.stop());

const logLines = (): string[] => site.stack.events.ofKind('log').map(({ line }) => line);

describe('guarantee 9: a token is never stored, logged or sent in clear', () => {
  test('neither build nor template nor any asset holds it', async () => {
    const assembly = await testAssembly();
    const folders = [assembly, join(assembly, '../astro-blog/.isr')];
    const files = folders.flatMap((folder) =>
      globSync('**/*', { cwd: folder })
        .map((file) => join(folder, file))
        .filter((file) => statSync(file).isFile()),
    );
    expect(files.length).toBeGreaterThan(20);
    // The seed's own endpoint names it in its source: that file is the site's, and runs in the account alone.
    const holding = files.filter(
      (file) => readFileSync(file).includes(site.token) && !/site\/index\.mjs$|server\/index\.mjs$/.test(file),
    );
    expect(holding).toEqual([]);
  });

  test('no viewer and no log line gets it', async () => {
    const responses = [
      await site.revalidate({ paths: ['/isr'] }),
      await site.get('/isr', { 'x-prerender-revalidate': site.token }),
      await site.ask('/api/revalidate', {
        method: 'POST',
        headers: { 'content-type': 'application/json', referer: `${site.stack.siteUrl}/isr` },
        body: '""',
      }),
    ];
    await site.settled();
    expect(JSON.stringify(responses)).not.toContain(site.token);
    expect(logLines().length).toBeGreaterThan(0);
    expect(logLines().join('\n')).not.toContain(site.token);
  });

  test.each<[string, string | null]>([
    ['a wrong one', 'x'.repeat(36)],
    ['the seed’s misspelt one', '115556d774a8115556d774a8115556d774a8s'],
    ['none', null],
  ])('%s is refused without detail, and said once in the log', async (_name, token) => {
    const before = logLines().length;
    const response = await site.revalidate({ paths: ['/isr'] }, { token });
    expect([response.status, JSON.parse(response.body)]).toEqual([401, { error: 'unauthorized' }]);
    const lines = logLines()
      .slice(before)
      .filter((line) => line.includes('token'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('refused a revalidation: the token does not match');
  });

  test('a wrong one on a page is ignored, and said once in the log', async () => {
    await site.get('/isr');
    const before = logLines().length;
    const response = await site.get('/isr', { 'x-prerender-revalidate': 'x'.repeat(36) });
    expect([response.status, response.headers['x-cache']]).toEqual([200, 'Hit from cloudfront']);
    const lines = logLines()
      .slice(before)
      .filter((line) => line.includes('token'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('ignored x-prerender-revalidate: the token does not match');
  });
});
