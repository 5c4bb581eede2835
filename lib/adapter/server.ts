// Astro builds the site's server from this module. `.isr/server/index.mjs` wraps it, see astro-build.ts.
import { createApp } from 'astro/app/entrypoint';
import { setGetEnv } from 'astro/env/setup';
import type { SiteFetch } from '../core/site.ts';
import { createSiteFetch, type SiteFacts } from './site-fetch.ts';

setGetEnv((name) => process.env[name]);

export function createFetch(facts: SiteFacts): SiteFetch {
  return createSiteFetch(facts, {
    buffered: createApp({ streaming: false }),
    streamed: createApp({ streaming: true }),
  });
}
