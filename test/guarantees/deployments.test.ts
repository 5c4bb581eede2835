import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { built } from '../support/built.ts';
import { type EchoStack, startEchoStack } from '../support/echo-site/stack.ts';
import { TOKEN } from '../support/echo-site/token.ts';
import { ask } from '../support/http.ts';
import { untilAsleep } from '../support/passing-time.ts';

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

const LOCATIONS = ['LOCAL1-C1', 'LOCAL2-C1'];

/** A running site whose source of content always answers what `content` is. */
async function startAnswering(assembly: string): Promise<EchoStack & { content: string }> {
  const site = Object.assign(await startEchoStack(assembly, undefined, false), { content: 'old' });
  const answer = async (): Promise<never> => {
    for (;;) (await site.next()).respond(site.content, { 'cache-control': 's-maxage=86400' });
  };
  void answer();
  return site;
}

/** What each edge location shows of `/page`, and whether it had to ask for it. No time passes. */
async function seenEverywhere({ stack }: EchoStack): Promise<{ body: string; cache: string | undefined }[]> {
  const seen: { body: string; cache: string | undefined }[] = [];
  for (const location of LOCATIONS) {
    const { body, headers } = await ask(stack.siteUrl, '/page', { headers: { 'x-amz-cf-pop': location } });
    seen.push({ body, cache: headers['x-cache'] });
  }
  return seen;
}

const UPDATE = 'an update of a function';

/** Deploys, and lets pass the time of the functions alone: no change arrives at the edge. */
async function deployFunctions({ stack }: EchoStack, assembly: string): Promise<void> {
  const { clock } = stack;
  let isOver = false;
  const deploying = stack.deploy(assembly).finally(() => {
    isOver = true;
  });
  while (!isOver) {
    await Promise.race([deploying, untilAsleep(clock, 1, UPDATE)]);
    const [next] = clock.sleepers.filter(({ name }) => name === UPDATE);
    if (next !== undefined) clock.advance(next.dueAt - clock.now());
  }
}

/** Moves the clock to the next moment at which a change arrives at an edge location. */
function passToNextArrival({ clock }: EchoStack['stack']): void {
  const [next] = clock.sleepers.filter(({ name }) => name === 'a change of the edge');
  if (next !== undefined) clock.advance(next.dueAt - clock.now());
}

describe('guarantee 10, on AWS’s time: while a deployment switches', () => {
  let site: EchoStack & { content: string };
  beforeEach(async () => {
    site = await startAnswering(one);
  });
  afterEach(() => site.stop());

  const deploymentOf = (name: string) => site.stack.function(name).environment.ISR_DEPLOYMENT_ID;
  const revalidate = () =>
    site.pass(
      ask(site.stack.functionUrl('revalidate'), '/', {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        body: JSON.stringify({ paths: ['/page'] }),
      }),
    );

  test('the edge names it at one location after the other, and only when all functions have its code', async () => {
    await seenEverywhere(site);
    const before = deploymentOf('serve');
    await deployFunctions(site, two);
    for (const name of ['serve', 'render', 'revalidate', 'live']) expect(deploymentOf(name)).not.toBe(before);
    const asked = async () =>
      (await seenEverywhere(site)).filter(({ cache }) => cache === 'Miss from cloudfront').length;
    expect(await asked()).toBe(0);
    let first = 0;
    while (first === 0) {
      passToNextArrival(site.stack);
      first = await asked();
    }
    expect(first).toBe(1);
    site.stack.clock.advance(30_000);
    expect(await asked()).toBe(1);
    expect(await asked()).toBe(0);
  });

  test('what a live route said meanwhile is not at the edge when the deployment is rolled back', async () => {
    const live = async () => (await ask(site.stack.siteUrl, '/live/content/a')).body;
    await deployFunctions(site, two);
    site.content = 'from the deployment that fails';
    expect(await live()).toBe('from the deployment that fails');
    await site.pass(site.stack.deploy(one));
    site.content = 'from the one before';
    expect(await live()).toBe('from the one before');
    site.content = 'asked again';
    expect(await live()).toBe('from the one before');
  });

  test('no location shows anything from before a revalidation that was answered meanwhile', async () => {
    await seenEverywhere(site);
    const deploying = site.pass(site.stack.deploy(two));
    site.content = 'new';
    const { status } = await revalidate();
    expect([200, 202]).toContain(status);
    await deploying;
    await site.settled();
    site.stack.clock.advance(30_000);
    for (let i = 0; i < 3; i++) {
      expect((await seenEverywhere(site)).map(({ body }) => body)).toEqual(['new', 'new']);
      site.stack.clock.advance(5000);
    }
  });
});
