import { answering, ask, type EdgeSetup, startEdge, startOrigin, type TestEdge, type TestOrigin } from './fixture.ts';

/** Pages with cache tags, for what invalidates them. */
export const TAGS = { config: { CacheTagConfig: { HeaderName: 'Cache-Tag' } } };

export const tagged = (tags: string): TestOrigin['respond'] =>
  answering(200, { 'cache-control': 'max-age=100, stale-while-revalidate=100', 'cache-tag': tags });

export async function startCached(setup: EdgeSetup = TAGS) {
  const origin = await startOrigin(tagged('post-1, Author:Bob'));
  const edge = await startEdge(origin, setup);
  return { origin, edge };
}

export const cacheOf = (edge: TestEdge, path: string): Promise<string> => ask(edge, path).then(({ cache }) => cache);
