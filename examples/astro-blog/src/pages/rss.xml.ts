import type { APIRoute } from 'astro'
import { readPosts } from '@/lib/content'
import { renderFeed } from '@/lib/rss'

export const GET: APIRoute = async ({ site, url }) => {
  const posts = await readPosts()
  const feed = renderFeed({
    title: 'The Slow Cache',
    description: 'Short notes on caching, deploying, and tending what was published',
    origin: (site ?? url).origin,
    items: posts.map((post) => ({
      title: post.title,
      description: post.summary,
      link: `/blog/${post.slug}`,
      publishedAt: post.publishedAt,
    })),
  })
  return new Response(feed, { headers: { 'content-type': 'application/rss+xml; charset=utf-8' } })
}
