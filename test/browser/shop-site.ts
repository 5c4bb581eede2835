/** A shop whose pages ask its own endpoints by `Astro.url`, as the shop among Astro's examples does. */
const CONFIG = `
import isr from 'cdk-isr/astro'
import { defineConfig } from 'astro/config'

export default defineConfig({
  output: 'server',
  adapter: isr({ isr: { expiration: 60, exclude: ['/', '/cart', '/login', '/login.form', '/api/[...path]'] } }),
})
`;

const image = (colour: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><rect width="40" height="30" fill="${colour}"/></svg>`;

export const SHOP_SITE: Readonly<Record<string, string>> = {
  'astro.config.mjs': CONFIG,
  'public/images/oats.svg': image('wheat'),
  'public/images/yogurt.svg': image('plum'),
  'src/shop.ts': `
    export const products = [
      { id: 1, name: 'Oats', image: '/images/oats.svg' },
      { id: 2, name: 'Yogurt', image: '/images/yogurt.svg' },
    ]

    export async function askSelf(request: Request, path: string) {
      const response = await fetch(new URL(path, request.url), { headers: request.headers })
      if (!response.ok) throw new Error(path + ' answered ' + response.status)
      return response.json()
    }

    export const cartOf = (cookies): number[] => JSON.parse(cookies.get('cart')?.value ?? '[]')
  `,
  'src/pages/api/products.ts': `
    import { products } from '../../shop'
    export const GET = () => Response.json(products)
  `,
  'src/pages/api/products/[id].ts': `
    import { products } from '../../../shop'
    export const GET = ({ params }) => Response.json(products.find(({ id }) => String(id) === params.id))
  `,
  'src/pages/api/cart.ts': `
    import { cartOf, products } from '../../shop'
    export const GET = ({ cookies }) =>
      Response.json(cartOf(cookies).map((wanted) => products.find(({ id }) => id === wanted)?.name))
    export const POST = async ({ cookies, request }) => {
      if (!cookies.has('user')) return Response.json({ error: 'log in first' }, { status: 401 })
      const { id } = await request.json()
      cookies.set('cart', JSON.stringify([...cartOf(cookies), id]), { path: '/', secure: true, httpOnly: true })
      return Response.json({ ok: true })
    }
  `,
  'src/pages/login.form.ts': `
    export const POST = async ({ cookies, request, url }) => {
      const form = await request.formData()
      cookies.set('user', String(form.get('name')), { path: '/', secure: true, httpOnly: true, sameSite: 'lax' })
      return Response.redirect(new URL('/', url), 303)
    }
  `,
  'src/pages/login.astro': `
    <form method="post" action={new URL('/login.form', Astro.url)}>
      <label>Name <input name="name" /></label><button>Log in</button>
    </form>
  `,
  'src/pages/index.astro': `---
import { askSelf } from '../shop'
const products = await askSelf(Astro.request, '/api/products')
---
<h1>{Astro.cookies.get('user')?.value ?? 'nobody'}</h1>
<a href={new URL('/login', Astro.url)}>Log in</a>
{products.map(({ id, name, image }) => (
  <a href={new URL('/products/' + id, Astro.url)}><img src={new URL(image, Astro.url)} />{name}</a>
))}
`,
  'src/pages/products/[id].astro': `---
import { askSelf } from '../../shop'
const { id, name, image } = await askSelf(Astro.request, '/api/products/' + Astro.params.id)
---
<link rel="canonical" href={Astro.url} />
<h1>{name}</h1>
<img src={image} />
<button data-id={id} data-cart={new URL('/api/cart', Astro.url)}>Add to cart</button>
<output></output>
<a href="/cart">Cart</a>
<script>
  const button = document.querySelector('button')
  button.addEventListener('click', async () => {
    const body = JSON.stringify({ id: Number(button.dataset.id) })
    const response = await fetch(button.dataset.cart, { method: 'POST', body })
    document.querySelector('output').textContent = response.ok ? 'in the cart' : 'not in the cart'
  })
</script>
`,
  'src/pages/cart.astro': `---
import { askSelf } from '../shop'
if (!Astro.cookies.has('user')) return Astro.redirect('/')
const names = await askSelf(Astro.request, '/api/cart')
---
<ul>{names.map((name) => <li>{name}</li>)}</ul>
`,
};
