const DEFAULT_API_URL = 'http://127.0.0.1:4403'
const TIMEOUT_MS = 5000

export interface PostSummary {
  slug: string
  title: string
  summary: string
  publishedAt: string
  updatedAt: string
}

export interface Post extends PostSummary {
  /** Paragraphs, separated by an empty line. */
  body: string
}

/** All posts, newest first. */
export async function readPosts(): Promise<PostSummary[]> {
  const response = await request('/posts')
  return response.json()
}

/** Undefined when there is no such post. Any other failure throws, so that the page that stands is kept. */
export async function readPost(slug: string): Promise<Post | undefined> {
  const response = await request(`/posts/${encodeURIComponent(slug)}`)
  return response.status === 404 ? undefined : response.json()
}

async function request(path: string): Promise<Response> {
  const url = new URL(path, process.env.CONTENT_API_URL ?? DEFAULT_API_URL)
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) })
  if (response.ok || response.status === 404) return response
  throw new Error(`${url} answered ${response.status}`)
}
