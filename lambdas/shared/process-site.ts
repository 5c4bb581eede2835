import { existsSync, readFileSync } from 'node:fs';
import type { SiteFetch } from '../../lib/core/site.ts';
import { processSandbox } from './process-sandbox.ts';
import type { SiteSandbox } from './sandbox.ts';

let loading: Promise<SiteFetch> | undefined;

/** The sandbox that this process is, with the site that the construct copied beside the bundle. */
export function processSite(): SiteSandbox {
  return {
    ...processSandbox(),
    loadSite: () => {
      loading ??= assetModule<{ readonly fetch: SiteFetch }>('site/index.mjs').then(({ fetch }) => fetch);
      return loading;
    },
    assetJson,
    assetModule,
    startTimer: (milliseconds, act) => {
      const timer = setTimeout(act, milliseconds);
      return () => clearTimeout(timer);
    },
  };
}

/** Node itself remembers a module that it has loaded. */
function assetModule<T>(name: string): Promise<T> {
  return import(new URL(`./${name}`, import.meta.url).href);
}

function assetJson<T>(name: string, whenAbsent: T): () => T {
  let value: T | undefined;
  return () => {
    const file = new URL(`./${name}`, import.meta.url);
    value ??= existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as T) : whenAbsent;
    return value;
  };
}
