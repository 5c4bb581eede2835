import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Post } from './posts.ts';

/** Posts that were edited, in a file or in none. */
export class Edits {
  readonly posts: Map<string, Post>;
  readonly #file: string | undefined;

  constructor(file: string | undefined) {
    this.#file = file;
    this.posts = new Map(file !== undefined && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []);
  }

  keep(post: Post): void {
    this.posts.set(post.slug, post);
    if (this.#file === undefined) return;
    mkdirSync(dirname(this.#file), { recursive: true });
    writeFileSync(this.#file, JSON.stringify([...this.posts], null, 2));
  }
}
