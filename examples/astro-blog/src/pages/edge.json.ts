import type { APIRoute } from 'astro'

export const prerender = false

export const GET: APIRoute = ({ request }) =>
  Response.json({
    time: new Date().toISOString(),
    userAgent: request.headers.get('user-agent'),
  })
