// A site that asks itself by its own address, in the browser of somebody who tries it on this machine.
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalStack, runStack } from '../../lib/local/stack/index.ts';
import { ROOT, runNode } from '../../scripts/build-steps.ts';
import { type AstroSite, createAstroSite } from '../adapter/astro-site.ts';
import { ask } from '../support/http.ts';
import { userEnvironment } from '../support/user-environment.ts';
import { launchBrowser, whyNoBrowser } from './chromium.ts';
import { SHOP_SITE } from './shop-site.ts';

let site: AstroSite;
let stack: LocalStack;
let browser: Browser;

async function startShop(): Promise<LocalStack> {
  site = await createAstroSite(SHOP_SITE);
  await site.build();
  const assembly = join(site.root, 'cdk.out');
  const synthesis = { app: join(ROOT, 'bin/app.ts'), project: site.root, assembly };
  await runNode([join(ROOT, 'test/support/synthesize.ts'), JSON.stringify([synthesis])], {
    environment: userEnvironment(),
  });
  return runStack({ assembly, calm: true });
}

async function openShop(path: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  // A warning about a certificate would be an error of this call.
  await page.goto(stack.siteUrl + path);
  return page;
}

/** How wide each picture is; 0: it did not appear. */
const widths = (page: Page): Promise<readonly number[]> =>
  page.locator('img').evaluateAll((images) => images.map((image) => image.naturalWidth));

describe.skipIf(whyNoBrowser !== undefined)('a customer in a browser', () => {
  beforeAll(async () => {
    stack = await startShop();
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
    await site?.remove();
  });

  test('sees the products that the shop fetched from itself, with their pictures', async () => {
    const page = await openShop('/');
    expect(await page.locator('a:has(img)').allTextContents()).toEqual(['Oats', 'Yogurt']);
    expect(await widths(page)).toEqual([40, 40]);
  });

  test('logs in, follows absolute links, puts two products into the cart, and finds them there', async () => {
    const page = await openShop('/');
    await page.getByRole('link', { name: 'Log in' }).click();
    await page.getByLabel('Name').fill('Ada');
    await page.getByRole('button').click();
    await page.getByRole('heading', { name: 'Ada' }).waitFor();
    for (const name of ['Oats', 'Yogurt']) {
      await page.goto(stack.siteUrl);
      await page.getByRole('link', { name }).click();
      await page.getByRole('heading', { name }).waitFor();
      expect(await widths(page)).toEqual([40]);
      await page.getByRole('button').click();
      await page.getByText('in the cart', { exact: true }).waitFor();
    }
    await page.getByRole('link', { name: 'Cart' }).click();
    expect(await page.getByRole('listitem').allTextContents()).toEqual(['Oats', 'Yogurt']);
    expect(page.url()).toBe(`${stack.siteUrl}/cart`);
  });

  test('is sent back from the cart without a login, and cannot fill it', async () => {
    const page = await openShop('/cart');
    expect(page.url()).toBe(`${stack.siteUrl}/`);
    await page.goto(`${stack.siteUrl}/products/1`);
    await page.getByRole('button').click();
    await page.getByText('not in the cart', { exact: true }).waitFor();
  });

  test('is the only one who gets http addresses: the stored page says https', async () => {
    const page = await openShop('/products/2');
    const { host } = new URL(stack.siteUrl);
    expect(await page.locator('link').getAttribute('href')).toContain(`http://${host}/products/2`);
    expect((await ask(stack.siteUrl, '/products/2')).body).toContain(`href="https://${host}/products/2`);
  });
});
