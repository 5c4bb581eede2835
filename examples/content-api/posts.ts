import { readdirSync, readFileSync } from 'node:fs';

export interface Post {
  readonly slug: string;
  readonly title: string;
  readonly summary: string;
  /** Paragraphs, separated by an empty line. */
  readonly body: string;
  /** ISO 8601. */
  readonly publishedAt: string;
  readonly updatedAt: string;
}

const FOLDER = new URL('./posts/', import.meta.url);

/** The posts that come with the example, by slug, newest first. */
export function loadPosts(): Map<string, Post> {
  const posts = readdirSync(FOLDER)
    .filter((file) => file.endsWith('.md'))
    .map((file) => parsePost(file.replace(/\.md$/, ''), readFileSync(new URL(file, FOLDER), 'utf8')))
    .sort((a, b) => b.publishedAt.localeCompare(a.publishedAt));
  return new Map(posts.map((post) => [post.slug, post]));
}

function parsePost(slug: string, text: string): Post {
  const [, head = '', body = ''] = /^---\n(.*?)\n---\n(.*)$/s.exec(text) ?? [];
  const fields = new Map(head.split('\n').map((line) => splitField(line)));
  const field = (name: string) => {
    const value = fields.get(name);
    if (value === undefined) throw new Error(`posts/${slug}.md has no '${name}' between its first two lines of dashes`);
    return value;
  };
  const publishedAt = new Date(field('published')).toISOString();
  const title = field('title');
  return { slug, title, summary: field('summary'), body: body.trim(), publishedAt, updatedAt: publishedAt };
}

function splitField(line: string): readonly [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon), line.slice(colon + 1).trim()];
}
