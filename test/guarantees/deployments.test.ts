import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { built } from '../support/built.ts';
import { type EchoStack, startEchoStack } from '../support/echo-site/stack.ts';
import { ask } from '../support/http.ts';

let one: string;
let two: string;
let dataDirectory: string;

beforeAll(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'isr-deployments-'));
  one = await built('echo-one');
  two = await built('echo-two');
});
afterAll(() => rm(dataDirectory, { recursive: true, force: true }));

/** Runs a deployment on the account's bucket: answers what `/page` shows, rendering it as `content` when asked to. */
async function show(
  assembly: string,
  content: string,
): Promise<{ body: string; state: string | undefined; renders: number }> {
  const site: EchoStack = await startEchoStack(assembly, dataDirectory);
  try {
    const answering = ask(site.stack.siteUrl, '/page');
    void site.next().then((request) => request.respond(content, { 'cache-control': 's-maxage=86400' }));
    const { body, headers } = await answering;
    return { body, state: headers['x-isr-cache'], renders: site.requests.length };
  } finally {
    await site.stop();
  }
}

describe('guarantee 10: a deployment switches at once and rolls back without rendering', () => {
  test('pages of each deployment are its own, and are still there when it comes back', async () => {
    expect(await show(one, 'from one')).toEqual({ body: 'from one', state: 'MISS', renders: 1 });
    expect(await show(two, 'from two')).toEqual({ body: 'from two', state: 'MISS', renders: 1 });
    expect(await show(one, 'rendered again')).toEqual({ body: 'from one', state: 'HIT', renders: 0 });
  });
});
