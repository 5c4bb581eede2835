import { PICTURES } from './kitchen-pictures.ts';

/** A site that uses most of Astro at once, below a base. */
export const OLD_TOKEN = 'old-token-0123456789-0123456789-01';
export const NEW_TOKEN = 'new-token-0123456789-0123456789-01';

const CONFIG = `
import isr from 'cdk-isr/astro'
import { defineConfig } from 'astro/config'

export default defineConfig({
  output: 'server',
  session: { ttl: 3600, cookie: { name: 'visitor', maxAge: 7200 } },
  site: 'https://example.com/somewhere',
  base: '/docs',
  build: { format: 'file' },
  image: { remotePatterns: [{ protocol: 'http', hostname: '127.0.0.1' }] },
  i18n: { defaultLocale: 'en', locales: ['en', 'fr'], fallback: { fr: 'en' }, routing: { fallbackType: 'rewrite' } },
  redirects: {
    '/old/[slug]': '/posts/[slug]',
    '/temporary': { status: 302, destination: '/' },
    '/elsewhere': { status: 307, destination: 'https://other.example/x?y=1' },
  },
  routeRules: { '/ruled/[...path]': { maxAge: 120, swr: 60, tags: ['ruled'] } },
  adapter: isr({
    isr: {
      expiration: 60,
      bypassToken: ['${OLD_TOKEN}', '${NEW_TOKEN}'],
      exclude: ['/posts/secret', /^\\/live\\//, '/not-there', '/invalidate'],
      allowQuery: ['sort', 'page'],
    },
    maxDuration: 10,
    includeFiles: ['./data', '.terms.txt'],
    excludeFiles: ['data/drafts'],
  }),
  integrations: [{
    name: 'adds-routes-as-a-cms-does',
    hooks: {
      'astro:config:setup': ({ injectRoute }) => {
        const add = (pattern, file) =>
          injectRoute({ pattern, prerender: false, entrypoint: new URL(file, import.meta.url) })
        add('/api/cms/[...params]', './cms/api.ts')
        add('/cms/feed.xml', './cms/feed.ts')
      },
    },
  }, {
    name: 'writes-a-file-at-the-end',
    hooks: {
      'astro:build:done': async ({ dir }) => {
        const { writeFile } = await import('node:fs/promises')
        await writeFile(new URL('sitemap.xml', dir), '<urlset/>')
      },
    },
  }],
})
`;

const LATE = `---
await new Promise((resolve) => setTimeout(resolve, 5))
Astro.response.status = 418
Astro.response.headers.set('x-late', 'yes')
Astro.cache.set({ maxAge: 7 })
---
<p>late</p>
`;

const READS = `---
import Basket from '../../components/Basket.astro'
const { what } = Astro.params
const draft = Astro.cookies.has('__prerender_bypass')
const seen = {
  address: () => Astro.clientAddress,
  header: () => Astro.request.headers.get('User-Agent'),
  language: () => Astro.preferredLocale,
  query: () => Astro.url.searchParams.get('colour'),
  search: () => Astro.url.search,
  own: () => Astro.url.searchParams.get('page'),
  copied: () => new Request(Astro.request.url, { headers: Astro.request.headers }).url,
}[what]?.()
---
<p>{seen}{what === 'cookie' && <Basket />}{draft}</p>
`;

const COUNT = `
  export const GET = async ({ session }) => {
    const count = ((await session.get('count')) ?? 0) + 1
    session.set('count', count)
    return Response.json({ count })
  }
`;

const FORMS = `---
import { actions } from 'astro:actions'
---
<form action="/search"><input name="q"></form>
<form method="post" action="https://forms.example/newsletter"></form>
<form method="post" action={'/docs/live/contact' + actions.wave}></form>
<form method="post" action="/docs/posts/comments"></form>
`;

export const KITCHEN_SITE: Readonly<Record<string, string | Uint8Array>> = {
  ...PICTURES,
  'astro.config.mjs': CONFIG,
  'tsconfig.json': '{ "extends": "astro/tsconfigs/strict" }',
  'vercel.json': JSON.stringify({
    crons: [{ path: '/invalidate', schedule: '0 5 * * *' }],
    headers: [],
    redirects: [{ source: '/a', destination: '/b' }],
  }),
  'public/plain.txt': 'plain',
  'data/terms.md': '# Terms',
  'data/drafts/terms.md': '# Draft',
  '.terms.txt': 'hidden terms',
  'src/pages/index.astro': '---\nexport const prerender = true\n---\n<h1>Home</h1>',
  'src/pages/404.astro': '---\nexport const prerender = true\n---\n<h1>Own 404</h1>',
  'src/pages/500.astro': '---\nexport const prerender = true\n---\n<h1>Own 500</h1>',
  'src/pages/facts.json.ts': `
    export const prerender = true
    export const GET = () => Response.json({ a: 1 }, { headers: { 'x-own': 'header' } })
  `,
  'src/pages/guide/[name].astro': `---
export const prerender = true
export const getStaticPaths = () => [{ params: { name: 'café au lait' } }]
---
<h1>{Astro.params.name}</h1>
<style>h1 { color: teal }</style>
<script>console.log('hashed', document.title)</script>
`,
  'src/components/Url.astro': '<p>{JSON.stringify([Astro.url.href, Astro.originPathname, Astro.params.slug])}</p>',
  'src/pages/urls/stored/[slug].astro': "---\nimport Url from '../../../components/Url.astro'\n---\n<Url />",
  'src/pages/urls/made/[slug].astro': `---
import Url from '../../../components/Url.astro'
export const prerender = true
export const getStaticPaths = () => ['plain', 'node.js', 'example.com', 'a,b', 'a b'].map((slug) => ({ params: { slug } }))
---
<Url />
`,
  'src/pages/terms.ts': `
    import { readFile } from 'node:fs/promises'
    import { join } from 'node:path'
    export const GET = async () => {
      const texts = [join(process.cwd(), 'data/terms.md'), '.terms.txt'].map((file) => readFile(file, 'utf8'))
      return new Response((await Promise.all(texts)).join())
    }
  `,
  'src/pages/untyped/[status].ts': `
    export const GET = ({ params }) => new Response(null, { status: Number(params.status), headers: { 'x-own': '1' } })
  `,
  'src/pages/posts/[slug].astro': '<h1>{Astro.params.slug}</h1>',
  'src/pages/hint.astro': "---\nAstro.cache.set({ maxAge: 30, swr: 5, tags: ['a,b', 'ünï ☃'] })\n---\n<p>hint</p>",
  'src/pages/dated.astro': `---
Astro.cache.set({ maxAge: 30, etag: '"seven"', lastModified: new Date('2026-11-22T12:00:00Z') })
---
<p>dated</p>
`,
  'src/pages/opted-out.astro': '---\nAstro.cache.set(false)\n---\n<p>no</p>',
  'src/pages/opted-in-again.astro': '---\nAstro.cache.set(false)\nAstro.cache.set({ maxAge: 9 })\n---\n<p>yes</p>',
  'src/pages/ruled/[...path].astro': '<p>ruled</p>',
  'src/pages/ruled/off.astro': '---\nAstro.cache.set(false)\n---\n<p>off</p>',
  'src/pages/ruled/redirect.ts': `
    export const GET = () => Response.redirect('https://example.com/docs')
  `,
  'src/pages/cookie.ts': `
    export const GET = ({ cookies }) => {
      cookies.set('a', '1', { path: '/' })
      cookies.set('b', '2', { path: '/' })
      return Response.redirect('https://example.com/docs')
    }
  `,
  'src/pages/where.json.ts': `
    export const GET = ({ url, request, clientAddress }) =>
      Response.json({ url: url.href, request: request.url, clientAddress })
  `,
  'src/middleware.ts': `
    export const onRequest = async (context, next) => {
      if (context.request.method === 'PUT') await context.cache.invalidate({ tags: 'by-middleware' })
      context.locals.lang = context.cookies.get('lang')?.value ?? 'en'
      return context.url.pathname.endsWith('/reads/gate.html') && !context.cookies.has('pass')
        ? context.redirect('/docs/login')
        : next()
    }
  `,
  'src/pages/reads/[what].astro': READS,
  'src/pages/reads/headers.json.ts': `
    export const GET = ({ request }) => Response.json(Object.fromEntries(request.headers))
  `,
  'src/pages/reads/gate.astro': '<p>inside</p>',
  'src/pages/reads/rewritten.astro': "---\nreturn Astro.rewrite('/docs/reads/cookie')\n---\n",
  'src/pages/reads/plainly-rewritten.astro': "---\nreturn Astro.rewrite('/docs/posts/a')\n---\n",
  'cms/handler.ts': `
    export const all = async ({ request }) => new Response(await request.text())
  `,
  'cms/api.ts': "export { all as GET, all as POST } from './handler'",
  'cms/feed.ts': "export const GET = () => new Response('<rss/>')",
  'src/pages/re-exports.ts': "export { all as GET, all as PUT } from '../../cms/handler'",
  'src/pages/contact.astro': "---\nimport Wave from '../components/Wave.astro'\n---\n<Wave />",
  'src/pages/live/contact.astro': "---\nimport Wave from '../../components/Wave.astro'\n---\n<Wave />",
  'src/pages/forms.astro': FORMS,
  'src/components/Wave.astro': `---
import { actions } from 'astro:actions'
---
<form class={1 > 0 ? 'a' : 'b'} method="POST" action={actions.wave}><button>Wave</button></form>
`,
  'src/pages/boom.astro': "---\nthrow new Error('boom')\n---\n<p>never</p>",
  'src/pages/late.astro': "---\nimport Late from '../components/Late.astro'\n---\n<main><Late /></main>",
  'src/pages/live/late.astro': "---\nimport Late from '../../components/Late.astro'\n---\n<main><Late /></main>",
  'src/pages/island.astro': "---\nimport Clock from '../components/Clock.astro'\n---\n<Clock server:defer />",
  'src/pages/invalidate.ts': `
    export const POST = async ({ cache }) => {
      await cache.invalidate({ path: '/docs/hint' })
      await cache.invalidate({ tags: ['a,b', 'c'] })
      await cache.invalidate({ tags: 'single' })
      return new Response('done')
    }
  `,
  'src/pages/live/cached.astro': `---
Astro.cache.set({ maxAge: 60, swr: 30, tags: ['live'] })
---
<p>cached</p>
`,
  'src/pages/live/count.json.ts': COUNT,
  'src/pages/count.json.ts': COUNT,
  'src/components/Late.astro': LATE,
  'src/components/Basket.astro': "<b>{Astro.cookies.get('cart')?.value}</b>",
  'src/components/Clock.astro': '<time>now</time>',
  'src/actions/index.ts': `
    import { defineAction } from 'astro:actions'
    export const server = {
      wave: defineAction({ handler: async () => 'hello' }),
      renew: defineAction({ handler: (_, { cache }) => cache.invalidate({ path: '/docs/hint', tags: ['by-action'] }) }),
    }
  `,
};
