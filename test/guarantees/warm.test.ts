import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { built } from '../support/built.ts';
import { type EchoStack, startEchoStack } from '../support/echo-site/stack.ts';
import { TOKEN } from '../support/echo-site/token.ts';
import { ask } from '../support/http.ts';

const PAGES = Array.from({ length: 30 }, (_, number) => `/page/${number}`);
const LIFE = { 'cache-control': 's-maxage=86400' };

/** A running site whose source of content answers `content` with the path. */
interface Answering extends EchoStack {
  content: string;
  /** Paths that fail from now on. */
  readonly broken: Set<string>;
  /** Paths of which the content ends the process that asks for it. */
  readonly fatal: Set<string>;
}

async function startAnswering(assembly: string): Promise<Answering> {
  const site = Object.assign(await startEchoStack(assembly), {
    content: 'old',
    broken: new Set<string>(),
    fatal: new Set<string>(),
  });
  const answer = async (): Promise<never> => {
    for (;;) {
      const request = await site.next();
      if (site.broken.has(request.path)) request.respond('down', {}, 500);
      else if (site.fatal.has(request.path)) request.respond('', { 'x-test-exit': 'yes' });
      else request.respond(`${site.content} ${request.path}`, LIFE);
    }
  };
  void answer();
  return site;
}

const revalidate = ({ stack }: EchoStack, body: object) =>
  ask(stack.functionUrl('revalidate'), '/', {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

describe('guarantee 13: a deployment never goes cold', () => {
  let site: Answering;
  let one: string;
  let two: string;
  beforeEach(async () => {
    [one, two] = [await built('echo-one'), await built('echo-two')];
    site = await startAnswering(one);
  });
  afterEach(() => site.stop());

  /** What viewers see of pages, and how many renders they made. */
  async function view(paths: readonly string[]) {
    const before = site.requests.length;
    const seen = await Promise.all(paths.map((path) => site.pass(ask(site.stack.siteUrl, path))));
    return {
      bodies: seen.map(({ body }) => body),
      states: new Set(seen.map(({ headers }) => headers['x-isr-cache'])),
      renders: site.requests.length - before,
    };
  }
  const deploy = async (assembly: string): Promise<number> => {
    const before = site.requests.length;
    await site.pass(site.stack.deploy(assembly));
    return site.requests.length - before;
  };

  test('after a switch each page that was stored is there, of the new build, and nobody waits for a render', async () => {
    await view(PAGES);
    site.content = 'new';
    expect(await deploy(two)).toBe(PAGES.length);
    const after = await view(PAGES);
    expect(after).toEqual({ bodies: PAGES.map((path) => `new ${path}`), states: new Set(['HIT']), renders: 0 });
    expect(site.stack.outputs.WarmUp).toBe('30 rendered, 0 there already');
  });

  test('a rollback renders nothing', async () => {
    await view(PAGES);
    site.content = 'new';
    await deploy(two);
    expect(await deploy(one)).toBe(0);
    const { bodies, renders } = await view(PAGES);
    expect({ bodies, renders }).toEqual({ bodies: PAGES.map((path) => `old ${path}`), renders: 0 });
  });

  test('a page that cannot be rendered fails no deployment, and comes from the one before until it can', async () => {
    await view(['/page/7', '/page/8']);
    site.content = 'new';
    site.broken.add('/page/7');
    await deploy(two);
    expect(site.stack.outputs.WarmUp).toBe('1 rendered, 0 there already, 1 failed, 1 handed over');
    expect((await view(['/page/7', '/page/8'])).bodies).toEqual(['old /page/7', 'new /page/8']);
    site.broken.clear();
    site.stack.clock.advance(60_000);
    await view(['/page/7']);
    await site.settled();
    site.stack.clock.advance(60_000);
    expect((await view(['/page/7'])).bodies).toEqual(['new /page/7']);
  });

  test('a page that is not made yet comes from the one before while no function answers', async () => {
    await view(['/page/7']);
    site.broken.add('/page/7');
    await deploy(two);
    site.stack.function('serve').failWith(new Error('down'));
    // A stored text may end in blanks.
    expect((await view(['/page/7'])).bodies.map((body) => body.trimEnd())).toEqual(['old /page/7']);
  });

  test('a site that ends the process which warms it fails no deployment', async () => {
    await view(['/page/7', '/page/8']);
    site.fatal.add('/page/7').add('/page/8');
    await deploy(two);
    expect(site.stack.outputs.WarmUp).toBe('not warmed: the first try did not come to its end; 2 handed over');
  });

  test('what is revalidated before the switch is not old after it', async () => {
    await view(['/page/7']);
    await deploy(two);
    site.content = 'newer';
    await site.pass(revalidate(site, { paths: ['/page/7'] }));
    expect(await deploy(one)).toBe(1);
    expect(await view(['/page/7'])).toMatchObject({ bodies: ['newer /page/7'], renders: 0 });
  });

  test('a variant with a query parameter of the site is warm too', async () => {
    await view(['/list?page=2']);
    expect(await deploy(two)).toBe(1);
    expect((await view(['/list?page=2'])).renders).toBe(0);
  });
});
