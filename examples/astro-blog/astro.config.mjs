import isr from 'cdk-isr/astro'
import { defineConfig } from 'astro/config'

export default defineConfig({
  output: 'server',
  redirects: {
    '/writing': '/blog',
  },
  adapter: isr({
    isr: {
      // Cache pages for 24 hours (in seconds)
      expiration: 60 * 60 * 24,

      // Bypass token for manual revalidation
      bypassToken: '115556d774a8115556d774a8115556d774a8',

      // Paths that should always use SSR
      exclude: ['/api/revalidate', '/ssr', '/edge.json'],
    },
  }),
})
