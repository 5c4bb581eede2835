// node examples/content-api/index.ts [port]
import { startContentApi } from './content-api.ts';

export { ContentApi, type ContentApiOptions, startContentApi } from './content-api.ts';
export type { Post } from './posts.ts';

const DEFAULT_PORT = 4403;

if (import.meta.main) {
  const api = await startContentApi({ port: Number(process.argv[2] ?? DEFAULT_PORT) });
  console.log(`content API: ${api.url}/posts (${api.slugs.length} posts)`);
}
