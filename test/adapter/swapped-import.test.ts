import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AstroSite, createAstroSite, type Loaded, loadBuild, visit } from './astro-site.ts';

let site: AstroSite;
let loaded: Loaded;
let output: string;

beforeAll(async () => {
  site = await createAstroSite({
    'astro.config.mjs': `
      import isr from 'cdk-isr/astro'
      import { defineConfig } from 'astro/config'
      export default defineConfig({ output: 'server', adapter: isr() })
    `,
    'src/pages/index.astro': '---\nexport const prerender = true\n---\n<h1>Home</h1>',
    'src/pages/cart.astro': `---
if (!Astro.cookies.has('cart')) return Astro.redirect('/')
---
<p>{Astro.cookies.get('cart').value}</p>
`,
  });
  output = await site.build();
  loaded = await loadBuild(site.root);
});

afterAll(() => site?.remove());

test('a site that only swaps the import has nothing stored, as with @astrojs/vercel, and the build says how to change that', () => {
  expect(loaded.build.manifest).toMatchObject({ storesPages: false, live: ['/_image', '/cart', '/404'] });
  expect(output).toContain(
    'no page is stored: each that is not prerendered is rendered for each request; isr({ isr: true })',
  );
});

test('its pages see the cookies of each viewer, and what they read is no matter', async () => {
  const init = { headers: { cookie: 'cart=full' } };
  const { text, reads } = await visit(loaded.fetch, '/cart', init, { kind: 'live', onViewerReads: undefined });
  expect(text).toContain('full');
  expect(reads).toEqual([]);
});
