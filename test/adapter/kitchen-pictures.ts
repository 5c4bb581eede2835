import { pngOf } from '../support/png.ts';

/** The part of the kitchen site that has images: of the build, of `public/`, and of another site on a given port. */
export const PICTURES: Readonly<Record<string, string | Uint8Array>> = {
  'src/pictures/square.png': pngOf(400, 400),
  'src/pictures/mark.svg':
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
  'public/public.png': pngOf(64, 64),
  'src/pages/pictures/[port].astro': `---
import { Image, Picture } from 'astro:assets'
import square from '../../pictures/square.png'
const elsewhere = 'http://127.0.0.1:' + Astro.params.port + '/elsewhere.png'
---
<Image src={square} alt="local" width={100} loading="eager" />
<Picture src={square} alt="picture" formats={['avif', 'webp']} width={50} loading="eager" />
<Image src={elsewhere} alt="remote" inferSize loading="eager" />
<Image src={elsewhere} alt="remote, narrow" width={16} height={8} format="png" loading="eager" />
`,
  'src/pages/picture.json.ts': `
    import { getImage } from 'astro:assets'
    import square from '../pictures/square.png'
    import mark from '../pictures/mark.svg'
    export const GET = async () =>
      Response.json({
        made: (await getImage({ src: square, width: 30, format: 'jpeg' })).src,
        original: square.src,
        vector: (await getImage({ src: mark })).src,
      })
  `,
  'src/pages/gallery.astro': `---
export const prerender = true
import { Image } from 'astro:assets'
import square from '../pictures/square.png'
---
<Image src={square} alt="prerendered" width={40} />
`,
};
