// What people who publish see, in the browser that they use.
import type { Browser, Page, Response } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cms, startCms } from '../../examples/cms/index.ts';
import { startTestStack, type TestStack } from '../support/local-stack.ts';
import { launchBrowser, whyNoBrowser } from './chromium.ts';

let site: TestStack;
let cms: Cms;
let browser: Browser;

describe.skipIf(whyNoBrowser !== undefined)('an editor in a browser', () => {
  beforeAll(async () => {
    site = await startTestStack();
    cms = await startCms({
      port: 0,
      contentApiUrl: site.contentApi.url,
      siteUrl: site.stack.siteUrl,
      webhookUrl: site.stack.outputs.WebhookUrlCms ?? '',
      webhookSecret: site.stack.secret('WebhookSecret'),
      now: () => site.clock.now(),
    });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await cms?.close();
    await site?.stop();
  });

  test('edits a post, publishes it, and sees it at the first reload', async () => {
    const reader = await openAtTheEdge('/blog/purge-less');
    expect(await reader.locator('h1').textContent()).toBe('Purge less');
    const desk = await openDesk('Purge less');
    await desk.getByLabel('Title').fill('Purge even less');
    await desk.getByLabel('Text').fill('The first paragraph.\n\nAnd a second one.');
    await desk.getByRole('button', { name: 'Save and publish' }).click();
    await site.pass(desk.getByText(/^Saved \d+\.\d s, live everywhere \d+\.\d s$/).waitFor());
    expect(await outcomesOn(desk)).toEqual({
      '/blog/purge-less': 'rendered, purged',
      '/blog': 'rendered, purged',
      '/': 'rendered, purged',
      '/rss.xml': 'rendered, purged',
      'post:purge-less': 'noted, purged',
    });

    const reload = await reader.reload();
    expect(await reader.locator('h1').textContent()).toBe('Purge even less');
    expect(await reader.locator('article > p').allTextContents()).toEqual([
      'The first paragraph.',
      'And a second one.',
    ]);
    expect([edgeOf(reload), reload?.headers()['x-isr-cache']]).toEqual(['Miss from cloudfront', 'HIT']);
    const seen = desk.waitForEvent('popup');
    await desk.getByRole('link', { name: 'See it on the site' }).click();
    expect(await (await seen).locator('h1').textContent()).toBe('Purge even less');
  });

  test('may save without publishing: readers keep what they have, until it is published', async () => {
    const reader = await openAtTheEdge('/blog/four-states');
    const before = await reader.locator('h1').textContent();
    const desk = await openDesk(before ?? '');
    await desk.getByLabel('Title').fill('Four states, and a draft');
    await desk.getByRole('button', { name: 'Save only' }).click();
    await desk.getByText('saved, not published', { exact: true }).waitFor();
    expect(edgeOf(await reader.reload())).toBe('Hit from cloudfront');
    expect(await reader.locator('h1').textContent()).toBe(before);

    // The message is of the stack's time, also when that was moved.
    site.clock.advance(3_600_000);
    await desk.getByRole('button', { name: 'Save and publish' }).click();
    await site.pass(desk.getByText(/^Saved .* live everywhere/).waitFor());
    await reader.reload();
    expect(await reader.locator('h1').textContent()).toBe('Four states, and a draft');
  });

  test('is told when a page could not be rendered, and that readers keep the old one', async () => {
    const reader = await openAtTheEdge('/blog/logical-clocks');
    const before = await reader.locator('h1').textContent();
    const desk = await openDesk(before ?? '');
    await desk.getByLabel('Title').fill('Clocks that do not tell the time');
    await desk.getByRole('button', { name: 'Save only' }).click();
    await desk.getByText('saved, not published', { exact: true }).waitFor();
    site.contentApi.fail();
    // Two publications within seconds are merged into one purge, which the second does not wait for.
    site.clock.advance(30_000);
    await desk.getByRole('button', { name: 'Save and publish' }).click();
    await site.pass(desk.getByText(/^Saved, but a page could not be rendered/).waitFor());
    expect(await outcomesOn(desk)).toMatchObject({ '/blog/logical-clocks': 'failed, purged' });
    await reader.reload();
    expect(await reader.locator('h1').textContent()).toBe(before);
    site.contentApi.fail(false);
  });

  test('presses the button on /isr, and sees another time once the edge was purged', async () => {
    const reader = await openAtTheEdge('/isr');
    const before = await reader.locator('h1').textContent();
    site.clock.advance(5000);
    expect(edgeOf(await reader.reload())).toBe('Hit from cloudfront');
    expect(await reader.locator('h1').textContent()).toBe(before);

    const said = reader.waitForEvent('dialog').then(async (dialog) => {
      await dialog.accept();
      return dialog.message();
    });
    const response = reader.waitForResponse('**/api/revalidate');
    await reader.getByRole('button', { name: 'Revalidate' }).click();
    expect([await said, (await response).status()]).toEqual(['Revalidated', 200]);
    await site.settled();
    await reader.getByRole('link', { name: 'Refresh' }).click();
    await reader.waitForLoadState();
    expect(await reader.locator('h1').textContent()).not.toBe(before);
  });
});

const edgeOf = (response: Response | null): string | undefined => response?.headers()['x-cache'];

/** A page that a reader has before them, and of which the edge has a copy. */
async function openAtTheEdge(path: string): Promise<Page> {
  const page = await newPage();
  await page.goto(site.stack.siteUrl + path);
  expect(edgeOf(await page.reload())).toBe('Hit from cloudfront');
  return page;
}

async function openDesk(post: string): Promise<Page> {
  const page = await newPage();
  await page.goto(cms.url);
  await page.getByRole('link', { name: post }).click();
  await page.getByRole('button', { name: 'Save and publish' }).waitFor();
  return page;
}

/** In a profile of its own. */
async function newPage(): Promise<Page> {
  const page = await browser.newPage();
  // Only what hangs takes longer, on any machine.
  page.setDefaultTimeout(300_000);
  return page;
}

async function outcomesOn(desk: Page): Promise<Record<string, string>> {
  const rows = await desk.locator('#outcome tbody tr').all();
  const cells = await Promise.all(rows.map((row) => row.locator('td').allTextContents()));
  return Object.fromEntries(cells.map(([what = '', origin, edge]) => [what, `${origin}, ${edge}`]));
}
