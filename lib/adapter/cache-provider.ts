import type { CacheProviderFactory } from 'astro';
import { currentScope } from './scope.ts';

/**
 * Passes what `Astro.cache` and `routeRules` say to the function that runs the site. It does so without headers: Astro
 * cannot set any on immutable responses such as `Response.redirect()`, and tags with commas or Unicode would not fit.
 */
const createCacheProvider: CacheProviderFactory = () => ({
  name: 'cdk-isr',

  setHeaders({ maxAge, swr, tags, etag, lastModified }) {
    const scope = currentScope();
    if (scope !== undefined) {
      scope.hint = {
        ...(maxAge === undefined ? {} : { maxAge }),
        ...(swr === undefined ? {} : { swr }),
        ...(tags === undefined || tags.length === 0 ? {} : { tags: [...tags] }),
        ...(etag === undefined ? {} : { etag }),
        ...(lastModified === undefined ? {} : { lastModified }),
      };
    }
    return new Headers();
  },

  async invalidate({ path, tags }) {
    const revalidate = currentScope()?.context.revalidate;
    if (revalidate === undefined) {
      throw new Error(
        'Astro.cache.invalidate() works in live routes of a running stack alone: list the route in isr.exclude',
      );
    }
    const list = tags === undefined ? [] : [tags].flat();
    await revalidate({
      ...(path === undefined ? {} : { paths: [path] }),
      ...(list.length === 0 ? {} : { tags: list }),
    });
  },
});

// biome-ignore lint/style/noDefaultExport: Astro imports a provider's default export.
export default createCacheProvider;
