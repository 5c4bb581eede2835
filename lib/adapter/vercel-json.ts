import { readFileSync } from 'node:fs';
import { isJsonObject } from '../basics/json-object.ts';

/** What stands in for a setting of vercel.json. Settings of Vercel's build alone need nothing. */
const INSTEAD: Readonly<Record<string, string>> = {
  crons: "use 'revalidateEvery' of the construct to revalidate, or a rule of EventBridge that calls the endpoint",
  headers: 'set them in the page, in middleware, or by a ResponseHeadersPolicy of the distribution',
  redirects: "use 'redirects' of the Astro config",
  rewrites: 'use a page that calls Astro.rewrite(), or another behavior of the distribution',
  routes: "use 'redirects' of the Astro config, and headers of the pages",
  functions: "use 'renderMemoryMiB', 'renderTimeout' and 'liveTimeout' of the construct",
  regions: 'the functions run in the region of the stack',
  images: "use 'image' of the Astro config",
  cleanUrls: "use 'build.format' of the Astro config",
  trailingSlash: "use 'trailingSlash' of the Astro config",
};

/** One line for each setting of `vercel.json`, in the root of the project, that Vercel obeys and AWS does not. */
export function warnOfVercelJson(root: URL): readonly string[] {
  const settings = readSettings(new URL('vercel.json', root));
  return Object.entries(INSTEAD)
    .filter(([name]) => isSet(settings[name]))
    .map(([name, instead]) => `vercel.json: '${name}' has no effect on AWS; ${instead} (docs/from-vercel.md)`);
}

function readSettings(file: URL): Readonly<Record<string, unknown>> {
  try {
    const settings: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isJsonObject(settings) ? settings : {};
  } catch {
    // There is none, or one that says nothing to Vercel either.
    return {};
  }
}

function isSet(value: unknown): boolean {
  if (value === undefined || value === null) return false;
  return typeof value === 'object' ? Object.keys(value).length > 0 : true;
}
